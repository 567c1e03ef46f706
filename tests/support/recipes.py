"""The campaigns of docs/recipes.md by their headings, and two more that the tests run beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.docs.pages import page
from tests.support.lived import Shop, lived

PAGE = page("docs/recipes.md").whole
HEAD = PAGE.blocks[0].text
RECIPES = {
    section.title: section.blocks[0].text
    for section in PAGE.sections
    if len(section.blocks) == 1 and section.tokens[0].tag == "h3"
}
NEWSLETTER = """
  newsletter:
    topic: offers
    trigger: {schedule: "0 10 * * mon"}
    steps: [{send: news/monday}]
"""
STATEMENT = """
  statement:
    topic: rewards
    trigger: {schedule: 2026-03-04 10:00, if: {points.balance: {at_least: 1}}}
    steps: [{send: points/statement}]
"""
Open = Callable[..., Shop]
"""Opens the shop that runs one recipe: its heading, the moment at which it begins, further campaigns."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Open]:
    """Opens the shop that runs one recipe."""
    with ExitStack() as stack:

        def opened(recipe: str, begin: str, also: str = "") -> Shop:
            files = {"campaigns.yaml": HEAD, "campaigns/recipe.yaml": RECIPES[recipe]}
            files |= {"campaigns/also.yaml": f"campaigns:{also}"} if also else {}
            return stack.enter_context(lived(tmp_path, files, begin, links={"consent/confirm": "confirm"}))

        yield opened
