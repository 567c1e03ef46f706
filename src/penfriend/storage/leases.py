"""Named leases: what only one worker may do at a time, until when, and who it is.

A lease has an owner and an end. Nobody has to give it back: after its end the next who asks gets it.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG
from penfriend.storage.looks_tables import write
from penfriend.storage.tables import leases
from penfriend.storage.upsert import insert_or_ignore


def take_lease(connection: Connection, name: str, owner: str, *, now: Moment, until: Moment) -> bool:
    """Take the lease, or keep it longer where it is the owner's own already; whether that succeeded."""
    wanted = {"of_name": name, "new_owner": owner, "now": now, "new_until": until}
    if connection.execute(_TAKE, wanted).rowcount:
        return True
    new = insert_or_ignore(connection.dialect.name, leases)
    row = {"name": name, "owner": owner, "until": until}
    return write(connection, new, row) > 0


def release_lease(connection: Connection, name: str, owner: str) -> bool:
    """Give the lease back; whether it was still the owner's."""
    return connection.execute(_GIVE_BACK, {"of_name": name, "of_owner": owner}).rowcount > 0


def lease_holder(connection: Connection, name: str, *, now: Moment) -> str | None:
    """Who holds the lease now; None where it is free."""
    held = select(leases.c.owner).where(leases.c.name == name, leases.c.until > now)
    owner: str | None = connection.execute(held).scalar()
    return owner


_TAKE = (
    update(leases)
    .where(
        leases.c.name == bindparam("of_name"),
        or_(leases.c.owner == bindparam("new_owner"), leases.c.until <= bindparam("now", type_=BIG)),
    )
    .values(owner=bindparam("new_owner"), until=bindparam("new_until"))
)
_GIVE_BACK = delete(leases).where(
    leases.c.name == bindparam("of_name"), leases.c.owner == bindparam("of_owner")
)
