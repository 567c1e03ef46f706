"""What `penfriend doctor` says of the store, its mail, the clock and the secrets."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import insert

from penfriend.bootstrap import House
from penfriend.bootstrap.doctor import store
from penfriend.domain.timing import HOUR, MINUTE, Moment
from penfriend.storage import tables as t
from penfriend.storage.migrations import HEAD
from tests.support.clinic import SECRET, Clinic
from tests.support.empty_store import with_tables
from tests.support.mail_pieces import LETTER, campaign
from tests.support.mail_world import World
from tests.support.smtp_sink import free_port

# -- store, lag, clock


@pytest.fixture
def world(clinic: Clinic, database_url: str) -> Iterator[World]:
    """A store with one mail that has been due since NOON, months ago."""
    clinic.environment["PENFRIEND_DATABASE_URL"] = database_url
    world = World(with_tables(database_url), clinic.folder)
    world.run(campaign(LETTER))
    world.person()
    world.advance()
    yield world
    world.close()


@pytest.mark.both
def test_mail_that_is_very_late_is_a_failure(clinic: Clinic, world: World) -> None:
    level, found = clinic.found("Mail")
    assert (level, found.startswith("1 mails are overdue, the oldest for ")) == ("fail", True)


@pytest.mark.parametrize(("late", "level"), [(MINUTE, "ok"), (30 * MINUTE, "warn"), (2 * HOUR, "fail")])
def test_how_late_is_late(
    clinic: Clinic, world: World, monkeypatch: pytest.MonkeyPatch, late: int, level: str
) -> None:
    world.later(late)
    monkeypatch.setattr(store, "SystemClock", lambda: world.clock)
    assert clinic.level("Mail") == level


def test_database_is_told_with_its_version(clinic: Clinic, world: World) -> None:
    level, found = clinic.found("Database")
    assert (level, f"its tables are of version {HEAD}" in found) == ("ok", True)


@pytest.mark.both
@pytest.mark.parametrize(("version", "level"), [("0001", "warn"), ("9999", "fail")])
def test_other_tables_are_told_and_left(clinic: Clinic, world: World, version: str, level: str) -> None:
    def stand_at(version: str) -> None:
        with world.db.write() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")

    stand_at(version)
    _, looked = clinic.look()
    with world.db.read() as connection:
        left = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    stand_at(HEAD)  # the database is another test's after this one
    words = f"its tables are of version {version}, and this program's are {HEAD}"
    assert (looked["Database"]["level"], looked["Database"]["found"].endswith(words)) == (level, True)
    assert "Mail" not in looked  # what is not as we know it is not read
    assert left == version


def test_clock_that_was_set_back_is_a_failure(clinic: Clinic, world: World) -> None:
    row = {"message_id": world.rows("messages")[0]["id"], "number": 1, "route": "default", "owner": "x"}
    with world.db.write() as connection:
        ahead = Moment(int(time.time() * 1_000_000) + HOUR)
        connection.execute(insert(t.attempts), row | {"started_at": ahead})
    level, found = clinic.found("Clock")
    assert (level, "and the store has an attempt 3" in found) == ("fail", True)


@pytest.mark.postgresql
@pytest.mark.parametrize(("ahead", "level"), [(0.0, "ok"), (-20.0, "warn"), (90.0, "fail")])
def test_clock_is_compared_with_the_databases(
    clinic: Clinic, world: World, monkeypatch: pytest.MonkeyPatch, ahead: float, level: str
) -> None:
    if world.db.is_sqlite:
        assert "no other clock here" in clinic.found("Clock")[1]
        return
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + ahead)
    assert clinic.level("Clock") == level


def test_database_that_does_not_answer_hinders_nothing_else(clinic: Clinic) -> None:
    clinic.environment["PENFRIEND_DATABASE_URL"] = f"postgresql://u:very-secret@127.0.0.1:{free_port()}/x"
    status, found = clinic.look()
    assert (status, found["Database"]["level"]) == (1, "fail")
    assert "very-secret" not in json.dumps(found)
    assert {"Clock", "Transport default", "SPF of mail.acorn.example"} <= found.keys()


def test_daemon_that_runs_is_told(clinic: Clinic) -> None:
    clinic.environment["PENFRIEND_DATABASE_URL"] = with_tables(f"sqlite:///{clinic.folder / 'x.db'}")
    with House.open(clinic.environment) as house:
        house.lock("penfriend run")
        level, found = clinic.found("Daemon")
    assert (level, "(penfriend run, since " in found) == ("ok", True)
    assert clinic.level("Daemon") == "warn"


def test_disk_with_little_room_is_told(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    levels = []
    for least, little in ((0, 0), (0, 10**18), (10**18, 10**18)):
        monkeypatch.setattr(store, "LEAST_FREE", least)
        monkeypatch.setattr(store, "LITTLE_FREE", little)
        levels.append(clinic.level("Disk"))
    assert levels == ["ok", "warn", "fail"]


# -- secrets


@pytest.mark.parametrize(
    ("text", "mode", "level"),
    [(SECRET, 0o600, "ok"), (SECRET, 0o640, "fail"), (SECRET, 0o604, "fail"), ("short", 0o600, "fail")],
)
def test_secret_of_the_links(clinic: Clinic, text: str, mode: int, level: str) -> None:
    del clinic.environment["PENFRIEND_SECRET_KEY"]
    path = clinic.folder / ".penfriend" / "secret"
    path.parent.mkdir()
    path.write_text(text)
    path.chmod(mode)
    assert clinic.level("Secret of the links") == level


def test_secret_of_one_machine_beside_a_shared_store_is_told(clinic: Clinic) -> None:
    clinic.environment["PENFRIEND_DATABASE_URL"] = f"postgresql://u@127.0.0.1:{free_port()}/x"
    assert clinic.level("PENFRIEND_SECRET_KEY") == "ok"
    del clinic.environment["PENFRIEND_SECRET_KEY"]
    path = clinic.folder / ".penfriend" / "secret"
    path.parent.mkdir()
    path.write_text(SECRET)
    path.chmod(0o600)
    assert clinic.level("Secret of the links") == "warn"


@pytest.mark.parametrize(
    ("value", "level"), [("short", "fail"), (",", "fail"), (f"{SECRET},x", "fail"), (SECRET, "ok")]
)
def test_secret_of_the_environment(clinic: Clinic, value: str, level: str) -> None:
    clinic.environment["PENFRIEND_SECRET_KEY"] = value
    assert clinic.level("PENFRIEND_SECRET_KEY") == level
    assert SECRET not in json.dumps(clinic.look())


@pytest.mark.parametrize(("mode", "level"), [(0o600, "ok"), (0o644, "fail")])
def test_key_that_signs_is_for_its_owner(clinic: Clinic, mode: int, level: str) -> None:
    (clinic.folder / "s1.pem").chmod(mode)
    assert clinic.level("Key of s1._domainkey.acorn.example") == level
