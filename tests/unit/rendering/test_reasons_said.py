"""Reasons on pages: each word of the closed lists has a sentence in every language, and stands beside it."""

from __future__ import annotations

import inspect
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from penfriend.bootstrap import why
from penfriend.domain import story
from penfriend.domain.plan import OBJECTIONS
from penfriend.domain.stops import Figures, StopAt, read_why, why_stop
from penfriend.domain.story import Sentence
from penfriend.rendering.pages import LANGUAGES, Words, read_texts
from penfriend.rendering.reader import Reader
from penfriend.rendering.reasons_said import LISTS, Reasons

EVERY = [(name, one.value) for name, known in LISTS.items() for one in known]


def reasons(language: str) -> Reasons:
    reader = Reader(Locale(language), ZoneInfo("UTC"), "EUR")
    return Reasons(Words(read_texts(language, "dashboard")), reader)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "word"), EVERY)
def test_every_reason_is_said_in_the_readers_language(language: str, name: str, word: str) -> None:
    said = reasons(language)(word, name)
    sentence, _, code = said.partition(" <code")
    assert code == f' class="word" dir="ltr">{word}</code>'
    assert word not in sentence or "_" not in word
    assert language == "en" or sentence != reasons("en")(word, name).partition(" <code")[0]


def test_no_text_is_of_a_reason_that_there_is_not() -> None:
    texts = {key for key in read_texts("en", "dashboard") if key.startswith("reason_")}
    assert texts == {f"reason_{name}_{word}" for name, word in EVERY}


def test_a_word_of_two_lists_is_said_as_in_the_first() -> None:
    said = reasons("en")
    assert said("too_late", "skip", "end").startswith("it could not go out in time")
    assert said("too_late", "door").startswith("what would have let them in is too old")
    assert said("goal", "skip", "end").startswith("reached the goal")


def test_a_word_of_none_is_said_as_it_is() -> None:
    assert reasons("en")("<bought>", "end") == "<bdi>&lt;bought&gt;</bdi>"


@pytest.mark.parametrize(
    ("what", "key", "english"),
    [
        ("bounced", "bounces", "came back from dead addresses"),
        ("complained", "complaints", "were called spam"),
        ("unmade", "render_failures", "could not be made"),
    ],
)
@pytest.mark.parametrize("stretch", ["its last 1,000 mails", "its mails of the last 7 days"])
def test_why_a_campaign_has_stopped_is_said_in_the_readers_language(
    what: str, key: str, english: str, stretch: str
) -> None:
    figures: dict[str, Any] = {"tried": 1000, what: 30}
    why = why_stop({stretch: Figures(**figures)}, StopAt(1.5, 1.5, 1.5, 100))
    assert why is not None
    found = read_why(why)
    assert found is not None
    assert (found.limit_of, found.number, found.limit) == (key, 30, 1.5)
    said = reasons("en").stop(why)
    assert english in said
    assert "<bdi>30</bdi> of <bdi>1,0" in said
    assert "the limit is <bdi>1.5%</bdi>" in said
    assert len({reasons(language).stop(why) for language in LANGUAGES}) == len(LANGUAGES)


def test_another_reason_of_a_stop_is_said_as_it_is() -> None:
    assert reasons("tr").stop("somebody <b>") == '<bdi dir="auto">somebody &lt;b&gt;</bdi>'


def test_every_sentence_of_a_guard_has_a_text() -> None:
    texts = {key for key in read_texts("en", "dashboard") if key.startswith("plan_objection_")}
    assert texts == {f"plan_objection_{one}" for one in OBJECTIONS}


def test_every_sentence_of_why_not_has_a_text() -> None:
    source = inspect.getsource(story) + inspect.getsource(why)
    said = {name for found in re.findall(r'said=f?"(\w+)({of})?"', source) for name in both(*found)}
    assert {key for key in read_texts("en", "dashboard") if key.startswith("why_")} == {
        f"why_{one}" for one in said
    }


def both(name: str, of: str) -> tuple[str, ...]:
    return (name, f"{name}_of") if of else (name,)


def test_why_somebody_is_not_in_a_campaign_is_said_with_its_moments_and_conditions() -> None:
    sentence = Sentence(
        "as penfriend why tells it",
        said="fails",
        values={"segment": "gold", "detail": "contact.tier is <missing>"},
    )
    assert reasons("pl").story(sentence) == (
        "Nie jest w segmencie <bdi>gold</bdi>: "
        '<bdi><span class="words" lang="en" dir="ltr">contact.tier is &lt;missing&gt;</span></bdi>'
    )
    noted = Sentence("", said="noted", values={"segment": "gold", "since": 1_772_452_800_000_000})
    assert "Mar 2, 2026, 12:00\u202fPM" in reasons("en").story(noted)
    assert (
        reasons("tr").story(Sentence("<so>")) == '<span class="words" lang="en" dir="ltr">&lt;so&gt;</span>'
    )
