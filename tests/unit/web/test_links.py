"""What holds for every link: wrong tokens, looking without touching, erased and joined contacts, limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import text, update

from penfriend.domain.tokens import Purpose
from penfriend.storage.tables import contacts
from penfriend.web.headers import LETTER_POLICY
from tests.unit.web.visit_shop import PATHS, VisitShop

PURPOSES = list(PATHS)


@pytest.fixture
def links(shop: VisitShop) -> dict[Purpose, str]:
    """One good link of each kind."""
    who = shop.contact()
    asked = shop.event("subscription_requested", topic="journal")
    nps = shop.mail(who, "satisfaction", "survey/nps")
    hello = shop.mail(who)
    opt_in = shop.mail(who, "opt_in", event=asked)
    about = {Purpose.SURVEY: nps, Purpose.CONFIRM: opt_in}
    return {purpose: shop.link(purpose, who, about.get(purpose, hello), 8) for purpose in PURPOSES}


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_no_row(
    shop: VisitShop, client: httpx.Client, links: dict[Purpose, str], purpose: Purpose, method: str
) -> None:
    before = shop.rows()
    assert client.request(method, links[purpose]).status_code == 200
    assert shop.rows() == before


@pytest.mark.parametrize("purpose", PURPOSES)
def test_head_is_like_get(client: httpx.Client, links: dict[Purpose, str], purpose: Purpose) -> None:
    head, get = (
        {name: value for name, value in answer.headers.items() if name != "date"}
        for answer in (client.head(links[purpose]), client.get(links[purpose]))
    )
    assert head == get


def flipped(token: str) -> Iterator[str]:
    for place, letter in enumerate(token):
        other = "A" if letter != "A" else "B"
        yield token[:place] + other + token[place + 1 :]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_flipped_token_is_the_same_404(
    shop: VisitShop, client: httpx.Client, links: dict[Purpose, str], purpose: Purpose
) -> None:
    before = shop.rows()
    nothing = client.get("/u/nothing")
    _, path, token = links[purpose].split("/")
    wrong = [*flipped(token), token + "A", token[:-1], "", "%00", "..", "a" * 5000, "ı", token.swapcase()]
    for one in wrong:
        for page in (client.get(f"/{path}/{one}"), client.post(f"/{path}/{one}", data={"score": "9"})):
            if page.status_code == 405:
                assert purpose is Purpose.VIEW
            else:
                assert (page.status_code, page.text) == (404, nothing.text), one
    assert shop.rows() == before


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_token_is_worth_nothing_for_another_purpose(
    client: httpx.Client, links: dict[Purpose, str], purpose: Purpose
) -> None:
    token = links[purpose].split("/")[2]
    for other in set(PURPOSES) - {purpose}:
        assert client.get(f"/{PATHS[other]}/{token}").status_code == 404
        assert client.post(f"/{PATHS[other]}/{token}").status_code in {404, 405}


@pytest.mark.parametrize("purpose", PURPOSES)
def test_an_erased_contact_is_the_same_404(
    shop: VisitShop, client: httpx.Client, links: dict[Purpose, str], purpose: Purpose
) -> None:
    with shop.db.write() as connection:
        connection.execute(update(contacts).values(erased_at=shop.clock.now(), email=None))
    before = shop.rows()
    nothing = client.get("/u/nothing").text
    assert client.get(links[purpose]).text == nothing
    if purpose is not Purpose.VIEW:
        assert client.post(links[purpose], data={"score": "9"}).text == nothing
    assert shop.rows() == before


def test_a_joined_contact_is_the_one_that_is_left(shop: VisitShop, client: httpx.Client) -> None:
    old = shop.contact("old")
    link = shop.link(Purpose.UNSUBSCRIBE, old, shop.mail(old))
    left = shop.contact("new", topics=["offers"])
    shop.event("contact_merged", "old", into="new")
    with shop.db.read() as connection:
        kept = connection.execute(text("SELECT id FROM contacts")).scalars().all()
    assert len(kept) == 1
    shop.later()
    assert client.post(link).status_code == 200
    assert kept[0] in {old, left}
    assert "offers" not in shop.subscribed(kept[0])


def test_the_404_is_in_the_language_that_the_browser_asks_for(client: httpx.Client) -> None:
    page = client.get("/u/nothing", headers={"accept-language": "xx, de;q=0.9, tr-TR;q=0.8, en;q=0.1"})
    assert '<html lang="tr-TR" dir="ltr">' in page.text
    assert "Bu bağlantı çalışmıyor" in page.text


@pytest.mark.parametrize("path", ["/nothing", "/u", "/u/", "/assets/pages.css", "/assets/../pages.css"])
def test_any_other_address_is_the_same_page(client: httpx.Client, path: str) -> None:
    page = client.get(path)
    assert (page.status_code, page.text) == (404, client.get("/u/nothing").text)


def test_a_path_for_programs_answers_with_a_problem_document(client: httpx.Client) -> None:
    page = client.get("/v1/nothing")
    assert page.status_code == 404
    assert page.headers["content-type"] == "application/problem+json"
    assert page.json()["status"] == 404


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_page_is_guarded(client: httpx.Client, links: dict[Purpose, str], purpose: Purpose) -> None:
    for page in (client.get(links[purpose]), client.get("/u/nothing"), client.get("/healthz")):
        headers = page.headers
        policy = headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["x-robots-tag"].startswith("noindex")
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy
        assert "unsafe-inline" not in policy or policy == LETTER_POLICY
        assert "set-cookie" not in headers


@pytest.mark.parametrize("purpose", [one for one in PURPOSES if one is not Purpose.VIEW])
def test_our_pages_style_nothing_inline(
    client: httpx.Client, links: dict[Purpose, str], purpose: Purpose
) -> None:
    page = client.get(links[purpose]).text
    assert "<style" not in page
    assert "style=" not in page
    assert "<script" not in page


def test_the_style_sheet_is_served_and_may_be_kept(client: httpx.Client, links: dict[Purpose, str]) -> None:
    page = client.get(links[Purpose.PREFERENCES]).text
    path = page.split('rel="stylesheet" href="')[1].split('"')[0]
    sheet = client.get(path)
    assert sheet.headers["content-type"].startswith("text/css")
    assert "immutable" in sheet.headers["cache-control"]


def test_links_on_pages_stand_below_the_public_url(
    shop: VisitShop, client: httpx.Client, links: dict[Purpose, str]
) -> None:
    shop.change(brand=replace(shop.definitions.brand, public_url="https://shop.example/mail/"))
    page = client.get(links[Purpose.UNSUBSCRIBE]).text
    assert 'href="/mail/preferences/' in page
    assert 'href="/mail/assets/pages-' in page


Send = Callable[[httpx.Client, str], int]


def declared(client: httpx.Client, link: str) -> int:
    return client.post(link, content=b"a" * 70_000).status_code


def streamed(client: httpx.Client, link: str) -> int:
    return client.post(link, content=iter([b"a" * 10_000] * 7)).status_code


@pytest.mark.parametrize("send", [declared, streamed])
def test_a_long_body_is_refused(
    shop: VisitShop, client: httpx.Client, links: dict[Purpose, str], send: Send
) -> None:
    client.headers["content-type"] = "application/x-www-form-urlencoded"
    before = shop.rows()
    assert send(client, links[Purpose.SURVEY]) == 413
    assert send(client, links[Purpose.PREFERENCES]) == 413
    assert shop.rows() == before


def test_files_are_refused(shop: VisitShop, client: httpx.Client, links: dict[Purpose, str]) -> None:
    before = shop.rows()
    assert client.post(links[Purpose.SURVEY], files={"score": ("9.txt", b"9")}).status_code == 400
    assert shop.rows() == before
