"""How the databases would do what the house asks of them, if its tables were large.

The small store of a test is counted by the database, and then each number is made a thousand times as large:
from there on both databases plan as they would for millions of rows. Each statement is explained where it is
run, before it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Connection, event, insert, text

from penfriend.domain.timing import DAY, Moment
from penfriend.storage import tables as t
from penfriend.storage.database import Database
from penfriend.storage.person_rows import PERSONAL

LARGE = frozenset(PERSONAL) - {"result_news", "source_staged", "touched"}
"""Tables with rows for each person or for each thing of theirs. The three hold what is not done yet."""
TIMES = 1_000
_OF_CONTACT = re.compile(r"(contact_id|enrollment_id|message_id|thing_id)")
_NAMED = re.compile(r'\b(?:FROM|JOIN|UPDATE|INTO)\s+"?(\w+)"?(?:\s+AS\s+"?(\w+)"?)?')
_SCAN = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")


@dataclass
class Plans:
    """The statements that were run, each with the tables that it would read from beginning to end."""

    partial: frozenset[str] = frozenset()
    """Indexes of a part of their table alone."""
    scans: dict[str, set[str]] = field(default_factory=dict)

    def reads(self, statement: str) -> set[str]:
        """The large tables that a statement of these words reads whole."""
        return {table for one, tables in self.scans.items() if statement in one for table in tables}


@contextmanager
def recorded(db: Database) -> Iterator[Plans]:
    """Explain what is run meanwhile."""
    with db.read() as connection:
        plans = Plans(frozenset(_partial(connection)))

    def explain(
        connection: Connection, _cursor: Any, statement: str, values: Any, _: Any, many: bool
    ) -> None:
        words = statement.lstrip(" (\n").partition(" ")[0].strip().upper()
        if statement not in plans.scans and words in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}:
            first = values[0] if many else values
            look = _sqlite if db.is_sqlite else _postgresql
            plans.scans[statement] = look(connection, statement, first, plans.partial)

    engines = {id(one): one for one in (db._writing, db._reading)}.values()
    for engine in engines:
        event.listen(engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", explain)


def _sqlite(connection: Connection, statement: str, values: Any, partial: frozenset[str]) -> set[str]:
    raw: Any = connection.connection.driver_connection
    lines = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    known: dict[str, str] = {alias or table: table for table, alias in _NAMED.findall(statement)}
    found: set[str] = set()
    for line in lines:
        scan = _SCAN.match(line)
        if scan and scan[2] not in partial:
            name: str = scan[1]
            found |= {known.get(name, name)} & LARGE
    return found


def _postgresql(connection: Connection, statement: str, values: Any, partial: frozenset[str]) -> set[str]:
    raw: Any = connection.connection.driver_connection
    with raw.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
        said = cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", values, prepare=False).fetchone()[0]
    return set(_whole(said[0]["Plan"] if isinstance(said, list) else json.loads(said)[0]["Plan"], partial))


def _whole(node: Mapping[str, Any], partial: frozenset[str], above: str = "") -> Iterator[str]:
    """A LIMIT ends the walk along an index, unless that passes over rows."""
    table, kind = node.get("Relation Name"), node["Node Type"]
    limited = above == "Limit" and "Filter" not in node
    unbounded = kind in {"Index Scan", "Index Only Scan"} and "Index Cond" not in node and not limited
    if table in LARGE and (kind == "Seq Scan" or (unbounded and node["Index Name"] not in partial)):
        yield table
    for one in node.get("Plans", ()):
        yield from _whole(one, partial, kind)


def _partial(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        statement = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"
    else:
        statement = "SELECT indexname FROM pg_indexes WHERE indexdef LIKE '% WHERE %'"
    yield from connection.execute(text(statement)).scalars()


def add_rows(db: Database, now: Moment, number: int) -> None:
    """Of tables that a good year leaves empty: of each so many rows, for contacts and mails that are there.
    PostgreSQL believes of a table without rows that it is small, whatever it is told."""
    at = [now - DAY - 1_000_000 * one for one in range(number)]
    tried = [
        {"contact_id": one % 90 + 1, "key": f"key-{one}", "body": "{}", "status": "done", "attempts": 1}
        | {"created_at": when, "due_at": when, "over_at": when}
        for one, when in enumerate(at)
    ]
    hashes = [f"{one:064x}" for one in range(number)]
    rows: dict[Any, list[dict[str, Any]]] = {
        t.suppressions: [
            {"email_hash": one, "reason": "dead_address", "at": when}
            for one, when in zip(hashes, at, strict=True)
        ],
        t.suppression_changes: [
            {"email_hash": one, "change": "suppressed", "reason": "dead_address", "at": when}
            for one, when in zip(hashes, at, strict=True)
        ],
        t.feedback: [
            {"key": f"f-{one}", "message_id": one + 1, "email_hash": hashes[one], "kind": "delivered"}
            | {"at": when, "received_at": when, "source": "test"}
            for one, when in enumerate(at)
        ],
        t.webhook_calls: [
            row | {"enrollment_id": one + 1, "campaign": "thanks", "step": "call", "webhook": "shop"}
            for one, row in enumerate(tried)
        ],
        t.outgoing_calls: [row | {"target": "shop", "revision": 1} for row in tried],
        t.decisions: [
            {"contact_id": one % 90 + 1, "enrollment_id": one + 1, "at": when, "what": "entered"}
            for one, when in enumerate(at)
        ],
        t.refusals: [
            {"contact_id": one % 90 + 1, "campaign": "thanks", "occurrence": "", "at": when}
            | {"decided_at": when, "reason": "noted"}
            for one, when in enumerate(at)
        ],
        t.expiries: [
            {"contact_id": one + 1, "expires_on": f"2026-{one % 8 + 4:02}-15", "remaining": 0}
            for one in range(number // 4)
        ],
        t.carts: [
            {"contact_id": one % 90 + 1, "key": f"cart-{one}", "status": "ordered", "items_count": 1}
            | {"status_at": now - one * DAY, "updated_at": now - one * DAY}
            for one in range(10, number)
        ],
        t.answers: [
            {"contact_id": one % 90 + 1, "survey": "care", "enrollment_id": one + 1, "score": one % 11}
            | {"answered_at": when, "comment": "Good" if one % 9 == 0 else None}
            for one, when in enumerate(at)
        ],
    }
    with db.write() as connection:
        for table, values in rows.items():
            connection.execute(insert(table), values)


def pretend_large(db: Database) -> None:
    """Let the database count its tables, and believe that they have a thousand times as many rows."""
    with db.write() as connection:
        if db.is_sqlite:
            _pretend_sqlite(connection)
        else:
            _pretend_postgresql(connection)
    db.close()  # a connection of SQLite knows what it has read of these numbers


def _pretend_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("ANALYZE")
    rows = connection.exec_driver_sql("SELECT rowid, stat FROM sqlite_stat1").all()
    for rowid, stat in rows:
        total, *each = stat.split(" ")
        larger = [str(int(total) * TIMES)]
        # what there is of a few kinds alone grows with the table; what each person has of it does not
        larger += [one if not one.isdigit() else _grown(int(one), int(total)) for one in each]
        connection.exec_driver_sql(
            "UPDATE sqlite_stat1 SET stat = ? WHERE rowid = ?", (" ".join(larger), rowid)
        )


def _grown(each: int, total: int) -> str:
    return str(each * TIMES if each > max(total // 20, 40) else each)


_NOBODY_IS_COMMON = """
UPDATE pg_statistic AS s SET stakind1 = CASE stakind1 WHEN 1 THEN 0 ELSE stakind1 END,
    stakind2 = CASE stakind2 WHEN 1 THEN 0 ELSE stakind2 END
FROM pg_attribute AS a
WHERE a.attrelid = s.starelid AND a.attnum = s.staattnum AND a.attoptions IS NOT NULL
"""
"""In a small store each person has a good part of all rows."""


def _pretend_postgresql(connection: Connection) -> None:
    columns = connection.exec_driver_sql(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    ).all()
    for table, column in columns:
        if table in LARGE and (_OF_CONTACT.fullmatch(column) or column in {"key", "email", "email_hash"}):
            share = -1 if column in {"key", "email", "email_hash"} else -0.1
            connection.exec_driver_sql(f'ALTER TABLE "{table}" ALTER "{column}" SET (n_distinct = {share})')
    connection.exec_driver_sql("ANALYZE")
    connection.exec_driver_sql(_NOBODY_IS_COMMON)
    connection.exec_driver_sql(
        f"UPDATE pg_class SET reltuples = reltuples * {TIMES} WHERE relkind IN ('r', 'i') AND reltuples > 0"
        " AND relnamespace = 'public'::regnamespace"
    )
