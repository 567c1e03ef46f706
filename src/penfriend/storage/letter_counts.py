"""What letters count within a window: asked like conditions, for all the people of a batch at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from operator import attrgetter

from sqlalchemy import Connection

from penfriend.domain.asking import Answer
from penfriend.domain.counting import Counted
from penfriend.domain.facts import Frozen, frozen_money
from penfriend.domain.fields import FieldType
from penfriend.domain.timing import Moment
from penfriend.storage.letter_values import Person
from penfriend.storage.questions import ask

_AT_ONCE = 200
"""So many are asked in one SELECT: each is a column of it, and PostgreSQL has 1,664 at most."""


def counts_of(
    connection: Connection, people: Sequence[Person], counts: Collection[Counted], now: Moment
) -> dict[int, Frozen]:
    """The numbers at `now`, by their text, by enrollment id."""
    if not people:
        return {}
    definitions = people[0].definitions
    probes = [person.enrollment.probe(now) for person in people]
    ordered = sorted(counts, key=attrgetter("text"))
    shown: dict[int, Frozen] = {person.enrollment.id: {} for person in people}
    for start in range(0, len(ordered), _AT_ONCE):
        asked = ordered[start : start + _AT_ONCE]
        answers = ask(connection, definitions, asked, probes)
        for person, row in zip(people, answers, strict=True):
            shown[person.enrollment.id] |= {
                counted.text: _frozen(counted, value, definitions.brand.currency)
                for counted, value in zip(asked, row, strict=True)
            }
    return shown


def _frozen(counted: Counted, value: Answer, currency: str) -> Frozen:
    number = None if value is None else int(str(value))
    return frozen_money(number, currency) if counted.field.type is FieldType.AMOUNT else number
