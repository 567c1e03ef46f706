"""The migrations make exactly the tables of the program, once, whoever starts at the same time."""

from __future__ import annotations

import re
import threading
from importlib import import_module

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text

from penfriend.domain.errors import StoreUnavailable
from penfriend.storage.database import open_database
from penfriend.storage.migrate import USABLE_NOTE, upgrade, version_of
from penfriend.storage.migrations import HEAD
from penfriend.storage.notes import write_note
from penfriend.storage.tables import answer_days, answers, contacts, metadata

pytestmark = pytest.mark.both

_OF_POSTGRESQL = {
    "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name"
    " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
    "indexes": "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2",
    "constraints": "SELECT conrelid::regclass::text, pg_get_constraintdef(oid), conname FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2, 3",
}


def shape(connection: Connection) -> object:
    """Tables, columns, indexes and constraints, as the database itself says them."""
    if connection.dialect.name == "postgresql":
        return {
            what: [tuple(row) for row in connection.execute(text(sql)) if row[0] != "alembic_version"]
            for what, sql in _OF_POSTGRESQL.items()
        }
    listed = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'")
    )
    return {row.name: sorted(_parts(row.sql)) for row in listed}


def _parts(sql: str) -> list[str]:
    """The lines of a statement in no order: constraints may stand anywhere."""
    flat = re.sub(r"\s+", " ", sql.replace('"', ""))
    return [part.strip(" ()") for part in flat.split(", ")]


def test_migrations_make_the_tables_of_the_program(bare_database_url: str) -> None:
    with open_database(bare_database_url) as db:
        upgrade(db)
        with db.write() as connection:
            migrated = shape(connection)
            metadata.drop_all(connection)
            metadata.create_all(connection)
            assert migrated == shape(connection)


def test_upgrade_again_changes_nothing(bare_database_url: str) -> None:
    with open_database(bare_database_url) as db:
        upgrade(db)
        upgrade(db)
        with db.read() as connection:
            assert version_of(connection) == HEAD


def test_two_that_start_at_once_both_succeed(bare_database_url: str) -> None:
    faults: list[Exception] = []
    together = threading.Barrier(3)

    def start() -> None:
        try:
            with open_database(bare_database_url) as db:
                together.wait(30)
                upgrade(db)
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []


def test_database_of_a_newer_version_is_refused(bare_database_url: str) -> None:
    with open_database(bare_database_url) as db:
        upgrade(db)
        with db.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
            write_note(connection, USABLE_NOTE, "9998")
        with pytest.raises(StoreUnavailable, match="of version 9999, this program knows"):
            upgrade(db)


def test_tables_of_somebody_else_are_refused(bare_database_url: str) -> None:
    with open_database(bare_database_url) as db:
        with db.write() as connection:
            connection.execute(text("CREATE TABLE orders (id integer)"))
        with pytest.raises(StoreUnavailable, match='a table "orders" already'):
            upgrade(db)


def test_migration_that_fails_leaves_nothing(bare_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no such disk")

    with open_database(bare_database_url) as db:
        with monkeypatch.context() as patched:
            patched.setattr(op, "create_index", fail)
            with pytest.raises(RuntimeError):
                upgrade(db)
        with db.read() as connection:
            assert version_of(connection) is None
        upgrade(db)


def test_answers_of_before_their_days_were_counted_are_counted_by_days_of_utc(bare_database_url: str) -> None:
    """With the last answer of each run alone, as `penfriend.storage.answer_days` counts them."""
    day = 86_400_000_000
    rows = [(1, 5, 9, 0), (1, 5, 4, day), (1, 6, 9, day), (2, None, 9, day), (2, None, None, 2 * day)]
    with open_database(bare_database_url) as db:
        upgrade(db)
        with db.write() as connection:
            step = import_module("penfriend.storage.migrations.versions.m0030_answer_days")
            with Operations.context(MigrationContext.configure(connection)):
                step.downgrade()
                connection.execute(insert(contacts), [{"id": 1, "created_at": 0}, {"id": 2, "created_at": 0}])
                for contact, run, score, at in rows:
                    row = {"contact_id": contact, "survey": "after", "enrollment_id": run, "score": score}
                    connection.execute(insert(answers), {**row, "answered_at": at})
                step.upgrade()
            counted = connection.execute(
                select(answer_days).order_by(answer_days.c.day, answer_days.c.score)
            ).all()
    assert [tuple(row) for row in counted] == [
        ("after", "1970-01-02", 4, 1),
        ("after", "1970-01-02", 9, 1),
        ("after", "1970-01-03", -1, 1),
    ]
