"""The service's own links: each for one thing, one person, this mail."""

from __future__ import annotations

import re

import pytest

from penfriend.domain.errors import RenderFailed
from penfriend.domain.tokens import Claim, Purpose
from penfriend.rendering.tokens import read
from tests.unit.rendering.letters import KEY, filled, text_letter


@pytest.mark.parametrize(
    ("source", "path", "purpose", "value"),
    [
        ("links.unsubscribe", "u", Purpose.UNSUBSCRIBE, 0),
        ("links.preferences", "preferences", Purpose.PREFERENCES, 0),
        ("links.view_online", "view", Purpose.VIEW, 0),
        ("links.confirm", "confirm", Purpose.CONFIRM, 0),
        ("links.survey(9)", "s", Purpose.SURVEY, 9),
    ],
)
def test_a_link_carries_a_token_for_its_purpose(source: str, path: str, purpose: Purpose, value: int) -> None:
    text = filled(text_letter("{{ " + source + " }}"), survey="after")[2]
    matched = re.fullmatch(rf"https://acorn\.example/{path}/([\w-]+)\n", text)
    assert matched
    assert read(matched.group(1), purpose, KEY) == Claim(purpose, 3, 7, value)


def test_a_transactional_letter_has_no_unsubscribe_link() -> None:
    source = text_letter('{{ "yes" if links.unsubscribe else "no" }}')
    assert filled(source, topic=None)[2] == "no\n"
    assert filled(source)[2] == "yes\n"


@pytest.mark.parametrize("score", ["11", "-1", "'x'", "2.5", "true"])
def test_a_score_outside_of_the_scale_is_refused(score: str) -> None:
    with pytest.raises(RenderFailed, match="a score from 0 to 10"):
        filled(text_letter("{{ links.survey(" + score + ") }}"), survey="after")


def test_a_survey_link_without_a_survey_is_refused() -> None:
    with pytest.raises(RenderFailed, match="names none"):
        filled(text_letter("{{ links.survey(1) }}"))
