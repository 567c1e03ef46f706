"""The page of a simulation in a real browser: on a desk, on a phone, in the dark, with a letter open."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from penfriend.bootstrap import Wish, simulate
from penfriend.cli.future.folder import MailFolder
from tests.support.future_shop import NOON, open_shop


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("shop")
    out = MailFolder(folder / "out")
    with open_shop(folder, f"sqlite:///{folder / 'penfriend.db'}") as house:
        out.finish(simulate(house, Wish(4, NOON), out.keep))
    return out.page.resolve().as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_page_fits_and_shows_charts_and_a_letter(
    page: Page, address: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    failed: dict[str, str | None] = {}
    page.on("requestfailed", lambda request: failed.update({request.url: request.failure}))
    page.on("response", lambda response: failed.update({response.url: None}))
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    charts = page.get_by_role("img", name="Mails by day")
    expect(charts.first).to_be_visible()
    assert charts.count() == 4  # all, and the three campaigns that send
    bar = page.locator("svg rect:not(.none)").first.bounding_box()
    assert bar is not None
    assert bar["height"] > 1
    page.locator("details.letter > summary").first.click()
    letter = page.frame_locator("details.letter[open] iframe")
    expect(letter.get_by_text("12 Mill Lane")).to_be_visible()
    expect(page.get_by_text("Sends nothing.")).to_be_visible()
    # the page forbids whatever a letter would fetch, before it is asked for
    assert {reason for url, reason in failed.items() if url.startswith("http")} <= {"csp"}
