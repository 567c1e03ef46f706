"""What other processes have counted, added to one's own: the workers of one `penfriend run` are monitored as
one, and one that takes the place of another goes on where that one was."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any

from penfriend.engine.measures import Durations, Measures, Tally

Counted = Mapping[str, Any]
"""All that was counted, as JSON: by the name of a measure a list of its series."""


def written(measures: Measures) -> Counted:
    """What these have counted."""
    found: dict[str, list[Any]] = {}
    for name, measure in _all(measures):
        if isinstance(measure, Tally):
            found[name] = [[list(words), number] for words, number in measure.read().items()]
        else:
            found[name] = [
                [list(words), one.counts, one.total, one.last] for words, one in measure.read().items()
            ]
    return found


def together(measures: Measures, others: Collection[Counted]) -> Measures:
    """The sum of these and of what others have counted; what another version counts in another way is left
    out."""
    total = Measures(spans=measures.spans)
    for counted in (written(measures), *others):
        for name, measure in _all(total):
            for series in counted.get(name, ()):
                _add(measure, series)
    return total


def _add(measure: Tally | Durations, series: Any) -> None:
    if isinstance(measure, Tally):
        words, number = series
        measure.add(*words, number=number)
    else:
        words, counts, total, last = series
        measure.merge(words, counts, total, last)


def _all(measures: Measures) -> list[tuple[str, Tally | Durations]]:
    found = [(field.name, getattr(measures, field.name)) for field in fields(measures)]
    return [(name, one) for name, one in found if isinstance(one, Tally | Durations)]
