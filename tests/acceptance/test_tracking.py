"""A mail of the real program, its links followed over HTTP: what a reader does is told, what machines do is
not."""

from __future__ import annotations

import re
import signal
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path

import httpx
import pytest

from penfriend.web.serving import free_port
from tests.acceptance.conftest import CAMPAIGNS, FOOT, LETTER, Shop, wait_for

pytestmark = pytest.mark.timeout(240)
NAUGHTY = (
    "https://shop.example/s?q={{ contact.first_name | urlencode }}"
    "&amp;n=%0d%0aX:y&copy=1&amp;b='&quot;|;{x}\\ü#top"
)
MAILED = (
    "https://shop.example/s?q=%22%3E%3Cscript%3E%20%26&n=%0d%0aX:y&copy=1&b='\"|;{x}\\%C3%BC"
    "&utm_source=news&utm_medium=email&utm_campaign=news&utm_content=news#top"
)
READER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Accept": "text/html",
    "Accept-Language": "en",
}
HOUR = 3_600_000_000


@pytest.fixture
def shop(make_shop: Callable[..., Shop], tmp_path: Path) -> Shop:
    shop = make_shop(f"file:{tmp_path / 'outbox'}")
    port = free_port()
    shop.environment |= {
        "PENFRIEND_LISTEN": f"127.0.0.1:{port}",
        "PENFRIEND_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    campaigns = CAMPAIGNS.replace("  name: Acorn", "  utm: {source: news}\n  name: Acorn")
    shop.write("campaigns.yaml", campaigns)
    links = f'<a href="{NAUGHTY}">One</a> <a href="https://b.example/" data-track="off">Two</a>'
    shop.write("templates/news.mjml", LETTER % (links + FOOT))
    return shop


def _mail(shop: Shop, outbox: Path) -> tuple[list[str], str]:
    """The mail arrives, an hour ago: the addresses of its HTML, and its text."""
    person = 'c1,ann@customer.example,"""><script> &",offers,2026-01-01\n'
    people = "id,email,first_name,topics,subscribed_at\n" + person
    shop.run("import", "contacts", "-", stdin=people)
    moment = datetime.now(UTC).isoformat()
    event = f'{{"id": "n", "contact": "c1", "name": "news_wanted", "at": "{moment}"}}\n'
    shop.run("import", "events", "-", stdin=event)
    wait_for(lambda: len(list(outbox.glob("**/*.eml"))) == 1, "the mail")
    wait_for(lambda: "sent" in shop.json("status")["campaigns"]["news"]["messages"], "its record")
    with sqlite3.connect(shop.folder / "penfriend.db") as store:
        store.execute(f"UPDATE messages SET sent_at = sent_at - {HOUR}, dated_at = dated_at - {HOUR}")
    store.close()
    [file] = outbox.glob("**/*.eml")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    html, text = (message.get_body((kind,)) for kind in ("html", "plain"))
    assert html is not None
    assert text is not None
    return re.findall(r'(?:href|src)="(http[^"]+)"', html.get_content()), text.get_content()


def _happened(shop: Shop) -> list[tuple[str, str | None]]:
    """The events of clicks and opens after all has settled."""
    later = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    shop.run("tick", "--now", later)
    with sqlite3.connect(shop.folder / "penfriend.db") as store:
        found = store.execute(
            "SELECT name, json_extract(properties, '$.url') FROM events"
            " WHERE name IN ('mail_clicked', 'mail_opened') ORDER BY id"
        ).fetchall()
    store.close()
    return found


def _stop(shop: Shop) -> None:
    for process in shop.running:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def test_what_a_reader_follows_is_told_and_leads_where_the_mail_said(shop: Shop, tmp_path: Path) -> None:
    shop.start("run")
    wait_for(lambda: "running as" in shop.log, "the daemon's first line")
    addresses, text = _mail(shop, tmp_path / "outbox")
    one, two, _leave, _trap, dot = addresses
    assert (
        two
        == "https://b.example/?utm_source=news&amp;utm_medium=email&amp;utm_campaign=news&amp;utm_content=news"
    )
    assert unescape(MAILED).replace("%C3%BC", "ü") in text
    assert "/o/" not in text
    assert "/c/" not in text
    with httpx.Client(headers=READER, verify=False) as reader:
        assert reader.get(dot).headers["content-type"] == "image/gif"
        answer = reader.get(one)
        assert (answer.status_code, answer.headers["location"]) == (302, MAILED)
    _stop(shop)
    assert _happened(shop) == [("mail_opened", None), ("mail_clicked", MAILED)]
    assert "clicked" in shop.run("why", "c1").stdout


def test_a_scanner_that_follows_everything_changes_nothing(shop: Shop, tmp_path: Path) -> None:
    shop.start("run")
    wait_for(lambda: "running as" in shop.log, "the daemon's first line")
    addresses, _ = _mail(shop, tmp_path / "outbox")
    ours = [one for one in addresses if one.startswith(shop.environment["PENFRIEND_PUBLIC_URL"])]
    with httpx.Client(headers=READER, verify=False) as scanner:
        for _ in range(3):
            assert {scanner.head(one).status_code for one in ours} == {200, 204, 302}
            assert {scanner.get(one).status_code for one in ours} == {200, 204, 302}
    _stop(shop)
    assert _happened(shop) == []
    assert "clicked" not in shop.run("why", "c1").stdout
