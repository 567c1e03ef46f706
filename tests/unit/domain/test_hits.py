"""Who has followed a link: programs by what they say of themselves, and by what else they follow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from penfriend.domain.hits import (
    AROUND_TRAP,
    AT_ONCE,
    LONGEST_AGENT,
    TOO_SOON,
    Hit,
    HitClass,
    HitKind,
    Request,
    first_sight,
    judge,
)
from penfriend.domain.timing import HOUR, SECOND, Moment

CLICK, OPEN = HitKind.CLICK, HitKind.OPEN
HUMAN, PROXY, PREFETCH = HitClass.HUMAN, HitClass.PROXY, HitClass.PREFETCH
SCANNER, UNKNOWN = HitClass.SCANNER, HitClass.UNKNOWN

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"
    " Safari/537.36"
)
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/17.5 Mobile/15E148 Safari/604.1"
)
PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PICTURE = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"

AGENTS: dict[str, tuple[str, HitClass, HitClass]] = {
    # browsers, as they name themselves (MDN, User-Agent)
    "Chrome": (CHROME, HUMAN, HUMAN),
    "Safari on a phone": (SAFARI, HUMAN, HUMAN),
    "Firefox": (
        "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
        HUMAN,
        HUMAN,
    ),
    "a phone called Cubot": (
        (
            "Mozilla/5.0 (Linux; Android 9; CUBOT X20) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/120.0.0.0 Mobile Safari/537.36"
        ),
        HUMAN,
        HUMAN,
    ),
    "in Facebook's app": (
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Mobile/21F90 [FBAN/FBIOS;FBAV/470.0.0]"
        ),
        HUMAN,
        HUMAN,
    ),
    # mail programs that fetch pictures themselves
    "Outlook": (
        (
            "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; .NET4.0C;"
            " Microsoft Outlook 16.0.17328; ms-office; MSOffice 16)"
        ),
        HUMAN,
        HUMAN,
    ),
    "Outlook without MSIE": (
        "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)",
        UNKNOWN,
        HUMAN,
    ),
    "Thunderbird": (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0",
        HUMAN,
        HUMAN,
    ),
    "Apple Mail without its protection": (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
        HUMAN,
        HUMAN,
    ),
    # proxies of mail services (their own names; Apple's says no more than this)
    "Apple": ("Mozilla/5.0", UNKNOWN, PROXY),
    "Gmail": (
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        PROXY,
        PROXY,
    ),
    "Yahoo": (
        "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
        PROXY,
        PROXY,
    ),
    # scanners and libraries
    "Gmail's look at delivery": (
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
        ),
        SCANNER,
        SCANNER,
    ),
    "Barracuda": ("Barracuda Sentinel (EE)", SCANNER, SCANNER),
    "Proofpoint": ("Mozilla/5.0 (compatible; Proofpoint URL Defense)", SCANNER, SCANNER),
    "Bing's preview": ("Mozilla/5.0 (compatible; BingPreview/1.0b)", SCANNER, SCANNER),
    "Googlebot": (
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        SCANNER,
        SCANNER,
    ),
    "a browser without a window": (CHROME.replace("Chrome", "HeadlessChrome"), SCANNER, SCANNER),
    "curl": ("curl/8.4.0", SCANNER, SCANNER),
    "Python": ("python-requests/2.31.0", SCANNER, SCANNER),
    "Go": ("Go-http-client/1.1", SCANNER, SCANNER),
    "Java": ("Java/17.0.2", SCANNER, SCANNER),
    "WhatsApp's preview": ("WhatsApp/2.23.20.0", SCANNER, SCANNER),
    "nothing": ("", SCANNER, SCANNER),
    "blanks": ("  ", SCANNER, SCANNER),
    # neither
    "a library of Android": ("okhttp/4.12.0", UNKNOWN, UNKNOWN),
    "a word": ("Something/1.0", UNKNOWN, UNKNOWN),
}


def request(agent: str = CHROME, *, accept: str = PAGE, method: str = "GET", **headers: str) -> Request:
    said = {"user-agent": agent, "accept": accept, "accept-language": "en-GB,en;q=0.9"}
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method, {name: value for name, value in {**said, **more}.items() if value}, "192.0.2.0/24")


@pytest.mark.parametrize("name", AGENTS)
def test_a_program_is_known_by_what_it_calls_itself(name: str) -> None:
    agent, clicks, opens = AGENTS[name]
    assert first_sight(CLICK, request(agent)) is clicks
    assert first_sight(OPEN, request(agent, accept=PICTURE, accept_language="")) is opens


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("purpose", "prefetch"),
        ("sec_purpose", "prefetch;prerender"),
        ("x_purpose", "preview"),
        ("x_moz", "prefetch"),
    ],
)
def test_a_browser_that_loads_ahead_says_so(name: str, value: str) -> None:
    for kind in HitKind:
        assert first_sight(kind, request(**{name: value})) is PREFETCH


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        (request(method="HEAD"), SCANNER),
        (request(accept=""), SCANNER),
        (request(accept_language=""), UNKNOWN),
        (request(accept="image/png"), UNKNOWN),
        (request(accept="*/*"), HUMAN),
        (request(sec_fetch_mode="navigate"), HUMAN),
        (request(sec_fetch_mode="no-cors"), UNKNOWN),
    ],
)
def test_a_click_asks_for_a_page_as_a_browser_does(asked: Request, who: HitClass) -> None:
    assert first_sight(CLICK, asked) is who


def test_the_trap_is_a_scanners_whoever_asks() -> None:
    assert first_sight(CLICK, request(), is_trap=True) is SCANNER


def test_an_agent_is_kept_no_longer_than_needed() -> None:
    assert len(request("x" * 10_000).agent) == LONGEST_AGENT


# -- what others around it say

TAKEN = Moment(1_772_445_600_000_000)
LATER = Moment(TAKEN + HOUR)


def hit(
    link: int = 1,
    at: Moment = LATER,
    who: HitClass = HUMAN,
    kind: HitKind = CLICK,
    agent: str = CHROME,
    network: str = "192.0.2.0/24",
) -> Hit:
    url = "https://a.example/" if kind is CLICK else None
    return Hit(kind=kind, message=1, link=link, url=url, at=at, who=who, agent=agent, network=network)


def trap(seconds: float = 0, agent: str = CHROME, network: str = "192.0.2.0/24") -> Hit:
    return hit(0, Moment(LATER + int(seconds * SECOND)), SCANNER, agent=agent, network=network)


def test_a_person_who_comes_alone_stays_a_person() -> None:
    assert judge(hit(), TAKEN, []) is HUMAN
    assert judge(hit(), None, []) is HUMAN


@pytest.mark.parametrize("who", [PROXY, PREFETCH, SCANNER])
def test_what_was_known_at_first_sight_stays(who: HitClass) -> None:
    assert judge(hit(who=who), TAKEN, []) is who


@pytest.mark.parametrize(("after", "who"), [(-HOUR, SCANNER), (TOO_SOON - 1, SCANNER), (TOO_SOON, HUMAN)])
@pytest.mark.parametrize("kind", HitKind)
def test_whoever_comes_within_seconds_of_the_delivery_is_a_scanner(
    kind: HitKind, after: int, who: HitClass
) -> None:
    assert judge(hit(at=Moment(TAKEN + after), kind=kind), TAKEN, []) is who


@pytest.mark.parametrize("kind", HitKind)
@pytest.mark.parametrize("seconds", [-86_400, -1, 1, 86_400])
def test_the_visitor_who_followed_the_trap_is_a_scanner_for_good(kind: HitKind, seconds: int) -> None:
    assert judge(hit(kind=kind), TAKEN, [trap(seconds)]) is SCANNER


def test_around_the_trap_everybody_is_the_scanner() -> None:
    within, without = AROUND_TRAP / SECOND, AROUND_TRAP / SECOND + 1
    for other in ({"agent": "another"}, {"network": "198.51.100.0/24"}):
        assert judge(hit(), TAKEN, [trap(within, **other)]) is SCANNER
        assert judge(hit(), TAKEN, [trap(without, **other)]) is HUMAN


@pytest.mark.parametrize("kind", HitKind)
@pytest.mark.parametrize("hours", [-24, 24])
def test_a_visitor_who_was_known_as_a_scanner_is_one_for_good(kind: HitKind, hours: int) -> None:
    known = hit(2, Moment(LATER + hours * HOUR + 60 * HOUR), SCANNER)
    later = hit(at=Moment(LATER + 60 * HOUR), kind=kind)
    assert judge(later, TAKEN, [known]) is SCANNER
    assert judge(later, None, [known]) is SCANNER
    assert judge(later, TAKEN, [replace(known, agent="another")]) is HUMAN
    assert judge(later, TAKEN, [replace(known, network="198.51.100.0/24")]) is HUMAN


def test_a_person_who_was_quick_once_is_a_person_later() -> None:
    quick = hit(at=Moment(TAKEN + TOO_SOON - 1), who=SCANNER)
    assert judge(hit(), TAKEN, [quick]) is HUMAN


def test_the_first_link_is_no_trap_and_neither_is_an_open() -> None:
    assert judge(hit(2), TAKEN, [hit(1), hit(0, kind=OPEN)]) is HUMAN


@pytest.mark.parametrize("apart", [0, AT_ONCE // 2])
def test_whoever_follows_three_links_at_once_is_a_scanner(apart: int) -> None:
    hits = [hit(link, Moment(LATER + link * apart), network=f"192.0.{link}.0/24") for link in (1, 2, 3)]
    for one in hits:
        assert judge(one, TAKEN, [other for other in hits if other is not one]) is SCANNER


def test_two_links_at_once_or_three_one_after_the_other_are_a_persons() -> None:
    assert judge(hit(1), TAKEN, [hit(2)]) is HUMAN
    assert judge(hit(1), TAKEN, [hit(1), hit(1), hit(2)]) is HUMAN
    slow = [hit(link, Moment(LATER + link * (AT_ONCE + 1))) for link in (2, 3)]
    assert judge(hit(1), TAKEN, slow) is HUMAN


def test_an_open_among_many_clicks_is_not_told_by_them() -> None:
    clicks = [hit(link) for link in (1, 2, 3)]
    assert judge(hit(0, kind=OPEN), TAKEN, clicks) is HUMAN


def test_what_is_unknown_stays_so() -> None:
    assert judge(replace(hit(), who=UNKNOWN), TAKEN, []) is UNKNOWN
