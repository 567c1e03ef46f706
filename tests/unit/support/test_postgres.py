"""The PostgreSQL fixtures: fresh databases, copies, and a server that never outlives the tests."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.support.empty_store import Spares
from tests.support.postgres import GUARD, PostgresServer, database_name

pytestmark = pytest.mark.postgresql


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_server_is_new_enough_for_production_floor(postgres_url: str) -> None:
    [(version,)] = run(postgres_url, "SHOW server_version_num")
    assert int(str(version)) >= 150000


@pytest.mark.parametrize("turn", [1, 2])
def test_database_is_empty_in_each_test(postgres_url: str, turn: int) -> None:
    run(
        postgres_url, "CREATE TABLE left_over (n int)"
    )  # fails in the second turn if the first is still there


def test_clone_holds_what_the_template_holds(postgres_url: str, clone_database: Callable[[str], str]) -> None:
    run(postgres_url, "CREATE TABLE contact AS SELECT 17 AS id")
    assert run(clone_database(postgres_url), "SELECT id FROM contact") == [(17,)]


def test_clone_leaves_the_template_alone(postgres_url: str, clone_database: Callable[[str], str]) -> None:
    run(postgres_url, "CREATE TABLE contact AS SELECT 17 AS id")
    run(clone_database(postgres_url), "DELETE FROM contact")
    assert run(postgres_url, "SELECT id FROM contact") == [(17,)]


def test_a_database_that_is_given_back_is_empty_when_it_is_taken_again(spares: Spares) -> None:
    url = spares.take()
    left_open = psycopg.connect(url)
    with left_open.transaction():
        left_open.execute("INSERT INTO contacts (email, created_at) VALUES ('a@shop.example', 0)")
    spares.give_back(url)
    assert spares.take() == url
    assert run(url, "SELECT count(*) FROM contacts") == [(0,)]
    spares.give_back(url)
    left_open.close()


@pytest.mark.parametrize(
    "change",
    ["ALTER TABLE contacts ADD more int", "DROP INDEX ix_contacts_timezone_id", "CREATE TABLE more (n int)"],
)
def test_a_database_with_other_tables_is_not_taken_again(spares: Spares, change: str) -> None:
    url = spares.take()
    run(url, change)
    spares.give_back(url)
    assert spares.take() != url


def test_drop_works_under_an_open_connection(postgres_server: PostgresServer) -> None:
    url = postgres_server.create()
    connection = psycopg.connect(url)
    postgres_server.drop(url)
    names = run(postgres_server.url, "SELECT datname FROM pg_database")
    connection.close()
    assert (database_name(url),) not in names


def test_bare_database_url_is_a_fresh_file_or_database(bare_database_url: str) -> None:
    if bare_database_url.startswith("sqlite:///"):
        assert not Path(bare_database_url.removeprefix("sqlite:///")).exists()
    else:
        assert run(bare_database_url, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'") == []


HOLDER = """
import subprocess, sys
subprocess.Popen([sys.executable, sys.argv[1]], stdin=subprocess.PIPE)
sys.stdin.read()
"""


@pytest.fixture
def holder() -> Iterator[subprocess.Popen[str]]:
    """A stand-in for a test run: it has started a guard, whose answer comes out of it."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, GUARD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def test_server_goes_when_its_test_run_is_killed(holder: subprocess.Popen[str]) -> None:
    assert holder.stdout is not None
    url = holder.stdout.readline().strip()
    [(folder,)] = run(url, "SHOW data_directory")
    holder.kill()
    wait_until_gone(Path(str(folder)).parent.parent)
    with pytest.raises(psycopg.OperationalError):
        run(url, "SELECT 1")


def wait_until_gone(folder: Path, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while folder.exists():
        assert time.monotonic() < end, f"still there: {list(folder.iterdir())}"
        time.sleep(0.02)
