"""What a campaign did with one person, minute by minute, and how that compares with what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from zoneinfo import ZoneInfo

from penfriend.domain.campaign_test import Expectation, Expected
from penfriend.domain.moments import At, reckon
from penfriend.domain.reasons import End
from penfriend.domain.timing import Moment, to_datetime


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One thing that happened, or should have."""

    at: str
    """The wall clock of the contact: `2026-03-02 10:00`."""
    what: Expectation
    step: str = ""
    reason: str = ""
    """Empty where any will do."""

    def __str__(self) -> str:
        told = " ".join(part for part in (self.what.value, self.step, self.reason) if part)
        return f"{self.at} {told}"


Pair = tuple[Line | None, Line | None]
"""What was expected and what happened, side by side; None where the other has nothing like it."""


def wall_clock(moment: Moment, zone: ZoneInfo) -> str:
    """To the minute."""
    return to_datetime(moment, zone).strftime("%Y-%m-%d %H:%M")


def written_moment(at: At, zone: ZoneInfo) -> Moment:
    """The moment that a test has written, by the clock of `zone`."""
    moment = reckon(at, now=Moment(0), zone=zone)
    assert moment is not None  # noqa: S101  # a written moment needs nothing else
    return moment


def expected_line(expected: Expected, zone: ZoneInfo) -> Line:
    """An expectation on the contact's clock; a time that comes twice means the first, one that a zone skips
    the one after the gap."""
    return Line(
        wall_clock(written_moment(expected.at, zone), zone), expected.what, expected.step, expected.reason
    )


def compare(expected: Sequence[Line], actual: Sequence[Line]) -> list[Pair]:
    """Both in order, equal ones beside each other. An expectation without a reason is content with any. Which
    of two things came first within a minute is nothing that a test can say."""
    reasons = {(line.at, line.what, line.step) for line in expected if not line.reason}
    plain = [_without_reason(line) if _key(line) in reasons else line for line in actual]
    expected = _as_they_came(expected, plain)
    pairs: list[Pair] = []
    for word, a, b, c, d in SequenceMatcher(None, expected, plain, autojunk=False).get_opcodes():
        if word == "equal":
            pairs += zip(expected[a:b], actual[c:d], strict=True)
        else:
            pairs += _beside(expected[a:b], actual[c:d])
    return pairs


def agrees(pairs: Sequence[Pair]) -> bool:
    """Whether all that was expected happened, and nothing else."""
    return all(is_met(pair) for pair in pairs)


def is_met(pair: Pair) -> bool:
    """Whether what was expected is what happened; an expectation without a reason is content with any. That
    an enrollment ends behind its last step goes without saying."""
    wanted, found = pair
    if wanted is None:
        return found is not None and found.what is Expectation.EXIT and found.reason == End.COMPLETED
    if found is None:
        return False
    return _key(wanted) == _key(found) and wanted.reason in ("", found.reason)


def _as_they_came(expected: Sequence[Line], actual: Sequence[Line]) -> list[Line]:
    """What is expected, within each minute in the order in which it happened."""
    places = {line: place for place, line in reversed(list(enumerate(actual)))}
    return sorted(expected, key=lambda line: (line.at, places.get(line, len(actual))))


def _beside(expected: Sequence[Line], actual: Sequence[Line]) -> Iterator[Pair]:
    for number in range(max(len(expected), len(actual))):
        yield (
            expected[number] if number < len(expected) else None,
            actual[number] if number < len(actual) else None,
        )


def _key(line: Line) -> tuple[str, Expectation, str]:
    return line.at, line.what, line.step


def _without_reason(line: Line) -> Line:
    return Line(line.at, line.what, line.step)
