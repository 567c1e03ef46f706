"""Counts, sums and averages that a letter narrows: `points.earned(within="last 1 month")`.

They are read by the same words as in conditions, and counted by the same compiler. Windows and moments go by
the brand's clock; now is the moment when the mail is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from penfriend.domain.fields import FIELDS, Field
from penfriend.domain.moments import MomentExpr
from penfriend.domain.problems import did_you_mean, quote
from penfriend.domain.segment import Narrow
from penfriend.domain.time_words import WordError, looks_like_field, parse_moment, parse_window

NARROWERS = ("within", "before", "after")
"""What a letter can narrow by. A condition's `where` and `match` it has not: the event or order is named by a
segment then."""
_MOMENTS = "Write 90 days ago, monday, 2026-12-24, 2026-12-24 09:00, entry, or 7 days before entry."
COUNTS = "counts"
"""The part of a letter's facts that holds these numbers, by their text."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A count, sum or average that a letter narrows. Answer of the store: a number, for an amount in
    ten-thousandths of the brand's currency; None for the average of nothing."""

    text: str
    """How it is called, in one way of writing; the facts of a letter hold it under this."""
    field: Field
    narrow: Narrow


def narrowing_field(path: Sequence[str]) -> Field | None:
    """The count, sum or average of a name such as `points.earned` or `events.NAME.count`, in parts; None for
    what is none."""
    group, key, subject = path[0], path[-1], ".".join(path[1:-1])
    known = FIELDS.get(group, {}).get(key)
    if len(path) < 2 or known is None or not known.narrows or (group == "events") != bool(subject):
        return None
    return Field(".".join(path), group, key, known.type, subject, narrows=True)


def read_counted(field: Field, given: Mapping[str, str]) -> Counted:
    """The field narrowed by what is given. Raises WordError with a whole sentence."""
    if not given:
        raise WordError(
            f'there is no window. Write {field.name}(within="last 30 days"), or'
            f" {field.name} alone for all there ever was."
        )
    for word in given:
        if word not in NARROWERS:
            raise WordError(
                f"there is no {quote(word)}.{did_you_mean(word, NARROWERS)} In a letter it takes:"
                f" {', '.join(NARROWERS)}."
            )
    shown = ", ".join(f'{word}="{" ".join(given[word].split())}"' for word in NARROWERS if word in given)
    narrow = Narrow(
        within=parse_window(given["within"]) if "within" in given else None,
        before=_moment(given["before"]) if "before" in given else None,
        after=_moment(given["after"]) if "after" in given else None,
    )
    return Counted(f"{field.name}({shown})", field, narrow)


def _moment(text: str) -> MomentExpr:
    if any(map(looks_like_field, text.split()[-1:])):
        raise WordError(f"{quote(text)}: a letter counts from no field. {_MOMENTS}")
    return parse_moment(text)
