"""Attacks with a real browser: it follows every link of mails and nothing changes; attackers' texts on pages
run nothing, and the policy has nothing to refuse; where signing in leads is at our own address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page

from penfriend.domain.definitions import Survey, Topic
from penfriend.domain.tokens import Purpose
from penfriend.storage.database import open_database
from penfriend.storage.migrate import upgrade
from penfriend.web import RunningServer, serve
from penfriend.web.accounts.asking import path_of_ours
from penfriend.web.serving import free_port, serve_house
from tests.browser.test_pages import links
from tests.support.attacks import attacks
from tests.support.empty_store import empty_file
from tests.support.scanned import links_of, mailed
from tests.unit.web.visit_shop import VisitShop

SAMPLE = [" ".join(text.replace("\x00", "").split()) for text in attacks("xss")[::22] if text.strip()]


def test_a_browser_that_follows_every_link_answers_nothing(page: Page, tmp_path: Path) -> None:
    port = free_port()
    url, database = f"http://127.0.0.1:{port}", empty_file(tmp_path / "penfriend.db")
    settings = {"PENFRIEND_PUBLIC_URL": url, "PENFRIEND_LISTEN": f"127.0.0.1:{port}"}
    with mailed(tmp_path, database, 2, **settings) as shop:
        before = shop.rows()
        with serve_house(shop.house):
            for link in [link for mail in shop.mails() for link in links_of(mail, url)]:
                if link.startswith("/c/"):  # which leads out of this machine
                    page.request.get(url + link, max_redirects=0)
                else:
                    page.goto(url + link, wait_until="load")
        shop.later(600)
        shop.settle()
        assert shop.rows() == before


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[VisitShop]:
    with open_database(f"sqlite:///{tmp_path / 'shop.db'}") as db:
        upgrade(db)
        yield VisitShop(db)


@pytest.fixture
def server(shop: VisitShop) -> Iterator[RunningServer]:
    with serve(shop.app(), "127.0.0.1", 0) as running:
        yield running


def test_texts_of_attackers_run_nothing(shop: VisitShop, server: RunningServer, page: Page) -> None:
    told: list[str] = []

    def dialog(found: Dialog) -> None:
        told.append(found.message)
        found.dismiss()

    page.on("dialog", dialog)
    page.on("console", lambda message: told.append(message.text))
    found = links(shop)
    for text in SAMPLE:
        topics = {name: Topic(name, {"en": text}) for name in shop.definitions.topics}
        surveys = {
            **shop.definitions.surveys,
            "after_delivery": Survey("after_delivery", "nps", {"en": text}),
        }
        brand = replace(shop.definitions.brand, name=text, public_url=server.url)
        shop.change(topics=topics, surveys=surveys, brand=brand)
        page.goto(server.url + found[Purpose.SURVEY])
        page.locator("#comment").fill(text)
        page.locator("main button").click()
        page.goto(server.url + found[Purpose.PREFERENCES])
        page.goto(server.url + found[Purpose.VIEW])
    assert told == []
    assert page.evaluate("document.scripts.length") == 0


def test_where_signing_in_leads_is_at_our_address(page: Page) -> None:
    wanted = sorted({path_of_ours(text) for family in ("redirects", "xss") for text in attacks(family)})
    origins = page.evaluate(
        "all => all.map(one => new URL(one, 'https://mail.shop.example/login').origin)", wanted
    )
    assert set(origins) == {"https://mail.shop.example"}
    every = page.evaluate(
        "all => all.map(one => { try { return new URL(one, 'https://mail.shop.example/login').hostname }"
        " catch { return '' } })",
        list(attacks("redirects")),
    )
    assert sum(one != "mail.shop.example" for one in every) > 150, "a browser would have gone elsewhere"
