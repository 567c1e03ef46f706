"""Hits: somebody or something has followed a link of a mail, or fetched its dot; and who that was.

What a request says of itself is looked at when it comes (`first_sight`). What others around it say is looked
at a little later (`judge`): a scanner is known by coming at once, by following every link, by following the
one that nobody sees, by what it did before. Only `human` counts; all are kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from penfriend.domain.timing import HOUR, MINUTE, SECOND, Moment
from penfriend.domain.tokens import TRAP

SETTLED_AFTER = 30 * SECOND
"""So long it is waited for others before a hit is judged."""
TOO_SOON = 5 * SECOND
"""Nobody reads a mail so shortly after its server has taken it."""
AT_ONCE, MANY_LINKS = 2 * SECOND, 3
"""Nobody follows so many links of a mail within that time before and after."""
AROUND_TRAP = MINUTE
"""Whoever follows links of a mail around the moment at which the trap was followed is the scanner, too."""
ONCE_PER = HOUR
"""The same link again within that time is the same click."""
LONGEST_AGENT = 300
"""Characters of a User-Agent that are kept."""


class HitKind(StrEnum):
    """What was done."""

    OPEN = "open"
    CLICK = "click"


class HitClass(StrEnum):
    """Who did it."""

    HUMAN = "human"
    """A person, by all that can be seen."""
    PROXY = "proxy"
    """A mail service that fetches pictures for its people, whether they look or not: Apple, Gmail, Yahoo."""
    PREFETCH = "prefetch"
    """A browser that loads what somebody may go to."""
    SCANNER = "scanner"
    """A program that looks whether links are safe, or reads everything."""
    UNKNOWN = "unknown"
    """It does not look like a person's program, and not like a known machine either."""


