"""Keeps the fields and attributes of contacts: what was last said of each, in the order of its moments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from penfriend.domain.events import Json
from penfriend.domain.incoming_contact import CONTACT_FIELDS
from penfriend.domain.timing import Moment
from penfriend.storage.batch_sql import rows, update_rows
from penfriend.storage.tables import contacts

FIELD_EVENTS = frozenset({"contact_updated", "tier_changed"})
"""The events that set fields. The address is not among them: it tells whose an event is (`identities`)."""

Said = tuple[Moment, str, str, Mapping[str, Json]]
"""When, the event's key, its name, its properties."""

_COLUMNS = ", ".join(f"c.{name}" for name in CONTACT_FIELDS)
_NOW = (
    f"SELECT c.id, c.attributes, {_COLUMNS} FROM BATCH AS batch"  # noqa: S608 - our own names
    " CROSS JOIN contacts AS c WHERE c.id = batch.id"
)
_LATEST = """
SELECT f.contact_id, e.at, e.key
FROM BATCH AS batch CROSS JOIN event_facts AS f JOIN events AS e ON e.id = f.latest_id
WHERE f.contact_id = batch.id AND f.name IN ('contact_updated', 'tier_changed')
"""
_ALL = """
SELECT e.contact_id, e.at, e.key, e.name, e.properties FROM BATCH AS batch CROSS JOIN events AS e
WHERE e.contact_id = batch.id AND e.name IN ('contact_updated', 'tier_changed')
"""

_NOTHING: dict[str, str | int | None] = dict.fromkeys(CONTACT_FIELDS)


@dataclass(slots=True)
class Fields:
    """What is known of one contact."""

    values: dict[str, str | int | None] = field(default_factory=_NOTHING.copy)
    attributes: dict[str, Json] = field(default_factory=dict)

    def hear(self, name: str, properties: Mapping[str, Json]) -> None:
        """Take what one event says."""
        if name == "tier_changed":
            self.values["tier"] = properties["tier"]
            self.values["tier_until"] = properties.get("until")
            return
        for place, value in properties.items():
            if place in self.values:
                self.values[place] = value
        for place, value in (properties.get("attributes") or {}).items():
            if value is None:
                self.attributes.pop(place, None)
            else:
                self.attributes[place] = value


def load_fields(connection: Connection, batch: Collection[int]) -> dict[int, Fields]:
    """What is known of these contacts now."""
    if not batch:
        return {}
    found = rows(connection, _NOW, batch=batch, json=("attributes",))
    return {
        who: Fields(dict(zip(CONTACT_FIELDS, values, strict=True)), dict(attributes or {}))
        for who, attributes, *values in found
    }


def renew_fields(connection: Connection, news: Mapping[int, Sequence[Said]]) -> None:
    """Take the news of each contact. Before `facts.renew_events`: it asks what was the latest so far.

    Where something older comes later, all that was ever said of the contact is read again, in order.
    """
    if not news:
        return
    latest: dict[int, tuple[Moment, str]] = {}
    for who, at, key in rows(connection, _LATEST, batch=news):
        latest[who] = max(latest.get(who, (at, key)), (at, key))
    late = {who for who, said in news.items() if who in latest and min(said)[:2] < latest[who]}
    known = load_fields(connection, news.keys() - late)
    told = {who: sorted(said, key=_order) for who, said in news.items() if who not in late}
    rebuild_fields(connection, late)
    for who, fields in known.items():
        for _, _, name, properties in told[who]:
            fields.hear(name, properties)
    _keep(connection, known)


def rebuild_fields(connection: Connection, batch: Collection[int]) -> None:
    """Read all that was ever said of these contacts."""
    if not batch:
        return
    said: dict[int, list[Said]] = defaultdict(list)
    for who, *of_event in rows(connection, _ALL, batch=batch, json=("properties",)):
        at, key, name, properties = of_event
        said[who].append((at, key, name, properties or {}))
    rebuilt = {who: Fields() for who in sorted(batch)}
    for who, fields in rebuilt.items():
        for _, _, name, properties in sorted(said[who], key=_order):
            fields.hear(name, properties)
    _keep(connection, rebuilt)


def _keep(connection: Connection, known: Mapping[int, Fields]) -> None:
    changed = [
        {"id": who, "attributes": fields.attributes or None, **fields.values} for who, fields in known.items()
    ]
    update_rows(connection, contacts, changed)


def _order(said: Said) -> tuple[Moment, str]:
    return said[:2]
