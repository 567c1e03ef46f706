"""What differs between the kinds of databases that are sources: read-only sessions, timeouts, rights,
values."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from penfriend.domain.errors import SourceUnavailable
from penfriend.domain.sources import Source, SourceRow, SqlSelect
from penfriend.domain.timing import Duration, Moment, Unit
from penfriend.language import load
from penfriend.sources import SourceReader, check_source
from tests.support.clock import moment
from tests.support.postgres import PostgresServer
from tests.support.warehouse import SELECT, Warehouse

NOW = Moment(moment("2026-03-09T12:00:00Z"))
LONDON = ZoneInfo("Europe/London")


@pytest.fixture(params=["sqlite", "duckdb", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Warehouse]:
    """The company's database, of each kind."""
    if request.param != "postgresql":
        yield Warehouse(f"{request.param}:///{tmp_path / 'company.db'}")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create()
    yield Warehouse(url)
    server.drop(url)


def checked(warehouse: Warehouse, text: str, more: str = "") -> tuple[Source, SqlSelect]:
    """The source and the SELECT as the language has them."""
    file = f"sources: {{w: {{url: '{warehouse.url}'{more}}}}}\n"
    file += "segments: {fans: {source: w, sql: fans.sql}}\n"
    loaded = load({"c.yaml": file, "fans.sql": text}, "c.yaml", {}, None)
    assert loaded.definitions is not None, loaded.problems
    select = loaded.definitions.segments["fans"].select
    assert select is not None
    return loaded.definitions.sources["w"], select


def read(warehouse: Warehouse, text: str, more: str = "", last_run: int = 0) -> list[SourceRow]:
    """All rows."""
    source, select = checked(warehouse, text, more)
    found = SourceReader().rows(source, select, NOW, Moment(last_run), LONDON)
    return [row for part in found for row in part]


def refused(warehouse: Warehouse, text: str, more: str = "") -> str:
    """Why a reading fails."""
    with pytest.raises(SourceUnavailable) as caught:
        read(warehouse, text, more)
    return str(caught.value)


def test_rows_are_read_with_their_columns(warehouse: Warehouse) -> None:
    warehouse.fans([("ann", "tea"), ("bob", "jam")], cards=["red"])
    text = "SELECT klant AS contact_id, kaart AS occurrence, lievelings AS favourite FROM fans ORDER BY 1"
    assert read(warehouse, text) == [
        SourceRow("ann", None, "red", {"favourite": "tea"}),
        SourceRow("bob", None, "red", {"favourite": "jam"}),
    ]


def test_many_rows_come_in_batches(warehouse: Warehouse) -> None:
    warehouse.fans([(f"p{number}", "tea") for number in range(5_100)])
    source, select = checked(warehouse, SELECT)
    sizes = [len(part) for part in SourceReader().rows(source, select, NOW, Moment(0), LONDON)]
    assert sizes == [5_000, 100]


def test_values_keep_their_kinds(warehouse: Warehouse) -> None:
    text = (
        "SELECT 17 AS contact_id, CAST('2026-05-01' AS DATE) AS day, 1.5 AS half, 3 AS three,"
        " NULL AS missing, ' x ' AS word"
    )
    if warehouse.url.startswith("sqlite"):
        text = text.replace("CAST('2026-05-01' AS DATE)", "'2026-05-01'")
    (row,) = read(warehouse, text)
    assert row.contact == "17"
    day = "2026-05-01" if warehouse.url.startswith("sqlite") else {"$day": "2026-05-01"}
    assert row.values == {"day": day, "half": 1.5, "three": 3, "missing": None, "word": " x "}


def test_a_moment_without_a_zone_is_one_of_the_brands_clock(warehouse: Warehouse) -> None:
    """SQLite has no moments: a text stays one."""
    warehouse.fans([("ann", "tea")])
    warehouse.run("UPDATE fans SET sinds = '2026-07-01 10:00:00'")
    (row,) = read(warehouse, "SELECT klant AS contact_id, sinds AS since FROM fans")
    sqlite = warehouse.url.startswith("sqlite")
    found = "2026-07-01 10:00:00" if sqlite else {"$at": moment("2026-07-01T09:00:00Z")}
    assert row.values == {"since": found}


def test_parameters_are_moments_and_other_colons_are_not(warehouse: Warehouse) -> None:
    warehouse.fans([("ann", "tea")])
    text = (
        "SELECT klant AS contact_id, ':now 10:30 %' AS word FROM fans -- :last_run\n"
        "WHERE sinds < :now AND sinds > :last_run"
    )
    assert [row.values for row in read(warehouse, text)] == [{"word": ":now 10:30 %"}]
    assert read(warehouse, text, last_run=NOW) == []


