"""The sample shop's letters as axe sees them: what a screen reader, or who sees little, would miss."""

import pytest
from playwright.sync_api import Page

from tests.support.axe import violations
from tests.support.sample_letters import LETTERS, READERS, letter, the_definitions, the_renderer

OF_A_SITE = {"landmark-one-main", "region"}
"""A mail stands within the landmarks of the program that shows it; its own is `role="article"`."""


@pytest.mark.parametrize("name", LETTERS)
def test_axe_finds_nothing_in_a_letter(sheet: Page, name: str) -> None:
    language = list(READERS)[LETTERS.index(name) % len(READERS)]
    html = the_renderer().fill(letter(the_definitions(), name, language))[1]
    sheet.set_content(html, wait_until="commit")
    found = violations(sheet)
    told = [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found]
    assert [one for one in told if one.partition(":")[0] not in OF_A_SITE] == []


def test_axe_would_find_something(sheet: Page) -> None:
    html = the_renderer().fill(letter(the_definitions(), LETTERS[0]))[1]
    sheet.set_content(html.replace('lang="en-GB"', "").replace("</body>", '<img src="x.png" /></body>'))
    assert {"html-has-lang", "image-alt"} <= {one["id"] for one in violations(sheet)}
