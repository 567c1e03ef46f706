"""The sample shop's letters in a real browser: they fit a phone, and can be read in light and in dark."""

from dataclasses import replace
from typing import Literal

import pytest
from playwright.sync_api import Page

from penfriend.domain.definitions import Definitions
from penfriend.domain.theme import DARK, Palette, Theme, dark_for
from penfriend.rendering import TemplateRenderer
from tests.support.sample_letters import FILES, LETTERS, READERS, letter, the_definitions, the_renderer

CONTRAST = 4.5
"""What WCAG 2.2 asks of text."""

FAINT = """least => {
  const parse = colour => colour.match(/[\\d.]+/g).map(Number);
  const channel = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement, range = document.createRange();
    range.selectNodeContents(node);
    if (!node.data.trim() || !range.getBoundingClientRect().width) continue;
    const front = light(parse(getComputedStyle(element).color)), back = light(behind(element));
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    if (ratio < least) faint.push(node.data.trim() + " " + ratio.toFixed(2));
  }
  return faint;
}"""
"""Lists the texts of a page whose contrast to what is behind them is less than asked for."""


@pytest.fixture
def definitions() -> Definitions:
    return the_definitions()


@pytest.fixture
def renderer() -> TemplateRenderer:
    return the_renderer()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", LETTERS)
def test_letter_fits_a_phone_and_can_be_read(
    sheet: Page,
    renderer: TemplateRenderer,
    definitions: Definitions,
    name: str,
    scheme: Literal["light", "dark"],
) -> None:
    sheet.set_viewport_size({"width": 360, "height": 640})
    sheet.emulate_media(color_scheme=scheme)
    long = {
        "first_name": "Konstantynopolitańczykowianeczka Anna",
        "last_name": None,
        "locale": "pl",
        "email": "k@post.example",
    }
    for language in READERS if scheme == "light" else ("ar",):  # colours are the same in all of them
        sheet.set_content(
            renderer.fill(letter(definitions, name, language, contact=long))[1], wait_until="commit"
        )
        assert sheet.evaluate("document.documentElement.scrollWidth") == 360
        assert sheet.evaluate(FAINT, CONTRAST) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("primary", ["#8A2A4B", "#7A4A00", "#101010"])
def test_a_shops_own_primary_can_be_read(
    sheet: Page, definitions: Definitions, primary: str, scheme: Literal["light", "dark"]
) -> None:
    light = Palette(primary=primary)
    theme = Theme(light, dark_for(light, Palette(), DARK))
    own = replace(definitions, brand=replace(definitions.brand, theme=theme))
    renderer = TemplateRenderer(FILES, own, b"k" * 32, 1)
    sheet.emulate_media(color_scheme=scheme)
    for name in ("points_expiry/notice", "survey/nps", "orders/confirmation"):
        sheet.set_content(renderer.fill(letter(own, name))[1], wait_until="commit")
        assert sheet.evaluate(FAINT, CONTRAST) == []


def test_the_scale_wraps_on_a_phone_and_stays_in_one_row_elsewhere(
    sheet: Page, renderer: TemplateRenderer, definitions: Definitions
) -> None:
    sheet.set_content(renderer.fill(letter(definitions, "survey/nps"))[1])
    for width, rows in ((640, 1), (360, 2)):
        sheet.set_viewport_size({"width": width, "height": 640})
        tops = sheet.evaluate(
            "[...document.querySelectorAll('.score')].map(link => link.getBoundingClientRect().top)"
        )
        assert len(set(tops)) == rows
