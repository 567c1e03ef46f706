"""The page of how people stand with the shop in a real browser, by axe: wide and narrow, light and dark, from
the right."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from penfriend.bootstrap import House
from penfriend.rendering import dashboard_pages
from penfriend.rendering.charts.drawing import Drawings
from tests.browser.test_dashboard import faults
from tests.integration.test_relationship_page import fill
from tests.support.browser import stay_on_this_machine
from tests.support.dashboard import CAMPAIGNS, serve_dashboard
from tests.support.empty_store import empty_file
from tests.support.served_house import served_house
from tests.support.signed_in import sign_in


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with served_house(tmp_path, empty_file(tmp_path / "penfriend.db"), CAMPAIGNS) as opened:
        fill(opened, 6)
        yield opened


@pytest.mark.parametrize(("language", "scheme", "width"), [("en", "light", 1440), ("ar", "dark", 390)])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    house: House, browser: Browser, language: str, scheme: str, width: int
) -> None:
    dark = scheme == "dark"
    with (
        serve_dashboard(house) as server,
        browser.new_context(
            locale=language,
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": 740},
        ) as context,
    ):
        context.route("**/*", stay_on_this_machine)
        page = context.new_page()
        sign_in(house, server, page, "vera", "viewer")
        page.goto(f"{server.url}/relationship")
        assert page.locator(".rung").count() == 7
        assert page.locator("figure.chart").count() == 7
        assert faults(page) == []
        for one in page.locator("details:not(.menu) summary").all():
            one.click()
        assert faults(page) == []


class Held:
    """Draws when it may."""

    def __init__(self) -> None:
        self.may = threading.Event()

    def draw(self, _: object) -> str:
        assert self.may.wait(60)
        return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 3"><path d="M0,0L10,3"/></svg>'

    def end(self) -> None: ...

    def stop(self) -> None:
        self.may.set()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    draws = Held()
    drawings = Drawings(draws)
    monkeypatch.setattr(dashboard_pages, "of_this_process", lambda: drawings)
    yield draws
    drawings.end()


def test_charts_come_behind_the_page_and_meanwhile_hold_their_place(
    house: House, held: Held, page: Page
) -> None:
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    with serve_dashboard(house) as server:
        sign_in(house, server, page, "vera", "viewer")
        page.goto(f"{server.url}/relationship")
        awaited = page.locator(".awaited")
        number = awaited.count()
        assert number > 0
        expect(page.locator("figure.chart details[open]")).to_have_count(0)
        before = page.locator("figure.chart").last.bounding_box()
        held.may.set()
        expect(awaited).to_have_count(0)
        expect(page.locator("figure.chart .drawn svg")).to_have_count(2 * number)
        after = page.locator("figure.chart").last.bounding_box()
        assert before is not None
        assert after is not None
        assert abs(before["y"] - after["y"]) < 2, "nothing jumps where the drawing is as high as most are"
    assert told == []


def test_the_tables_of_charts_that_are_not_drawn_yet_are_open_without_scripts(
    house: House, held: Held, browser: Browser
) -> None:
    with (
        serve_dashboard(house) as server,
        browser.new_context(java_script_enabled=False) as context,
    ):
        page = context.new_page()
        sign_in(house, server, page, "vera", "viewer")
        page.goto(f"{server.url}/relationship")
        number = page.locator(".awaited").count()
        assert number > 0
        assert page.locator("figure.chart details[open]").count() == number
        held.may.set()