@dataclass(frozen=True, slots=True)
class Request:
    """What of a request tells who it is."""

    method: str
    headers: Mapping[str, str]
    """By their names in lower case."""
    network: str
    """Where it came from, without the part that says who: 192.0.2.0/24."""

    @property
    def agent(self) -> str:
        """The program, as it calls itself."""
        return self.headers.get("user-agent", "")[:LONGEST_AGENT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One request of a link or dot."""

    kind: HitKind
    message: int
    link: int = TRAP
    """The number of the link; 0 is the trap, and an open."""
    url: str | None = None
    """Where the link leads."""
    at: Moment
    who: HitClass
    agent: str
    network: str

    @property
    def is_trap(self) -> bool:
        """Whether it is the link that nobody sees."""
        return self.kind is HitKind.CLICK and self.link == TRAP

    @property
    def visitor(self) -> tuple[str, str]:
        """What tells one visitor of a mail from another."""
        return self.network, self.agent


_PROXIES = re.compile(r"GoogleImageProxy|YahooMailProxy", re.IGNORECASE)
_APPLE = "Mozilla/5.0"
"""All that Apple's Mail Privacy Protection says of itself."""
_MACHINES = re.compile(
    r"""
      (?<!cu)bots?\b | crawl | spider | slurp | scan | preview | monitor | checker | checkmark | fetch
    | validat
    | headless | phantomjs | selenium | puppeteer | playwright
    | ^curl/ | ^wget/ | python | aiohttp | httpx | urllib | ^go-http-client | ^java/ | ^axios | node-fetch
    | libwww | ^ruby | ^php | guzzle | apache-httpclient | ^ahc/ | postman | insomnia | winhttp
    | barracuda | mimecast | proofpoint | symantec | forcepoint | fireeye | trellix | ironport | sophos
    | mcafee | trend\ ?micro | fortinet | fortimail | kaspersky | bitdefender | zscaler | cloudmark
    | avanan | checkpoint | safelinks | urldefense | cloudfront | facebookexternalhit | whatsapp
    | edge/12\.246\ mozilla/5\.0$
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Scanners of mail, readers of everything, and libraries of programs, by what they call themselves."""
_PREFETCHING = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
_PREFETCH_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_BROWSER = re.compile(r"Mozilla/[45]\.0 \(.{3,}\)|Opera/", re.IGNORECASE)
_MAIL_PROGRAM = re.compile(
    r"Microsoft Outlook|Microsoft Office|Outlook-(?:iOS|Android)|Thunderbird|Apple Mail|AppleWebKit"
    r"|Lotus-Notes|Evolution|KMail|Postbox|Airmail|MailMate|eM Client",
    re.IGNORECASE,
)


def first_sight(kind: HitKind, request: Request, *, is_trap: bool = False) -> HitClass:
    """Who it is by the request alone."""
    agent, headers = request.agent.strip(), request.headers
    if any(_PREFETCHING.search(headers.get(name, "")) for name in _PREFETCH_HEADERS):
        return HitClass.PREFETCH
    if _PROXIES.search(agent) or (kind is HitKind.OPEN and agent == _APPLE):
        return HitClass.PROXY
    if is_trap or request.method != "GET" or not agent or not headers.get("accept"):
        return HitClass.SCANNER
    if _MACHINES.search(agent):
        return HitClass.SCANNER
    return HitClass.HUMAN if _looks_human(kind, agent, headers) else HitClass.UNKNOWN


def _looks_human(kind: HitKind, agent: str, headers: Mapping[str, str]) -> bool:
    """A click is a browser that goes to a page, which says the languages of its reader; an open is a browser
    or a mail program that wants a picture."""
    if kind is HitKind.OPEN:
        return bool(_BROWSER.match(agent) or _MAIL_PROGRAM.search(agent))
    wants_page = "text/html" in headers["accept"] or headers["accept"].strip() == "*/*"
    goes_there = headers.get("sec-fetch-mode", "navigate") == "navigate"
    return bool(_BROWSER.match(agent) and wants_page and goes_there and headers.get("accept-language"))


def judge(hit: Hit, taken_at: Moment | None, others: Sequence[Hit]) -> HitClass:
    """Who it is, now that it is known when the mail was taken (by its server, or when it was handed over) and
    which other hits of the mail there are."""
    if hit.who not in (HitClass.HUMAN, HitClass.UNKNOWN):
        return hit.who
    if hit.is_trap or _too_soon(hit, taken_at):
        return HitClass.SCANNER
    if any(_gives_away(trap, hit) for trap in others if trap.is_trap):
        return HitClass.SCANNER
    if any(_was_known(other, hit, taken_at) for other in others):
        return HitClass.SCANNER
    if hit.kind is HitKind.CLICK and _follows_many(hit, others):
        return HitClass.SCANNER
    return hit.who


def _too_soon(hit: Hit, taken_at: Moment | None) -> bool:
    return taken_at is not None and hit.at < taken_at + TOO_SOON


def _gives_away(trap: Hit, hit: Hit) -> bool:
    return trap.visitor == hit.visitor or abs(trap.at - hit.at) <= AROUND_TRAP


def _was_known(other: Hit, hit: Hit, taken_at: Moment | None) -> bool:
    """Who looks with HEAD and comes with GET minutes later. Who was only quick may be a person who
    waits for the mail: that is held against the quick hit alone."""
    known = other.who is HitClass.SCANNER and not _too_soon(other, taken_at)
    return known and other.visitor == hit.visitor


def _follows_many(hit: Hit, others: Sequence[Hit]) -> bool:
    near = {
        other.link for other in others if other.kind is HitKind.CLICK and abs(other.at - hit.at) <= AT_ONCE
    }
    return len(near | {hit.link}) >= MANY_LINKS


@dataclass(frozen=True, slots=True)
class KeptHit:
    """A hit on record."""

    id: int
    hit: Hit
    settled: bool
    counted: bool
    """An event was made of it."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a hit was found to be."""

    id: int
    who: HitClass
    counted: bool


@dataclass(frozen=True, slots=True)
class FollowedMail:
    """The mail whose links were followed."""

    contact: int
    enrollment: int
    campaign: str
    step: str
    topic: str | None
    taken_at: Moment | None
    """When its server has taken it, or else when it was handed over first."""


class HitStore(Protocol):
    """Where hits are kept (`penfriend.storage.hit_log`). Everything raises StoreUnavailable."""

    def keep(self, hits: Sequence[Hit]) -> None:
        """Put them on record."""

    def due(self, until: Moment, most: int) -> list[KeptHit]:
        """The oldest that are not settled, and that came until then."""

    def around(self, messages: Collection[int]) -> Mapping[int, list[KeptHit]]:
        """The hits of these mails."""

    def mails(self, messages: Collection[int]) -> Mapping[int, FollowedMail]:
        """The mails that are still known, of people who are not erased."""

    def settle(self, settled: Sequence[Settled], gone: Collection[int]) -> None:
        """Write what was found; of whom nobody is known any more, forget that."""
