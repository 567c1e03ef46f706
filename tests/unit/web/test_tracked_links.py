"""`/c/{token}` and `/o/{token}.gif`: where a click leads, and what is noted of it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from penfriend.domain.hits import Hit, HitClass, HitKind
from penfriend.domain.tokens import TRAP, Purpose
from penfriend.engine.following import Following
from penfriend.rendering.tokens import Signer
from penfriend.web import create_app, serve
from penfriend.web.links import DOT, LinkRoutes
from tests.unit.web.visit_shop import KEYS, VisitShop

BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Accept": "text/html",
    "Accept-Language": "tr",
}
URL = "https://shop.example/board?a=1&b=%0d%0aSet-Cookie:x=y&c=\"'<>;|{}#part"


def link(url: str = URL, number: int = 1, message: int = 7) -> str:
    return f"/c/{Signer(Purpose.CLICK, 3, message, KEYS[0]).sign(number, url.encode('ascii'))}"


DOT_LINK = f"/o/{Signer(Purpose.OPEN, 3, 7, KEYS[0]).sign(0)}.gif"


@pytest.fixture
def noted() -> list[Hit]:
    return []


@pytest.fixture
def client(shop: VisitShop, noted: list[Hit]) -> Iterator[httpx.Client]:
    """Somebody with a browser, before the real server."""
    links = LinkRoutes(Following(shop.tokens, noted.append, shop.clock))
    pages = shop.app_parts()
    with serve(create_app(*pages, links), "127.0.0.1", 0) as server:
        client = httpx.Client(base_url=server.url, verify=False, headers=BROWSER)
        yield client
        client.close()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_click_leads_to_the_address_of_the_mail_and_nowhere_else(client: httpx.Client, method: str) -> None:
    for more in ("", "?url=https://evil.example", "?u=//evil.example#https://evil.example"):
        answer = client.request(method, link() + more)
        assert answer.status_code == 302
        assert answer.headers.get_list("location") == [URL]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers
        assert answer.content == b""


def test_the_host_that_a_request_names_decides_nothing(client: httpx.Client) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Original-URL": "/c/x"}
    assert client.get(link(), headers=headers).headers["location"] == URL


def test_a_click_is_noted_with_who_it_was(shop: VisitShop, client: httpx.Client, noted: list[Hit]) -> None:
    client.get(link(number=2), headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.77"})
    assert noted == [
        Hit(
            kind=HitKind.CLICK,
            message=7,
            link=2,
            url=URL,
            at=shop.clock.now(),
            who=HitClass.HUMAN,
            agent=BROWSER["User-Agent"],
            network="198.51.100.0/24",
        )
    ]


@pytest.mark.parametrize(
    ("forwarded", "network"),
    [
        ("", "127.0.0.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:198.51.100.77", "198.51.100.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("no address", ""),
        ("198.51.100.77:4711", ""),
    ],
)
def test_of_an_address_only_its_network_is_kept(
    client: httpx.Client, noted: list[Hit], forwarded: str, network: str
) -> None:
    client.get(link(), headers={"X-Forwarded-For": forwarded} if forwarded else {})
    assert noted[0].network == network


def test_the_head_of_a_link_is_a_scanners(client: httpx.Client, noted: list[Hit]) -> None:
    client.head(link())
    client.head(DOT_LINK)
    assert [hit.who for hit in noted] == [HitClass.SCANNER, HitClass.SCANNER]


def test_the_dot_is_a_picture_that_is_fetched_anew_each_time(client: httpx.Client, noted: list[Hit]) -> None:
    answer = client.get(DOT_LINK, headers={"Accept": "image/*"})
    assert (answer.status_code, answer.content) == (200, DOT)
    assert answer.headers["content-type"] == "image/gif"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert DOT.startswith(b"GIF89a\x01\x00\x01\x00")
    assert [(hit.kind, hit.message, hit.url, hit.who) for hit in noted] == [
        (HitKind.OPEN, 7, None, HitClass.HUMAN)
    ]


def test_the_trap_leads_nowhere(client: httpx.Client, noted: list[Hit]) -> None:
    answer = client.get(link("", TRAP))
    assert (answer.status_code, answer.content) == (204, b"")
    assert noted[0].is_trap
    assert noted[0].who is HitClass.SCANNER


@pytest.mark.parametrize(
    "path",
    [
        "/c/",
        "/c/x",
        "/c/" + "A" * 5_000,
        link()[:-1],
        link() + "A",
        link() + "%00",
        link() + "/",
        link().replace("/c/", "/c//"),
        DOT_LINK.replace("/o/", "/c/"),
        DOT_LINK.removesuffix(".gif"),
        link().replace("/c/", "/o/") + ".gif",
        link().replace("/c/", "/u/"),
        "/o/x.gif",
        "/o/.gif",
        "/c/https://evil.example",
        "/c/%0d%0aLocation:%20https://evil.example",
    ],
)
def test_everything_else_is_the_page_of_a_wrong_link(
    client: httpx.Client, noted: list[Hit], path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert 'lang="tr"' in answer.text
    assert "location" not in answer.headers
    assert noted == []


def test_a_token_of_parts_of_two_others_is_worth_nothing(client: httpx.Client) -> None:
    one, two = link(number=1), link("https://b.example/", number=2, message=8)
    for at in range(5, len(one)):
        mixed = one[:at] + two[at:]
        if mixed not in (one, two):
            assert client.get(mixed).status_code == 404


def test_a_click_is_answered_while_the_store_is_away(shop: VisitShop, client: httpx.Client) -> None:
    shop.db.close()
    assert client.get(link()).status_code == 302
    assert client.get(DOT_LINK).status_code == 200


def test_nothing_is_posted_to_a_link(client: httpx.Client, noted: list[Hit]) -> None:
    assert client.post(link()).status_code == 405
    assert noted == []
