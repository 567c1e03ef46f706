"""The stores of accounts, on both databases: what is good once, sessions, guesses that come at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from penfriend.domain.accounts.audit import Actor, Deed, Entry, Way
from penfriend.domain.accounts.roles import Role
from penfriend.domain.accounts.throttle import FREE_FOR_USER, buckets
from penfriend.domain.accounts.users import FORMER_LASTS, IDLE, Stage
from penfriend.domain.timing import DAY, Moment
from penfriend.storage import tables
from penfriend.storage.accounts import audit_log, guesses, once, sessions, users
from penfriend.storage.accounts.sessions import Place
from penfriend.storage.database import Database, open_database
from penfriend.storage.migrate import USABLE_NOTE
from penfriend.storage.migrations import USABLE_FROM
from penfriend.storage.snapshot import copy_store
from tests.support.houses import NOON

HERE = Place("192.0.2.1", "Firefox, Linux")
AT_ONCE = 6


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with open_database(database_url) as opened:
        yield opened


@pytest.fixture
def anna(db: Database) -> int:
    with db.write() as connection:
        added = users.add_user(connection, "anna", Role.VIEWER, "anna@shop.example", NOON)
    assert added is not None
    return added


def at_once(db: Database, work: Callable[[Connection], bool]) -> int:
    """How often `work` succeeds, done by many at the same moment."""
    together, done = threading.Barrier(AT_ONCE), []

    def one() -> None:
        together.wait(30)
        done.append(db.run(work))

    threads = [threading.Thread(target=one) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(done) == AT_ONCE
    return sum(done)


def test_a_name_and_an_email_are_one_users(db: Database, anna: int) -> None:
    with db.write() as connection:
        for name, email in (("anna", None), ("other", "anna@shop.example")):
            assert users.add_user(connection, name, Role.VIEWER, email, NOON) is None
    with db.write() as connection:
        users.add_user(connection, "b", Role.VIEWER, None, NOON)
        users.add_user(connection, "c", Role.VIEWER, None, NOON)
        assert [one.name for one in users.all_users(connection)] == ["anna", "b", "c"]


def test_a_name_is_given_once_however_many_want_it(db: Database) -> None:
    def add(connection: Connection) -> bool:
        return users.add_user(connection, "anna", Role.OPERATOR, None, NOON) is not None

    assert at_once(db, add) == 1


def test_a_link_is_used_once_however_many_try(db: Database, anna: int) -> None:
    with db.write() as connection:
        once.keep_link(connection, "token", anna, NOON, Moment(NOON + DAY))
    assert at_once(db, lambda connection: once.use_link(connection, "token", NOON) == anna) == 1


def test_a_link_ends_in_time_and_a_new_one_takes_the_former_away(db: Database, anna: int) -> None:
    with db.write() as connection:
        once.keep_link(connection, "first", anna, NOON, Moment(NOON + DAY))
        once.keep_link(connection, "second", anna, NOON, Moment(NOON + DAY))
        assert once.user_of_link(connection, "first", NOON) is None
        assert once.user_of_link(connection, "second", Moment(NOON + DAY - 1)) == anna
        assert once.user_of_link(connection, "second", Moment(NOON + DAY)) is None
        assert once.use_link(connection, "second", Moment(NOON + DAY)) is None


def test_a_recovery_code_is_used_once_however_many_try(db: Database, anna: int) -> None:
    with db.write() as connection:
        once.keep_codes(connection, anna, ["one", "two"])
    assert at_once(db, lambda connection: once.use_code(connection, anna, "one")) == 1
    with db.write() as connection:
        assert not once.use_code(connection, anna + 1, "two"), "nobody else's"
        assert once.codes_left(connection, anna) == 1
        once.keep_codes(connection, anna, ["three"])
        assert not once.use_code(connection, anna, "two"), "new codes take the former away"


def test_the_code_of_a_step_is_taken_once_however_many_try(db: Database, anna: int) -> None:
    with db.write() as connection:
        assert not users.take_step(connection, anna, 7), "nobody has a second factor yet"
        users.set_totp(connection, anna, "sealed", 7)
    assert at_once(db, lambda connection: users.take_step(connection, anna, 8)) == 1
    with db.write() as connection:
        assert not users.take_step(connection, anna, 8)
        assert not users.take_step(connection, anna, 7), "an earlier one is too late"
        assert users.take_step(connection, anna, 9)


def test_guesses_that_come_at_once_are_each_counted(db: Database) -> None:
    found = buckets("password/anna", "192.0.2.1")

    def guess(connection: Connection) -> bool:
        return guesses.count_guess(connection, found, NOON)[0] == 0

    assert at_once(db, guess) == FREE_FOR_USER, "none of the others was looked at"


def test_a_guess_during_the_wait_does_not_prolong_it(db: Database) -> None:
    found = buckets("password/anna", "192.0.2.1")
    with db.write() as connection:
        for _ in range(FREE_FOR_USER):
            assert guesses.count_guess(connection, found, NOON)[0] == 0
        wait, _ = guesses.count_guess(connection, found, NOON)
        assert wait > 0
        assert guesses.count_guess(connection, found, NOON)[0] == wait
        assert guesses.count_guess(connection, found, Moment(NOON + wait))[0] == 0


def test_the_account_that_begins_to_wait_is_told_once(db: Database) -> None:
    found = buckets("password/anna", "192.0.2.1")
    told = []
    with db.write() as connection:
        for number in range(10):
            begun = guesses.count_guess(connection, found, Moment(NOON + number * DAY // 100))[1]
            told += [one.name.partition(":")[0] for one in begun]
    assert told == ["user"]


def test_a_right_guess_clears_its_account_and_no_other(db: Database) -> None:
    mine, other = (buckets(f"password/{name}", "192.0.2.1") for name in ("anna", "ben"))
    with db.write() as connection:
        for _ in range(FREE_FOR_USER):
            guesses.count_guess(connection, other, NOON)
        guesses.count_guess(connection, mine, NOON)
        guesses.count_success(connection, mine, NOON)
        rows = connection.execute(select(tables.sign_in_guesses)).mappings().all()
    assert sorted((row["bucket"].partition(":")[0], row["wrong"]) for row in rows) == [
        ("network", FREE_FOR_USER),
        ("user", FREE_FOR_USER),
    ]


def test_old_guesses_are_deleted(db: Database) -> None:
    with db.write() as connection:
        guesses.count_guess(connection, buckets("password/anna", "192.0.2.1"), NOON)
        guesses.count_guess(connection, buckets("password/ben", "192.0.2.2"), Moment(NOON + DAY))
        assert len(connection.execute(select(tables.sign_in_guesses)).all()) == 2


def test_a_session_is_found_by_its_token_and_for_a_moment_by_the_former(db: Database, anna: int) -> None:
    later = Moment(NOON + IDLE // 2)
    with db.write() as connection:
        number = sessions.start_session(connection, "old", anna, Stage.IN, HERE, NOON)
        assert sessions.renew_session(connection, number, "old", "new", later)
        assert not sessions.renew_session(connection, number, "old", "other", later), "another was faster"
        present, former = (sessions.session_of(connection, token) for token in ("new", "old"))
        assert present is not None
        assert former is not None
        assert (present[1], former[1], present[0].id) == (True, False, former[0].id)
        assert (present[0].renewed_at, present[0].user.name) == (later, "anna")
        sessions.replace_token(connection, number, "newest", Moment(later + FORMER_LASTS))
        assert [sessions.session_of(connection, token) for token in ("old", "new")] == [None, None]


def test_no_token_stands_in_the_store(db: Database, anna: int) -> None:
    with db.write() as connection:
        sessions.start_session(connection, "canary-token", anna, Stage.IN, HERE, NOON)
        once.keep_link(connection, "canary-link", anna, NOON, Moment(NOON + DAY))
        once.keep_codes(connection, anna, ["canary-code"])
        kept = [
            str(row)
            for table in (tables.sessions, tables.one_time_links, tables.recovery_codes)
            for row in connection.execute(select(table))
        ]
    assert len(kept) == 3
    assert "canary" not in " ".join(kept)


def test_a_user_who_is_removed_has_nothing_left(db: Database, anna: int) -> None:
    with db.write() as connection:
        sessions.start_session(connection, "token", anna, Stage.IN, HERE, NOON)
        once.keep_link(connection, "link", anna, NOON, Moment(NOON + DAY))
        once.keep_codes(connection, anna, ["code"])
        users.remove_user(connection, anna)
        assert sessions.session_of(connection, "token") is None
        assert once.user_of_link(connection, "link", NOON) is None
        assert users.user_count(connection) == 0


def test_sessions_that_have_ended_are_forgotten(db: Database, anna: int) -> None:
    with db.write() as connection:
        sessions.start_session(connection, "idle", anna, Stage.IN, HERE, NOON)
        sessions.start_session(connection, "half", anna, Stage.CODE, HERE, NOON)
        assert [one.stage for one in sessions.sessions_of(connection, anna, NOON)] == [Stage.IN]
        sessions.forget_ended(connection, Moment(NOON + IDLE + 1))
        assert connection.execute(select(tables.sessions)).all() == []


def test_an_identity_is_bound_to_its_first_subject(db: Database, anna: int) -> None:
    with db.write() as connection:
        assert users.bind_subject(connection, anna, "sub-1")
        assert users.bind_subject(connection, anna, "sub-1")
        assert not users.bind_subject(connection, anna, "sub-2")


def test_the_audit_log_is_read_from_its_end(db: Database) -> None:
    by = Actor("anna", Way.DASHBOARD, "192.0.2.1")
    with db.write() as connection:
        for number in range(5):
            details = {"before": "viewer", "after": "marketer"}
            audit_log.write_entry(
                connection, Entry(Moment(NOON + number), by, Deed.ROLE_CHANGED, f"user {number}", details)
            )
        newest = audit_log.read_entries(connection, limit=2)
        assert [one.about for one in newest] == ["user 4", "user 3"]
        assert newest[0].details == {"before": "viewer", "after": "marketer"}
        assert newest[0].by == by
        assert [one.about for one in audit_log.read_entries(connection, newest[-1].id, 2)] == [
            "user 2",
            "user 1",
        ]


def test_a_copy_of_the_store_opens_no_door(db: Database, anna: int, tmp_path: Path) -> None:
    with db.write() as connection:
        sessions.start_session(connection, "token", anna, Stage.IN, HERE, NOON)
        once.keep_link(connection, "link", anna, NOON, Moment(NOON + DAY))
        once.keep_codes(connection, anna, ["code"])
        guesses.count_guess(connection, buckets("password/anna", "192.0.2.1"), NOON)
        entry = Entry(NOON, Actor("anna", Way.DASHBOARD), Deed.SIGNED_IN)
        audit_log.write_entry(connection, entry)
    with copy_store(db, tmp_path / "copy.db") as copy, copy.read() as connection:
        for table in tables.metadata.sorted_tables:
            found = [tuple(row) for row in connection.execute(select(table))]
            if table is tables.notes:  # who can work over the tables opens nothing
                found = [one for one in found if one != (USABLE_NOTE, USABLE_FROM)]
            assert found == [], table.name
