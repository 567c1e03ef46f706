"""Machines that read mails: scanners that follow every link, and mailbox providers that unsubscribe."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from penfriend.domain.hits import HitClass
from penfriend.storage.tables import hits
from penfriend.web.serving import house_app
from tests.support.empty_store import empty_file
from tests.support.scanned import PUBLIC, Mailed, links_of, mailed

PEOPLE = 50
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0",
    "Accept": "text/html,application/xhtml+xml,image/webp,*/*;q=0.8",
    "Accept-Language": "en",
}
"""A scanner that says it is a browser: only what it does tells it apart."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Mailed]:
    with mailed(tmp_path, empty_file(tmp_path / "penfriend.db"), PEOPLE) as made:
        yield made


def ask(shop: Mailed, requests: list[tuple[str, str]], **more: object) -> list[int]:
    """What is answered to these, one after the other."""

    async def asked() -> list[int]:
        with house_app(shop.house) as app:
            way = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=way, base_url=PUBLIC, headers=BROWSER) as client:
                found = [await client.request(*one, **more) for one in requests]  # type: ignore[arg-type]
                assert not [one for one in found if one.is_server_error or one.cookies]
                return [one.status_code for one in found]

    return asyncio.run(asked())


def test_a_scanner_that_follows_everything_changes_nothing_and_is_no_person(shop: Mailed) -> None:
    mails = shop.mails()
    assert len(mails) == 2 * PEOPLE
    before = shop.rows()
    kinds: set[str] = set()
    for some in (mails[::2], mails[1::2]):  # at once, and ten minutes later
        requests = [(method, link) for mail in some for link in links_of(mail) for method in ("HEAD", "GET")]
        kinds |= {link.split("/")[1] for _, link in requests}
        assert {*ask(shop, requests)} == {200, 204, 302}
        shop.later(600)
        shop.settle()
        assert shop.rows() == before
    assert kinds == {"c", "o", "s", "u", "view", "preferences", "confirm"}
    with shop.house.db.read() as connection:
        classes = Counter(connection.execute(select(hits.c.who)).scalars())
    assert {*classes} == {HitClass.SCANNER.value}
    assert classes.total() > 2 * PEOPLE


ONE_CLICK = {
    "Gmail": ({"User-Agent": "Mozilla/5.0 (compatible; GoogleImageProxy)"}, "form"),
    "Yahoo": (
        {"User-Agent": "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"},
        "multipart",
    ),
    "Apple": ({"User-Agent": "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15"}, "form"),
    "none": ({"User-Agent": "", "Accept": ""}, "multipart"),
}
PARTS = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'


def test_one_click_of_a_mailbox_provider_counts_at_the_very_next_claim(shop: Mailed) -> None:
    letters = [mail for mail in shop.mails() if mail["List-Unsubscribe"] and mail["Subject"] == "Hello"]
    left: set[str] = set()
    for (headers, how), mail in zip(ONE_CLICK.values(), letters, strict=False):
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        kind = (
            "multipart/form-data; boundary=b" if how == "multipart" else "application/x-www-form-urlencoded"
        )
        body = PARTS if how == "multipart" else b"List-Unsubscribe=One-Click"
        link = str(mail["List-Unsubscribe"]).strip("<>").removeprefix(PUBLIC)
        said = {**headers, "Content-Type": kind}
        assert ask(shop, [("POST", link)], content=body, headers=said) == [200]
        left.add(str(mail["To"]))
    before = len(shop.mails())
    shop.later(60)
    shop.order(range(PEOPLE), 2)
    again = {str(mail["To"]) for mail in shop.mails()[before:]}
    assert len(again) == PEOPLE - len(ONE_CLICK)
    assert not again & left
