"""Attacks with a real browser: it follows every link of mails and nothing changes; attackers' texts on pages
run nothing, and the policy has nothing to refuse; where signing in leads is at our own address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page

from penfriend.domain.definitions import Survey, Topic
from penfriend.domain.tokens import Purpose
from penfriend.storage.database import open_database
from penfriend.storage.migrate import upgrade
from penfriend.web import RunningServer, serve
from penfriend.web.accounts.asking import path_of_ours
from tests.browser.test_pages import links
from tests.scanner.scan import KINDS, scan
from tests.support.attacks import attacks
from tests.support.empty_store import empty_file
from tests.unit.web.visit_shop import VisitShop

SAMPLE = [" ".join(text.replace("\x00", "").split()) for text in attacks("xss")[::22] if text.strip()]


def test_a_scanner_with_a_browser_changes_nothing_and_is_no_person(browser: Browser, tmp_path: Path) -> None:
    """`make scanner` does the same with a thousand mails."""
    found = scan(browser, tmp_path, empty_file(tmp_path / "penfriend.db"), 2)
    assert found.changed == []
    assert found.human == 0
    assert found.kinds == KINDS
    assert found.person_seen
    assert found.good


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
