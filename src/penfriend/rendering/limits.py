"""What a template may not do to the machine: the limits that Jinja's sandbox does not have by itself.

The sandbox keeps a template away from Python, but not from `'a' * 200000000`, `'%500000000d' | format(1)` or
loops in loops. Here texts and lists stay short, loops have a common budget, and what is written is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

MAX_VALUE = 1_000_000
"""A text that is made is at most so many characters, a list so many entries."""
MAX_LOOPS = 20_000
"""All loops of one letter together go round so often."""
MAX_RANGE = 10_000
MAX_NUMBER = 2**64
MAX_OUTPUT = 2_000_000
"""A part of a letter is at most so many characters."""

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

    def loop(self, values: object) -> object:
        """The values of a loop, counted against the budget before it begins."""
        if isinstance(values, Sequence) and not isinstance(values, str):
            count = len(values)
        elif isinstance(values, Iterable):
            values = list(islice(values, self.loops + 1))
            count = len(values)
        else:
            return values
        self.loops -= count
        if self.loops < 0:
            raise LimitReached(f"the loops of a letter go round more than {MAX_LOOPS} times.")
        return [lenient(value) for value in values] if isinstance(values, list) else values


def check_format(text: str) -> None:
    """Refuses a percent format that pads to three digits and more."""
    if _WIDE.search(text):
        raise LimitReached("a format may not pad to a hundred characters or more.")


def check_size(size: int) -> None:
    """Refuses a text or list that would be too long."""
    if size > MAX_VALUE:
        raise LimitReached(f"a text or list may not be longer than {MAX_VALUE}.")


def check_operator(operator: str, left: object, right: object) -> None:
    """Refuses an operation whose result would be too large; asked before it is done."""
    sizes = [len(value) for value in (left, right) if isinstance(value, str | list | tuple)]
    numbers = [abs(value) for value in (left, right) if isinstance(value, int | float)]
    if any(number > MAX_NUMBER for number in numbers):
        raise LimitReached("a number is too large.")
    if operator == "+":
        check_size(sum(sizes))
    elif operator == "*" and sizes:
        check_size(int(max(sizes) * max([*numbers, 1])))
    elif operator == "%" and isinstance(left, str):
        check_format(left)
    elif operator == "**" and (len(numbers) < 2 or numbers[1] > 64 or numbers[0] > 2**16):
        raise LimitReached("a power is too large.")


def limited_range(*bounds: int) -> range:
    """`range` of at most 10,000 numbers."""
    numbers = range(*bounds)
    if len(numbers) > MAX_RANGE:
        raise LimitReached(f"a range may not be longer than {MAX_RANGE}.")
    return numbers
