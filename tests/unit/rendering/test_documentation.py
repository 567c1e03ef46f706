"""docs/templates.md says what there is: every function, filter, name and key of the head."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from penfriend.domain.campaign import Campaign, EventTrigger, Send
from penfriend.rendering import filters
from penfriend.rendering.head import IGNORE, TEXT_KEYS
from penfriend.rendering.names import FUNCTIONS
from penfriend.rendering.shapes import shapes
from tests.unit.rendering.letters import DEFINITIONS

PAGE = Path(__file__).parents[3] / "docs" / "templates.md"
STEP = Send(id="a", template="a", survey="after")
SHAPES = shapes(DEFINITIONS, Campaign(name="c", trigger=EventTrigger("order_placed"), steps=(STEP,)), STEP)


def words() -> set[str]:
    """Everything that stands as code."""
    text = re.sub(r"(?s)```.*?```", "", PAGE.read_text(encoding="utf-8"))
    spans = re.findall(r"`([^`]+)`", text)
    return {word for span in spans for word in re.findall(r"\w+", span)}


@pytest.mark.parametrize(
    "name",
    sorted({*FUNCTIONS, *TEXT_KEYS, *IGNORE.split("."), *SHAPES["brand"].names, *SHAPES["links"].names}),
)
def test_a_name_of_ours_is_documented(name: str) -> None:
    assert name in words()


@pytest.mark.parametrize("name", sorted({*filters.KEPT, "format", "join", "replace"} - {"d", "e"}))
def test_a_filter_is_documented(name: str) -> None:
    assert name in words()


@pytest.mark.parametrize(
    "name", ["name", "step", "kind", "topic", "topic_title", "question", "scores", "locale", "dir", "subject"]
)
def test_what_the_renderer_adds_is_documented(name: str) -> None:
    assert name in words()
