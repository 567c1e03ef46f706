"""Statements over many ids and rows at the driver's speed do what SQLAlchemy's own ways do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, bindparam, func, insert, select, update

from penfriend.storage.columns import BIG, JSON_TEXT, JSON_VALUE, TEXT
from penfriend.storage.database import Database, open_database
from penfriend.storage.many import among, execute_many

THINGS = Table(
    "things_of_the_test",
    MetaData(),
    Column("id", BIG, primary_key=True),
    Column("name", TEXT),
    Column("number", Integer),
    Column("kept", JSON_VALUE),
    Column("written", JSON_TEXT),
)
ROWS: list[dict[str, Any]] = [
    {"id": 1, "name": "one", "number": None, "kept": {"b": [1, "é"], "a": None}, "written": {"b": 1, "a": 2}},
    {"id": 2, "name": "ó'\"%s:x", "number": 2, "kept": None, "written": None},
    {"id": 2**40, "name": "", "number": -3, "kept": [], "written": "text"},
]
CHANGE = (
    update(THINGS)
    .where(THINGS.c.id == bindparam("of_id"), THINGS.c.name != "nobody")
    .values(
        name="%(changed)s",
        number=func.coalesce(bindparam("more", type_=Integer), THINGS.c.number, 7),
        kept=bindparam("new", type_=JSON_VALUE),
    )
)
CHANGES: list[dict[str, Any]] = [
    {"of_id": 1, "more": None, "new": {"x": None}},
    {"of_id": 2, "more": 5, "new": None},
]


@pytest.fixture
def db(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as opened:
        with opened.write() as connection:
            THINGS.create(connection)
        yield opened


def all_of_them(connection: Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(THINGS).order_by(THINGS.c.id)).mappings()]


def test_rows_are_inserted_as_sqlalchemy_inserts_them(db: Database) -> None:
    with db.write() as connection:
        execute_many(connection, insert(THINGS), ROWS)
        assert all_of_them(connection) == ROWS
        execute_many(connection, insert(THINGS), [])
        assert len(all_of_them(connection)) == len(ROWS)


def test_rows_are_changed_as_sqlalchemy_changes_them(db: Database) -> None:
    with db.write() as connection:
        connection.execute(insert(THINGS), ROWS)
        before = connection.begin_nested()
        connection.execute(CHANGE, CHANGES)
        wanted = all_of_them(connection)
        before.rollback()
        assert all_of_them(connection) == ROWS != wanted
        execute_many(connection, CHANGE, CHANGES)
        assert all_of_them(connection) == wanted


def test_rows_of_other_names_are_other_statements(db: Database) -> None:
    with db.write() as connection:
        few = insert(THINGS)
        execute_many(connection, few, [{"id": 1}])
        execute_many(connection, few, [{"id": 2, "name": "two"}])
        assert [row["name"] for row in all_of_them(connection)] == [None, "two"]


@pytest.mark.parametrize("ids", [[], [1], [2**40, 1, 1, 77]])
def test_ids_are_found_as_in_a_list_of_parameters(db: Database, ids: list[int]) -> None:
    with db.write() as connection:
        connection.execute(insert(THINGS), ROWS)
        for here, there in (
            (among(THINGS.c.id, "ids"), THINGS.c.id.in_(bindparam("ids", expanding=True))),
            (~among(THINGS.c.id, "ids"), THINGS.c.id.not_in(bindparam("ids", expanding=True))),
        ):
            found, wanted = (
                connection.execute(select(THINGS.c.id).where(one).order_by(THINGS.c.id), {"ids": ids}).all()
                for one in (here, there)
            )
            assert found == wanted


def test_texts_are_found_whatever_stands_in_them(db: Database) -> None:
    with db.write() as connection:
        connection.execute(insert(THINGS), ROWS)
        chosen = select(THINGS.c.id).where(among(THINGS.c.name, "names", of_text=True))
        assert connection.execute(chosen, {"names": ["ó'\"%s:x", "ONE"]}).scalars().all() == [2]
