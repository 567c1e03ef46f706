"""The page of how people stand with the shop in a real browser, by axe: wide and narrow, light and dark, from
the right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from penfriend.bootstrap import House
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
