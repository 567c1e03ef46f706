"""One machine after the other is brought to a new version: each step of the tables keeps what is in them,
steps expand before they contract, and an older program goes on or is told to stop."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, text

from penfriend.domain.errors import StoreUnavailable
from penfriend.storage import migrate, migrations
from penfriend.storage.database import Database, open_database
from penfriend.storage.migrate import USABLE_NOTE, is_usable, upgrade
from penfriend.storage.migrations import HEAD, USABLE_FROM
from penfriend.storage.notes import read_note, write_note

pytestmark = pytest.mark.both

STEPS = Path(migrations.__file__).parent / "versions"


@pytest.fixture
def db(bare_database_url: str) -> Iterator[Database]:
    with open_database(bare_database_url) as opened:
        yield opened


def step_to(connection: Connection, version: str) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(STEPS.parent).replace("%", "%%"))
    command.upgrade(config, version)


def versions() -> list[str]:
    """Of all steps, in their order."""
    by_former = {}
    for path in STEPS.glob("m*.py"):
        step = import_module(f"penfriend.storage.migrations.versions.{path.stem}")
        by_former[step.down_revision] = step.revision
    found, version = [], by_former.get(None)
    while version is not None:
        found.append(version)
        version = by_former.get(version)
    return found


def names_of(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def fill(connection: Connection, filled: set[str]) -> None:
    """A row in each table that has none, every column with something in it; what others refer to comes
    first."""
    seen, new = inspect(connection), names_of(connection) - filled
    refers = {
        name: {key["referred_table"] for key in seen.get_foreign_keys(name)} & new - {name} for name in new
    }
    for name in TopologicalSorter(refers).static_order():
        values = {
            column["name"]: something(column["name"], column["type"]) for column in seen.get_columns(name)
        }
        connection.execute(text(_insert(name, list(values))), values)
        filled.add(name)


def _insert(name: str, columns: list[str]) -> str:
    quoted = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{name}" ({quoted}) VALUES ({", ".join(f":{column}" for column in columns)})'


def something(name: str, kind: object) -> object:
    said = str(kind).upper()
    if name == "priority":
        return 50
    if "INT" in said:
        return 1
    if "JSON" in said:
        return "{}"
    return b"1" if "BLOB" in said or "BYTEA" in said else "1"


def rows(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [dict(row) for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()]
        for name in names_of(connection)
    }


def kept(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> bool:
    """Whether what was there is there still, in the columns that are."""
    here = (
        [{name: value for name, value in row.items() if name in before[0]} for row in after] if before else []
    )
    shared = here[0].keys() if here else ()
    return all({name: row[name] for name in shared} in here for row in before)


def test_each_step_of_the_tables_keeps_what_is_in_them(db: Database) -> None:
    filled: set[str] = set()
    with db.write() as connection:
        for version in versions():
            before = rows(connection)
            step_to(connection, version)
            after = rows(connection)
            lost = [name for name in before if not kept(before[name], after.get(name, []))]
            assert lost == [], f"the step to {version} loses rows of {lost}"
            fill(connection, filled)
    assert versions()[-1] == HEAD


def test_the_newest_program_notes_which_older_ones_can_work_over_its_tables(db: Database) -> None:
    upgrade(db)
    with db.read() as connection:
        assert read_note(connection, USABLE_NOTE) == USABLE_FROM
    assert is_usable(db)


@pytest.mark.parametrize("usable_from", [HEAD, "0001"])
def test_an_older_program_works_over_newer_tables_that_have_only_grown(
    db: Database, usable_from: str
) -> None:
    newer(db, usable_from)
    upgrade(db)
    assert is_usable(db)
    with db.read() as connection:
        assert migrate.version_of(connection) == "9999"


def test_an_older_program_is_refused_where_they_have_not_only_grown_and_a_running_one_is_to_stop(
    db: Database,
) -> None:
    newer(db, "9998")
    assert not is_usable(db)
    with pytest.raises(StoreUnavailable, match="of version 9999, this program knows"):
        upgrade(db)


def newer(db: Database, usable_from: str) -> None:
    """A program of a later version was here."""
    upgrade(db)
    with db.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        write_note(connection, USABLE_NOTE, usable_from)


CONTRACTING = frozenset(
    [
        "drop_table",
        "drop_column",
        "drop_constraint",
        "drop_index",
        "rename_table",
        "alter_column",
        "batch_alter_table",
    ]
)
WORDS = ("DROP ", "RENAME ", "SET NOT NULL")


def contractions(source: str) -> list[str]:
    """What a step does that a program of before may not bear."""
    found = []
    upgrades = next(
        one for one in ast.parse(source).body if isinstance(one, ast.FunctionDef) and one.name == "upgrade"
    )
    for node in ast.walk(upgrades):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in CONTRACTING:
                found.append(node.func.attr)
            if node.func.attr == "add_column" and _must_be_given(node):
                found.append("add_column without a default")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [word.strip() for word in WORDS if word in node.value.upper()]
    return found


def _must_be_given(call: ast.Call) -> bool:
    said = {
        word.arg: word.value
        for node in ast.walk(call)
        if isinstance(node, ast.Call)
        for word in node.keywords
    }
    required = said.get("nullable")
    return isinstance(required, ast.Constant) and required.value is False and "server_default" not in said


def test_steps_since_the_oldest_usable_program_only_expand() -> None:
    order = versions()
    newer_ones = order[order.index(USABLE_FROM) + 1 :]
    for path in STEPS.glob("m*.py"):
        if path.stem[1:5] in newer_ones:
            assert contractions(path.read_text(encoding="utf-8")) == [], path.name


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("op.add_column('a', Column('b', BIG))", []),
        ("op.add_column('a', Column('b', BIG, nullable=False, server_default='0'))", []),
        ("op.create_index('ix', 'a', ['b'])", []),
        ("op.add_column('a', Column('b', BIG, nullable=False))", ["add_column without a default"]),
        ("op.drop_column('a', 'b')", ["drop_column"]),
        ("op.execute('ALTER TABLE a RENAME COLUMN b TO c')", ["RENAME"]),
    ],
)
def test_a_step_that_contracts_is_seen(step: str, found: list[str]) -> None:
    assert contractions(f"def upgrade():\n    {step}\n\ndef downgrade():\n    op.drop_table('x')\n") == found


def test_every_table_is_filled_by_these_tests(db: Database) -> None:
    """Else the first of them would say little."""
    upgrade(db)
    with db.write() as connection:
        fill(connection, {"notes"})
        assert [name for name, found in rows(connection).items() if not found] == []
