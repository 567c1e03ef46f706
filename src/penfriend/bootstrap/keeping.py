"""Once a day how people stand with the shop is worked out: the scores of their orders, and figures by
month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penfriend.domain.definitions import Definitions
from penfriend.domain.relationship.figures import Relationship, figures_of
from penfriend.domain.timing import MINUTE, Moment, local_date
from penfriend.domain.watched import reads_scores
from penfriend.storage.leases import release_lease, take_lease
from penfriend.storage.notes import write_note
from penfriend.storage.relationship import read_relationship, renew_relationship
from penfriend.storage.scores import renew_scores

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House

KEPT_OF = "relationship_of"
"""The note that says of which day it was worked out last."""
LEASE = 30 * MINUTE
"""Far longer than a million contacts take; who crashed meanwhile holds up the others so long."""


def keep_relationship(house: House, definitions: Definitions, now: Moment, owner: str) -> int:
    """Work it out where that has not been done today, by the brand's clock, by this or another worker; how
    many contacts have other scores than before."""
    day = local_date(now, definitions.brand.zone).isoformat()
    if house.note(KEPT_OF) == day:
        return 0
    until = Moment(now + LEASE)
    if not house.db.run(lambda connection: take_lease(connection, KEPT_OF, owner, now=now, until=until)):
        return 0
    try:
        changed = renew_scores(house.db, now, watched=reads_scores(definitions))
        renew_relationship(house.db, definitions, now)
        with house.db.write() as connection:
            write_note(connection, KEPT_OF, day)
    finally:
        house.db.run(lambda connection: release_lease(connection, KEPT_OF, owner))
    return changed


def relationship_of(house: House) -> Relationship | None:
    """How people stand with the shop, as it was last worked out; None where it never was."""
    with house.db.read() as connection:
        kept = read_relationship(connection)
    return None if kept is None else figures_of(kept)


def work_out_now(house: House) -> Relationship | None:
    """The same, worked out anew first. None where nothing was ever applied."""
    live = house.live()
    if live is not None:
        renew_relationship(house.db, live.definitions, house.clock.now())
    return relationship_of(house)
