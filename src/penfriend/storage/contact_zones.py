"""The zones that contacts have: few, and found without looking at each contact."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from penfriend.domain.definitions import Brand
from penfriend.domain.timing import zone_of
from penfriend.storage import tables as t
from penfriend.storage.people import known_zone

Zones = dict[str | None, ZoneInfo]
"""What stands in the contacts' `timezone`, and by which clock they go; None is a contact without one."""


def zones_of_contacts(connection: Connection, brand: Brand) -> Zones:
    """Every zone that a contact has, by name. One seek in an index for each, however many contacts there
    are."""
    found: Zones = {}
    if connection.execute(_WITHOUT).first() is not None:
        found[None] = brand.zone
    for name in connection.execute(_NAMES).scalars():
        found[name] = zone_of(known_zone(name, brand.timezone))
    return found


_zone, _id = t.contacts.c.timezone, t.contacts.c.id
_first = select(func.min(_zone).label("name")).cte("zones", recursive=True)
_following = select(func.min(_zone)).where(_zone > _first.c.name).correlate(_first).scalar_subquery()
_zones = _first.union_all(select(_following).where(_first.c.name.is_not(None)))
_NAMES = select(_zones.c.name).where(_zones.c.name.is_not(None))
_WITHOUT = select(_id).where(_zone.is_(None)).limit(1)
