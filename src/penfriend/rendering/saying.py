"""Puts what statistics have to say into words, for a page in its reader's language or for the terminal."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from markupsafe import Markup

from penfriend.domain.statistics import CONFIDENCE, Counted, Kind, Sentence
from penfriend.rendering.pages import Words, read_texts
from penfriend.rendering.reader import Reader

Write = Callable[..., str]
_BY_COUNTED = frozenset({Kind.MORE, Kind.FEWER, Kind.NONE, Kind.ARM_BETTER, Kind.ARM_UNDECIDED})
"""What is said in other words for orders than for clicks."""
_EARLY = frozenset({Kind.EARLY, Kind.EARLY_LONG, Kind.EARLY_PEOPLE})


class Saying:
    """As a template calls it: `{{ say(lift.sentence) }}`."""

    def __init__(self, words: Words, reader: Reader) -> None:
        self._words, self._reader = words, reader

    def __call__(self, sentence: Sentence) -> Markup:
        """The sentence, for a page. It begins with a small letter and ends without a full stop."""
        return Markup(self._said(sentence, self._words))  # noqa: S704  # the words escape

    def until(self, sentence: Sentence) -> Markup:
        """What the estimate of one that is too early means; empty for others."""
        return Markup(self._until(sentence, self._words))  # noqa: S704  # the words escape

    def plain(self, sentence: Sentence) -> str:
        """The sentence as text; for one that is too early with what the estimate means."""
        until = self._until(sentence, self._words.plain)
        said = self._said(sentence, self._words.plain)
        return f"{said} ({until})" if until else said

    def _said(self, sentence: Sentence, write: Write) -> str:
        return str(write(_key(sentence), **self._values(sentence)))

    def _until(self, sentence: Sentence, write: Write) -> str:
        if sentence.kind not in _EARLY or sentence.kind is Kind.EARLY_LONG:
            return ""
        key = "said_until_seen" if sentence.values["as_seen"] else "said_until_worth"
        return str(write(key, worth=self._amount(sentence, sentence.values["worth"])))

    def _values(self, sentence: Sentence) -> dict[str, str]:
        found = {
            name: self._amount(sentence, value) if name in ("low", "high") else self._reader.number(value, 0)
            for name, value in sentence.values.items()
            if name not in ("worth", "as_seen", "error")
        }
        found |= sentence.names
        if "error" in sentence.values:
            found["error"] = self._reader.percent(sentence.values["error"] / 100, 0)
        if sentence.kind in (Kind.MORE, Kind.FEWER):
            found["sure"] = self._reader.percent(CONFIDENCE, 0)
        return found

    def _amount(self, sentence: Sentence, value: float) -> str:
        """So many of a hundred people; with two decimals where there are few."""
        if sentence.counted is Counted.REVENUE:
            return self._reader.money(value)
        most = max(sentence.values.get("high", 1.0), sentence.values.get("low", 1.0))
        return self._reader.number(value, 1 if most >= 1 else 2)


def in_english(sentence: Sentence, currency: str) -> str:
    """The sentence for the terminal. `currency` is the brand's."""
    return Saying(_english(), Reader(Locale("en"), ZoneInfo("UTC"), currency)).plain(sentence)


def _key(sentence: Sentence) -> str:
    if sentence.kind is Kind.EARLY and sentence.values["weeks"] == 1:
        return "said_early_one"
    what = f"_{sentence.counted.value}" if sentence.kind in _BY_COUNTED else ""
    return f"said_{sentence.kind.value}{what}"


@cache
def _english() -> Words:
    return Words(read_texts("en", "dashboard"))
