"""Reasons on pages: each word of the closed lists has a sentence in every language, and stands beside it."""

from __future__ import annotations

import pytest

from penfriend.rendering.pages import LANGUAGES, Words, read_texts
from penfriend.rendering.reasons_said import LISTS, Reasons

EVERY = [(name, one.value) for name, known in LISTS.items() for one in known]


def reasons(language: str) -> Reasons:
    return Reasons(Words(read_texts(language, "dashboard")))


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
