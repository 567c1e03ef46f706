"""What a template may not do to the machine: the limits that Jinja's sandbox does not have by itself.

The sandbox keeps a template away from Python, but not from `'a' * 200000000`, from a list that holds itself
twice sixty times over, or from a macro that calls itself twice. Nothing outside of the process would help: a
call into C cannot be stopped from within, and a process for each letter costs more than the letter. So it is
closed from inside, by rules that hold together. No value is ever large, and all that one letter makes is not
either: whatever makes one (an operator, a literal, a slice, a filter, a call, a block) counts what it holds,
all the way down; so no single step takes long. And whatever can be done again (a turn of a loop, a call, a
filter) first looks at the clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter, thread_time

MAX_VALUE = 1_000_000
"""A text that is made is at most so many characters; what a list or group holds, written out, as well."""
MAX_MADE = 20_000_000
"""All that one letter makes is together at most so many characters, also what it lets go again."""
ENTRY = 10
"""So many characters an entry of a list or group counts beside its text: a list has at most 100,000."""
MAX_LOOPS = 20_000
"""All loops of one letter together go round so often."""
MAX_RANGE = 10_000
MAX_NUMBER = 2**64
MAX_STRIPPED = 100
"""So many characters can be taken off the ends of a text: each of the text is compared with each of them."""
MAX_OUTPUT = 2_000_000
"""A part of a letter is at most so many characters."""
MAX_SECONDS = 2.0
"""So long the processor may work on filling one letter, half of it before anybody looks how long it did; an
ordinary one takes about a thousandth. The thread's own time, so that a busy machine fails nobody's letter."""

_WIDE = re.compile(r"%(?:\([^)]*\))?[-#0 +]*(?:\*|\d{3,}|\d*\.(?:\*|\d{3,}))")


class LimitReached(Exception):
    """A template tried to make too much; says of what."""


class Lenient(dict[str, object]):
    """Names that the shop gave: one that this person's data does not have is empty, where in a group of ours
    it would be an error."""

    def __missing__(self, name: str) -> None:
        return None


def lenient(value: object) -> object:
    """The value, a plain dict as a Lenient one."""
    return Lenient(value) if type(value) is dict else value


@dataclass(slots=True)
class Budget:
    """What one letter may still use."""

    loops: int = MAX_LOOPS
    room: int = MAX_MADE
    _look_again: float = field(default_factory=lambda: perf_counter() + MAX_SECONDS / 2)
    """No thread works longer than the time that passes, which is far cheaper to ask."""
    _began: float | None = None

    def look_at_clock(self) -> None:
        """Asked before whatever can be done again."""
        now = perf_counter()
        if now > self._look_again:
            self._look_again = now + self._seconds_left()

    def _seconds_left(self) -> float:
        worked = thread_time()
        if self._began is None:
            self._began = worked
        left = MAX_SECONDS / 2 - (worked - self._began)
        if left < 0:
            raise LimitReached(f"filling this letter takes longer than {MAX_SECONDS:g} seconds.")
        return left

    def made(self, value: object) -> object:
        """The value, which the template has made. Raises LimitReached where it is too large, or all of them
        are together."""
        size = len(value) if isinstance(value, str) else weight(value)
        if size > MAX_VALUE:
            check_size(size)
        self.room -= size
        if self.room < 0:
            raise LimitReached(f"all that a letter makes may together not be longer than {MAX_MADE}.")
        if isinstance(value, int) and not -MAX_NUMBER <= value <= MAX_NUMBER:
            raise LimitReached("a number is too large.")
        return value

    def loop(self, values: object) -> object:
        """The values of a loop, counted against the budget before it begins."""
        if type(values) is not list and (not isinstance(values, Sequence) or isinstance(values, str)):
            if not isinstance(values, Iterable):
                return values
            values = list(self._first(values))
        self.loops -= len(values)
        if self.loops < 0:
            raise self._too_many_loops()
        return _Turns(map(lenient, values), self)

    def each(self, values: Iterable[object]) -> Iterator[object]:
        """The values one by one, each after a look at the clock, as long as they are not too much
        together."""
        room = MAX_VALUE
        for value in values:
            self.look_at_clock()
            room -= ENTRY + weight(value, room)
            check_size(MAX_VALUE - room)
            yield value

    def _first(self, values: Iterable[object]) -> Iterator[object]:
        for number, value in enumerate(values):
            if number >= self.loops:
                raise self._too_many_loops()
            yield value

    @staticmethod
    def _too_many_loops() -> LimitReached:
        return LimitReached(f"the loops of a letter go round more than {MAX_LOOPS} times.")


class _Turns(list[object]):
    """The values of a loop, each given after a look at the clock."""

    def __init__(self, values: Iterable[object], budget: Budget) -> None:
        super().__init__(values)
        self._budget = budget

    def __iter__(self) -> Iterator[object]:
        look = self._budget.look_at_clock
        for value in super().__iter__():
            look()
            yield value


def weight(value: object, most: int = MAX_VALUE) -> int:
    """How many characters a value has with all that it holds, as often as it holds it; more than `most` is
    not counted to its end."""
    if isinstance(value, str):
        return len(value)
    if not isinstance(value, list | tuple | dict):
        return ENTRY
    total, left = 0, [value]
    while left and total <= most:
        held = left.pop()
        entries: Iterable[object] = (*held.keys(), *held.values()) if isinstance(held, dict) else held
        for one in entries:
            total += ENTRY
            if isinstance(one, str):
                total += len(one)
            elif isinstance(one, list | tuple | dict):
                left.append(one)
    return total


def limited_join(parts: Iterable[str]) -> str:
    """The parts of a block as one text."""
    parts = list(parts)
    check_size(sum(map(len, parts)))
    return "".join(parts)


def check_format(text: str, values: object = ()) -> None:
    """Refuses a percent format that pads to three digits and more, or says large values often."""
    if "%" not in text:
        return
    if _WIDE.search(text):
        raise LimitReached("a format may not pad to a hundred characters or more.")
    check_size(len(text) + text.count("%") * weight(values))


def check_size(size: int) -> None:
    """Refuses a text or list that would be too long."""
    if size > MAX_VALUE:
        raise LimitReached(f"a text, or a list with all that it holds, may not be longer than {MAX_VALUE}.")


def refuse_many_stripped(*characters: object) -> None:
    """Raises LimitReached where a text is to be stripped of many different characters."""
    if any(isinstance(one, str) and len(one) > MAX_STRIPPED for one in characters):
        raise LimitReached(f"a text can be stripped of at most {MAX_STRIPPED} characters.")


def check_operator(operator: str, left: object, right: object) -> None:
    """Refuses an operation whose result would be too large; asked before it is done."""
    numbers = [abs(value) for value in (left, right) if isinstance(value, int | float)]
    if any(number > MAX_NUMBER for number in numbers):
        raise LimitReached("a number is too large.")
    if operator == "%":
        if isinstance(left, str):
            check_format(left, right)
    elif operator == "**":
        if len(numbers) < 2 or numbers[1] > 64 or numbers[0] > 2**16:
            raise LimitReached("a power is too large.")
    elif len(numbers) < 2:
        weights = [weight(value) for value in (left, right) if isinstance(value, str | list | tuple)]
        if operator == "*" and weights:
            check_size(int(max(weights) * max([*numbers, 1])))
        else:
            check_size(sum(weights))


def limited_range(*bounds: int) -> range:
    """`range` of at most 10,000 numbers."""
    numbers = range(*bounds)
    if len(numbers) > MAX_RANGE:
        raise LimitReached(f"a range may not be longer than {MAX_RANGE}.")
    return numbers