def test_nothing_can_be_written(warehouse: Warehouse) -> None:
    """Whatever stands in the file: here what the check of the language would refuse."""
    warehouse.fans([("ann", "tea")])
    source, select = checked(warehouse, SELECT)
    for text in ("DELETE FROM fans", "CREATE TABLE mine (a TEXT)"):
        with pytest.raises(SourceUnavailable, match="source w: "):
            list(SourceReader().rows(source, replace(select, text=text, parameters=()), NOW, NOW, LONDON))
    assert len(read(warehouse, SELECT)) == 1


def test_a_statement_that_takes_too_long_is_stopped(warehouse: Warehouse) -> None:
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000000)"
        " SELECT count(*) AS contact_id FROM n"
    )
    said = refused(warehouse, endless, ", timeout: 1 second")
    assert said == "source w: it took longer than 1 second and was stopped"


def test_the_databases_own_words_come_in_one_line(warehouse: Warehouse) -> None:
    said = refused(warehouse, "SELECT nobody AS contact_id FROM fans")
    assert said.startswith("source w: ")
    assert "nobody" in said
    assert "\n" not in said


def test_columns_that_are_missing_are_named(warehouse: Warehouse) -> None:
    said = refused(warehouse, "SELECT * FROM fans")
    assert "no column is called contact_id or email; there are: klant, mail" in said


def test_source_check_tells_columns_rows_and_what_cannot_be_read(warehouse: Warehouse) -> None:
    warehouse.fans([(f"p{number:02}", "tea") for number in range(12)])
    source, select = checked(warehouse, SELECT)
    broken = replace(select, text="SELECT nobody AS contact_id FROM fans", parameters=())
    found = check_source(source, {"fans": select, "broken": broken}, NOW, LONDON)
    good, bad = found.selects
    assert (good.columns, len(good.rows), good.problem) == (("contact_id", "favourite"), 10, None)
    assert (good.cost is not None) == warehouse.url.startswith("postgresql")
    assert "nobody" in (bad.problem or "")
    assert found.may_write is not None


def test_a_reader_of_its_own_may_not_write(postgres_server: PostgresServer) -> None:
    url = postgres_server.create()
    warehouse = Warehouse(url)
    for statement in (
        "DROP ROLE IF EXISTS penfriend_reader",
        "CREATE ROLE penfriend_reader LOGIN PASSWORD 'sesame'",
        "GRANT USAGE ON SCHEMA public TO penfriend_reader",
        "GRANT SELECT ON fans TO penfriend_reader",
    ):
        warehouse.run(statement)
    reader = url.partition("://")[2].rpartition("@")[2]
    source = Source("w", f"postgresql://penfriend_reader:sesame@{reader}")
    found = check_source(source, {}, NOW, LONDON)
    assert found.may_write is None
    assert "sesame" not in found.database
    warehouse.run("GRANT UPDATE ON fans TO penfriend_reader")
    assert check_source(source, {}, NOW, LONDON).may_write == "its user may change public.fans"
    warehouse.run("DROP OWNED BY penfriend_reader")
    warehouse.run("DROP ROLE penfriend_reader")
    postgres_server.drop(url)


@pytest.mark.postgresql
def test_a_costly_select_is_not_run(postgres_url: str) -> None:
    warehouse = Warehouse(postgres_url)
    text = "SELECT a.klant AS contact_id FROM fans a, fans b, fans c"
    said = refused(warehouse, text, ", max_cost: 10")
    assert said.startswith("source w: fans.sql: would cost ")
    assert said.endswith(" by EXPLAIN, and max_cost is 10")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////nowhere/x.db", "unable to open database file"),
        ("postgresql://u:sesame@127.0.0.1:1/x", "127.0.0.1"),
        ("snowflake://u:sesame@account/x", "the driver for snowflake is missing"),
    ],
)
def test_a_database_that_is_not_there_is_told_without_its_password(url: str, said: str) -> None:
    source = Source("w", url, timeout=Duration(5, Unit.SECONDS))
    with pytest.raises(SourceUnavailable) as caught:
        list(SourceReader().rows(source, SqlSelect("w", "f.sql", "SELECT 1 AS email"), NOW, NOW, LONDON))
    assert said in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_a_locked_file_is_read_all_the_same(tmp_path: Path) -> None:
    """A writer of the company's SQLite file holds nobody up."""
    warehouse = Warehouse(f"sqlite:///{tmp_path / 'company.db'}")
    warehouse.run("PRAGMA journal_mode = WAL")
    warehouse.fans([("ann", "tea")])
    writer = sqlite3.connect(tmp_path / "company.db")
    writer.execute("BEGIN IMMEDIATE")
    assert len(read(warehouse, SELECT)) == 1
    writer.close()
