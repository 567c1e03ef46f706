"""Reasons in the reader's language: a short sentence, and quietly beside it the word that is searched for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from markupsafe import Markup, escape

from penfriend.domain.reasons import End, NotEntered, Postponed, Skip
from penfriend.domain.stops import read_why
from penfriend.domain.story import Sentence
from penfriend.domain.timing import Moment
from penfriend.rendering.pages import Words
from penfriend.rendering.reader import Reader

LISTS: Mapping[str, type[StrEnum]] = {"door": NotEntered, "end": End, "skip": Skip, "wait": Postponed}
"""What the closed lists are called in the texts: `reason_LIST_WORD`."""
_ENGLISH = Markup('<span class="words" lang="en" dir="ltr">{}</span>')
_WORD = Markup(' <code class="word" dir="ltr">{}</code>')


class Reasons:
    """As a template calls it: `{{ reason("outside_window", "wait") }}`."""

    def __init__(self, words: Words, reader: Reader) -> None:
        self._words, self._reader = words, reader

    def __call__(self, word: str, *lists: str) -> Markup:
        """The reason, which stands in one of these lists: of two meanings that of the first. A word of none
        of them, such as what an exit is called, is said as it is."""
        key = text_of(word, *lists)
        if not key:
            return Markup("<bdi>{}</bdi>").format(word)
        return escape(self._words(key)) + _WORD.format(word)

    def stop(self, why: str) -> Markup:
        """Why a campaign has stopped by itself; words that are none of ours as they are."""
        found = read_why(why)
        if found is None:
            return Markup('<bdi dir="auto">{}</bdi>').format(why)
        return self._words(
            f"stop_{found.limit_of}",
            share=self._reader.percent(found.number / found.of, 2),
            number=self._reader.number(found.number),
            of=self._reader.number(found.of),
            limit=self._reader.percent(found.limit / 100, 1),
        )

    def story(self, sentence: Sentence) -> Markup:
        """A sentence of why somebody is not in a campaign; one that has no text here is said in English."""
        if not sentence.said:
            return _ENGLISH.format(sentence.text)
        values: dict[str, object] = {
            name: self._reader.moment(Moment(value)) if isinstance(value, int) else value
            for name, value in sentence.values.items()
        }
        if "detail" in values:
            values["detail"] = _ENGLISH.format(values["detail"])
        return self._words(f"why_{sentence.said}", **values)


def text_of(word: str, *lists: str) -> str:
    """The key of a reason's text; empty where the word stands in none of the lists."""
    for name in lists:
        if word in {one.value for one in LISTS[name]}:
            return f"reason_{name}_{word}"
    return ""
