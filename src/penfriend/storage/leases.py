"""Named leases: what only one worker may do at a time, until when, and who it is.

A lease has an owner and an end. Nobody has to give it back: after its end the next who asks gets it.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, or_, select, update

from penfriend.domain.timing import Moment
from penfriend.storage.tables import leases
from penfriend.storage.upsert import insert_or_ignore


def take_lease(connection: Connection, name: str, owner: str, *, now: Moment, until: Moment) -> bool:
    """Take the lease, or keep it longer where it is the owner's own already; whether that succeeded."""
    moved = connection.execute(
        update(leases)
        .where(leases.c.name == name, or_(leases.c.owner == owner, leases.c.until <= now))
        .values(owner=owner, until=until)
    )
    if moved.rowcount:
        return True
    new = insert_or_ignore(connection, leases).values(name=name, owner=owner, until=until)
    return connection.execute(new.returning(leases.c.name)).first() is not None


def release_lease(connection: Connection, name: str, owner: str) -> bool:
    """Give the lease back; whether it was still the owner's."""
    gone = connection.execute(delete(leases).where(leases.c.name == name, leases.c.owner == owner))
    return gone.rowcount > 0


def lease_holder(connection: Connection, name: str, *, now: Moment) -> str | None:
    """Who holds the lease now; None where it is free."""
    held = select(leases.c.owner).where(leases.c.name == name, leases.c.until > now)
    owner: str | None = connection.execute(held).scalar()
    return owner
