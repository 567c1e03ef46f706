"""The database module: transactions, queues, retries, and one line for whatever is wrong."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, make_url, text
from sqlalchemy.exc import DBAPIError

from penfriend.domain.errors import SettingError, StoreUnavailable
from penfriend.storage import database_errors, engines
from penfriend.storage.database import open_database
from penfriend.storage.database_errors import TransactionLost, translate
from penfriend.storage.snapshot import copy_store
from penfriend.storage.write_queue import WriteQueue
from tests.contract.store_cases import Shop
from tests.support.quick_stores import prepare_sqlite


def test_write_is_undone_when_something_is_raised(shop: Shop) -> None:
    def fail() -> None:
        with shop.db.write() as connection:
            connection.execute(text("INSERT INTO notes (name, value) VALUES ('a', 'b')"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert shop.rows("SELECT * FROM notes WHERE name = 'a'") == []


def test_read_is_one_snapshot(shop: Shop) -> None:
    count = text("SELECT count(*) FROM notes WHERE name = 'a'")
    with shop.db.read() as reading:
        assert reading.execute(count).scalar() == 0
        with shop.db.write() as connection:
            connection.execute(text("INSERT INTO notes (name, value) VALUES ('a', 'b')"))
        assert reading.execute(count).scalar() == 0
    assert shop.row("SELECT count(*) AS n FROM notes WHERE name = 'a'") == {"n": 1}


def test_reading_transaction_cannot_write(shop: Shop) -> None:
    with pytest.raises(StoreUnavailable), shop.db.read() as connection:
        connection.execute(text("INSERT INTO notes (name, value) VALUES ('a', 'b')"))


@pytest.mark.parametrize(("lasting", "synchronous"), [(True, "FULL"), (False, "OFF")])
def test_every_commit_of_a_file_that_shall_last_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lasting: bool, synchronous: str
) -> None:
    monkeypatch.setattr(
        engines, "_prepare_sqlite", prepare_sqlite
    )  # the other tests do not wait for the disk
    words = {0: "OFF", 1: "NORMAL", 2: "FULL"}
    with open_database(f"sqlite:///{tmp_path / 'penfriend.db'}", lasting=lasting) as db:
        for transaction in (db.write, db.read):
            with transaction() as connection:
                assert (
                    words[int(str(connection.exec_driver_sql("PRAGMA synchronous").scalar()))] == synchronous
                )


def test_threads_that_write_lose_nothing(shop: Shop) -> None:
    with shop.db.write() as connection:
        connection.execute(text("INSERT INTO leases (name, owner, until) VALUES ('n', 'x', 0)"))

    def count() -> None:
        for _ in range(20):
            with shop.db.write() as connection:
                connection.execute(text("UPDATE leases SET until = until + 1"))

    threads = [threading.Thread(target=count) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert shop.row("SELECT until FROM leases") == {"until": 120}


def test_lost_transaction_is_run_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penfriend.storage.database.time.sleep", lambda _seconds: None)
    tries = iter([TransactionLost("again"), TransactionLost("again"), None])

    def work(_connection: object) -> str:
        if (fault := next(tries)) is not None:
            raise fault
        return "done"

    assert shop.db.run(work) == "done"


def test_transaction_that_is_always_lost_ends_in_its_reason(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penfriend.storage.database.time.sleep", lambda _seconds: None)

    def work(_connection: object) -> None:
        raise TransactionLost("two transactions waited for each other")

    with pytest.raises(StoreUnavailable, match="waited for each other"):
        shop.db.run(work)


def test_queue_refuses_a_second_transaction_of_the_same_thread() -> None:
    queue = WriteQueue()
    with queue, pytest.raises(RuntimeError, match="already open"), queue:
        pass


def test_locked_file_is_waited_for_and_then_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "LOCK_SECONDS", 0.05)
    url = f"sqlite:///{tmp_path / 'x.db'}"
    line = "another process has kept the file locked"
    with open_database(url) as one, open_database(url) as other:
        with one.write(), pytest.raises(TransactionLost, match=line), other.write():
            pass
        with other.write():
            pass


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("nonsense", "is no database URL"),
        ("mysql://root@localhost/x", '"mysql:" is not supported'),
        ("sqlite://", "what is in memory would be lost"),
        (
            "postgresql://shop:p@ss@db.example/shop",
            "there is more than one @; in a user or password write @ as %40",
        ),
        (
            "postgresql://shop:p@ss?w@db.example/shop",
            "there is more than one @; in a user or password write @ as %40",
        ),
    ],
)
def test_url_that_cannot_be_meant_is_a_setting_error(url: str, line: str) -> None:
    with pytest.raises(SettingError, match=line):
        open_database(url)


def test_missing_directory_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"the directory .*/no does not exist"):
        open_database(f"sqlite:///{tmp_path}/no/x.db")


def test_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("this is a letter to a customer, and a long one at that\n" * 100)
    with pytest.raises(StoreUnavailable, match="is no SQLite database"):
        open_database(f"sqlite:///{tmp_path / 'x.db'}")


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"database": "no_such_one"}, "no such database"),
        ({"username": "no_such_user"}, "the user or the password is wrong"),
        ({"port": 1}, "the server cannot be reached"),
    ],
)
def test_server_that_cannot_be_used_is_one_line(
    postgres_url: str, change: dict[str, str | int], line: str
) -> None:
    url = make_url(postgres_url).set(password="hidden-one", **change)  # type: ignore[arg-type]  # by name
    with pytest.raises(StoreUnavailable, match=line) as caught:
        open_database(url.render_as_string(hide_password=False))
    assert "\n" not in str(caught.value)
    assert "hidden-one" not in str(caught.value)


class _Said(Exception):
    """What a driver raises, with its code."""

    def __init__(self, **codes: str) -> None:
        super().__init__("words of the driver")
        self.__dict__.update(codes)


@pytest.mark.parametrize("name", [*database_errors.SQLITE, *database_errors.SQLITE_LOST])
def test_every_code_of_sqlite_in_the_table_is_a_line(name: str) -> None:
    found = translate(DBAPIError("SELECT 1", {}, _Said(sqlite_errorname=name)), "shop.db")
    assert str(found).startswith("shop.db: ")
    assert isinstance(found, TransactionLost) == (name in database_errors.SQLITE_LOST)


@pytest.mark.parametrize("state", [*database_errors.POSTGRESQL, *database_errors.POSTGRESQL_LOST])
def test_every_code_of_postgresql_in_the_table_is_a_line(state: str) -> None:
    found = translate(DBAPIError("SELECT 1", {}, _Said(sqlstate=state)), "postgresql://db")
    assert str(found).startswith("postgresql://db: ")
    assert isinstance(found, TransactionLost) == (state in database_errors.POSTGRESQL_LOST)


def test_mistake_of_ours_is_not_translated() -> None:
    assert translate(DBAPIError("SELECT 1", {}, _Said(sqlite_errorname="SQLITE_CONSTRAINT")), "x") is None
    assert translate(DBAPIError("SELECT 1", {}, _Said(sqlstate="42601")), "x") is None


def test_a_copy_of_a_store_is_committed_when_the_store_is_let_go(shop: Shop, tmp_path: Path) -> None:
    """The commit of a large one takes longer than PostgreSQL waits for a reader who says nothing."""
    with shop.db.write() as connection:
        connection.execute(text("INSERT INTO notes (name, value) VALUES ('a', 'b')"))
    in_use: list[int] = []

    def committed(connection: Connection) -> None:
        if (connection.engine.url.database or "").endswith("copy.db"):
            in_use.append(shop.db.connections()[0])

    event.listen(Engine, "commit", committed)
    try:
        with copy_store(shop.db, tmp_path / "copy.db") as copy, copy.read() as connection:
            assert connection.execute(text("SELECT value FROM notes WHERE name = 'a'")).scalar() == "b"
    finally:
        event.remove(Engine, "commit", committed)
    assert in_use
    assert not any(in_use)
