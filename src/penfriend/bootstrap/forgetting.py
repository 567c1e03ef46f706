"""What the live revision does not want kept any longer, deleted a little at a time."""

from __future__ import annotations

from penfriend.domain.definitions import Definitions
from penfriend.domain.timing import Moment, shift
from penfriend.storage.database import Database
from penfriend.storage.erasing import erase_again
from penfriend.storage.forgetting import count_forgettable, forget, passes

STEPS = 10
"""So many steps of a thousand rows are taken for each kind at a time: every ten minutes, by the daemon."""


def forget_old(db: Database, definitions: Definitions, now: Moment) -> int:
    """Take the next steps, and wipe what was written about the erased meanwhile; how many rows went."""
    total = erase_again(db, now)
    for kind, limit in _limits(definitions, now).items():
        with db.read() as connection:
            before = passes(connection).get(kind)
        state = forget(db, kind, limit, now, STEPS)
        total += state.gone - (before.gone if before is not None and before.began == state.began else 0)
    return total


def would_go(db: Database, before: Definitions | None, after: Definitions, now: Moment) -> dict[str, int]:
    """How many rows would be deleted by what `after` keeps otherwise than `before`."""
    if before is not None and before.retention == after.retention:
        return {}
    with db.read() as connection:
        return {
            kind: count_forgettable(connection, kind, limit, now)
            for kind, limit in _limits(after, now).items()
        }


def _limits(definitions: Definitions, now: Moment) -> dict[str, Moment]:
    """By kind the moment since which all is kept, by the brand's clock."""
    zone = definitions.brand.zone
    return {kind: shift(now, duration, zone, -1) for kind, duration in definitions.retention.said}
