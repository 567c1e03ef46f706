"""The wall of the dashboard: what people wrote in answer to surveys, as those see it who run the shop.

Whatever stands in a comment is text: it is one paragraph of its own, cut where it is long, and says nobody's
name that is not in it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from babel import Locale

from penfriend.domain.definitions import Definitions, Text
from penfriend.domain.letter import Renderer
from penfriend.domain.timing import Moment
from penfriend.domain.visits import WrittenComment
from penfriend.rendering.pages import said_by

LONGEST_SHOWN = 280
"""So many characters of a comment are shown, at the most."""
_NO_TEXT = frozenset({"Cc", "Cs"})
"""Control characters and halves of characters."""
_OVERRIDES = frozenset("\u202d\u202e")
"""They turn letters round one by one, so that something else is read than was written."""
_NOT_FIRST = frozenset({"Mn", "Me", "Mc", "Sk", "Cf"})
"""What belongs to the character before it: accents, skin colours, joiners."""


@dataclass(frozen=True, slots=True)
class WallNote:
    """A comment on the wall."""

    title: str
    """The question, or the name of a survey that is live no more."""
    score: int | None
    top: int | None
    """The highest score of the scale; None where the survey has none, or is live no more."""
    choice: str
    """Of a choice, what was chosen; else empty."""
    text: str
    at: Moment


def wall(
    comments: Iterable[WrittenComment], definitions: Definitions, renderer: Renderer, locale: Locale
) -> list[WallNote]:
    """The comments in the reader's language."""

    def said(text: Text) -> str:
        return said_by(renderer, text, locale, definitions.brand.locale)

    notes = []
    for one in comments:
        survey = definitions.surveys.get(one.survey)
        is_known = survey is not None and one.score in survey.scores
        options = survey.options if survey is not None else ()
        notes.append(
            WallNote(
                title=said(survey.question) if survey is not None else one.survey,
                score=one.score,
                top=survey.scores[-1] if survey is not None and is_known else None,
                choice=said(options[one.score - 1]) if options and is_known and one.score else "",
                text=shown_text(one.text),
                at=one.at,
            )
        )
    return notes


def shown_text(text: str) -> str:
    """A comment in one paragraph, without what is no text, cut behind a word where it is long."""
    words = " ".join("".join(filter(_is_text, text)).split())
    if len(words) <= LONGEST_SHOWN:
        return words
    end = LONGEST_SHOWN - 1
    gap = words.rfind(" ", end // 2, end + 1)
    if gap > 0:
        return f"{words[:gap]}…"
    while end > 1 and _is_inside(words, end):
        end -= 1
    return f"{words[:end]}…"


def _is_text(one: str) -> bool:
    return one.isspace() or (one not in _OVERRIDES and unicodedata.category(one) not in _NO_TEXT)


def _is_inside(text: str, at: int) -> bool:
    """Whether a cut there would part what is seen as one character."""
    return text[at - 1] == "\u200d" or unicodedata.category(text[at]) in _NOT_FIRST
