"""A store with the ingestion over it, for contract tests; and all that is in it, by the shop's own names."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select, text

from penfriend.domain.definitions import Brand, DataTypes, Definitions, Topic
from penfriend.domain.events import EventIn
from penfriend.domain.fields import FieldType
from penfriend.domain.ingestion import Answer, ContactIn
from penfriend.domain.timing import Moment
from penfriend.engine.ingest import Ingester
from penfriend.storage.database import Database, open_database
from penfriend.storage.ingest import IngestStore
from penfriend.storage.migrate import upgrade
from penfriend.storage.tables import metadata
from tests.support.clock import SettableClock, moment
from tests.support.empty_store import with_tables

NOW = "2026-03-02T10:00:00Z"
DEFINITIONS = Definitions(
    brand=Brand(timezone="Europe/London", currency="GBP"),
    topics={
        "offers": Topic("offers", "Offers", double_opt_in=True),
        "news": Topic("news", "News"),
        "rewards": Topic("rewards", "Rewards"),
    },
    data=DataTypes(
        contact={"shoe_size": FieldType.NUMBER, "vip": FieldType.YES_NO},
        events={"product_viewed": {"product_id": FieldType.TEXT, "price": FieldType.NUMBER}},
    ),
)

Row = dict[str, Any]


class TickingClock(SettableClock):
    """Stands still; its seconds pass by one at each reading."""

    def __init__(self, start: int | str = NOW) -> None:
        super().__init__(start)
        self._seconds = itertools.count()

    def now(self) -> Moment:
        """The moment it was set to."""
        return Moment(super().now())

    def elapsed(self) -> float:
        """Seconds that pass by themselves."""
        return float(next(self._seconds))


class Shop:
    """A store, the ingestion over it, and short words for what tests do."""

    def __init__(self, url: str, definitions: Definitions = DEFINITIONS) -> None:
        self.db: Database = open_database(with_tables(url))
        upgrade(self.db)
        self.clock = TickingClock()
        self.definitions = definitions
        self.store = IngestStore(self.db)
        self.ingester = Ingester(self.store, definitions, self.clock)
        self._numbers = itertools.count(1)

    def event(
        self,
        name: str,
        at: str | int = NOW,
        contact: str | None = "c-1",
        *,
        id: str | None = None,  # noqa: A002 - the word of the wire
        email: str | None = None,
        **properties: Any,
    ) -> EventIn:
        """An event that has not been taken yet."""
        when = moment(at) if isinstance(at, str) else at
        return EventIn(name, contact, email, Moment(when), properties, id or f"event-{next(self._numbers)}")

    def take(self, *events: EventIn, source: str | None = None) -> list[Answer]:
        """Take the events in one batch."""
        return self.ingester.ingest_events(events, source=source)

    def happen(self, name: str, at: str | int = NOW, contact: str | None = "c-1", **given: Any) -> Answer:
        """Take one event."""
        return self.take(self.event(name, at, contact, **given))[0]

    def contacts(self, *contacts: ContactIn, proof: str | None = None) -> list[Answer]:
        """Take contacts in one batch, as from a file."""
        return self.ingester.ingest_contacts(contacts, source="import:people.csv", proof=proof)

    def expire(self, at: str) -> int:
        """Set the clock and let points and rewards lapse; how many contacts that concerned."""
        self.clock.set(at)
        return self.ingester.expire_points(self.clock.now())

    def rows(self, statement: str, **values: Any) -> list[Row]:
        """Whatever a statement gives."""
        with self.db.read() as connection:
            return [dict(row) for row in connection.execute(text(statement), values).mappings()]

    def row(self, statement: str, **values: Any) -> Row:
        """The one row that a statement gives."""
        [found] = self.rows(statement, **values)
        return found

    def contact(self, key: str = "c-1") -> Row:
        """The row of the contact with that id."""
        with self.db.read() as connection:
            contacts, keys = metadata.tables["contacts"], metadata.tables["contact_keys"]
            wanted = select(contacts).join(keys, keys.c.contact_id == contacts.c.id).where(keys.c.key == key)
            return dict(connection.execute(wanted).mappings().one())

    def empty(self) -> None:
        """Take every row out."""
        with self.db.write() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())

    def dump(self) -> dict[str, list[Any]]:
        """Every row, with the shop's names for our ids, without what tells in which order they came."""
        with self.db.read() as connection:
            return _dump(connection)


def batches(events: Sequence[EventIn], cuts: Iterable[int]) -> list[Sequence[EventIn]]:
    """The events cut into batches at those places."""
    places = sorted({0, len(events), *(cut % (len(events) + 1) for cut in cuts)})
    return [events[start:end] for start, end in itertools.pairwise(places)]


def _dump(connection: Connection) -> dict[str, list[Any]]:
    tables: dict[str, list[Row]] = {
        table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
        for table in metadata.sorted_tables
    }
    keys: dict[int, list[str]] = defaultdict(list)
    for row in tables.pop("contact_keys"):
        keys[row["contact_id"]].append(row["key"])
    people = {
        row["id"]: "+".join(sorted(keys[row["id"]])) or f"<{row['email']}>" for row in tables["contacts"]
    }
    events = {row["id"]: row["key"] for row in tables["events"]}
    things = {("cart", row["id"]): row["key"] for row in tables["carts"]}
    things |= {("order", row["id"]): row["key"] for row in tables["orders"]}
    return {
        name: sorted((_plain(name, row, people, events, things) for row in rows), key=repr)
        for name, rows in tables.items()
    }


def _plain(
    table: str, row: Row, people: dict[int, str], events: dict[int, str], things: dict[tuple[str, int], str]
) -> Row:
    plain = {name: value for name, value in row.items() if value is not None and name != "id"}
    if table == "contacts":
        plain = {name: value for name, value in plain.items() if name not in {"version", "key", "email_at"}}
        plain["who"] = people[row["id"]]
    if table == "consents":
        plain.pop("address", None)  # as it was known when the consent was recorded
    if "contact_id" in plain:
        plain["contact_id"] = people[plain["contact_id"]]
    for name in ("event_id", "latest_id"):
        if name in plain:
            plain[name] = events[plain[name]]
    if "thing_id" in plain:
        plain["thing_id"] = things[plain["kind"], plain["thing_id"]]
    return plain
