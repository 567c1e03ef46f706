"""Rewrites what is stored when `data` declares another type: attributes of contacts, properties of events.

What cannot be read as the new type stays as it is; a condition takes it for missing. In chunks by id, each in
its own transaction, so that a large store is not held up; safe to repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from sqlalchemy import Table, bindparam, select, update

from penfriend.domain.coercion import READERS
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import EventRefused
from penfriend.domain.events import Json
from penfriend.domain.fields import FieldType
from penfriend.domain.timing import Moment, to_datetime
from penfriend.storage.database import Database
from penfriend.storage.tables import contacts, events

CHUNK = 5_000

Types = Mapping[str, FieldType]


def retype(db: Database, old: Definitions, new: Definitions) -> int:
    """Rewrite what `new` declares otherwise than `old`; how many rows have changed."""
    zone = new.brand.zone
    changed = _rewrite(db, contacts, "attributes", None, old.data.contact, new.data.contact, zone)
    for name in sorted(old.data.events.keys() | new.data.events.keys()):
        before, after = old.data.events.get(name, {}), new.data.events.get(name, {})
        changed += _rewrite(db, events, "properties", name, before, after, zone)
    return changed


def _rewrite(
    db: Database, table: Table, column: str, event: str | None, old: Types, new: Types, zone: ZoneInfo
) -> int:
    names = {name: new[name] for name in new if old.get(name) is not new[name]}
    if not names:
        return 0
    wanted = select(table.c.id, table.c[column]).where(table.c[column].is_not(None)).limit(CHUNK)
    if event is not None:
        wanted = wanted.where(table.c.name == event)
    keep = update(table).where(table.c.id == bindparam("of_id")).values({column: bindparam("new_document")})
    last, total = 0, 0
    while True:
        with db.write() as connection:
            chunk = connection.execute(wanted.where(table.c.id > last).order_by(table.c.id)).all()
            rows = [
                {"of_id": id_, "new_document": document}
                for id_, found in chunk
                if (document := _converted(found, names, old, zone)) != found
            ]
            if rows:
                connection.execute(keep, rows)
        total += len(rows)
        if len(chunk) < CHUNK:
            return total
        last = chunk[-1][0]


def _converted(document: Mapping[str, Json], names: Types, old: Types, zone: ZoneInfo) -> dict[str, Json]:
    return {
        name: _as(value, old.get(name), names[name], zone) if name in names else value
        for name, value in document.items()
    }


def _as(value: Json, old: FieldType | None, new: FieldType, zone: ZoneInfo) -> Json:
    read: Callable[[Json, ZoneInfo], Json] = READERS[new]
    try:
        if old is FieldType.MOMENT and isinstance(value, int):
            value = to_datetime(Moment(value), zone).isoformat()
        elif new is FieldType.TEXT and isinstance(value, bool):
            value = "yes" if value else "no"
        return read(value, zone)
    except EventRefused:
        return value
