"""Which processes work: each has a row, whoever takes its place goes on counting, who is gone leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from penfriend.domain.timing import DAY, Moment
from penfriend.domain.workers import SILENT_AFTER, WorkerState, count_workers
from penfriend.storage.database import Database, open_database
from penfriend.storage.worker_book import beat, counted_by, forget_gone, leave, workers_of

NOW = Moment(1_000 * DAY)
FIRST = WorkerState("run-1", 1, "w-1", "here", 11, "1.0", 3, NOW, NOW)
SECOND = replace(FIRST, place=2, name="w-2", process=12)
ELSEWHERE = replace(FIRST, run="run-2", name="w-3", host="there")


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with open_database(database_url) as opened:
        with opened.write() as connection:
            for state in (FIRST, SECOND, ELSEWHERE):
                beat(connection, state, {"ticks": [state.name]})
        yield opened


def known(db: Database) -> list[WorkerState]:
    with db.read() as connection:
        return workers_of(connection)


def test_all_workers_of_all_machines_are_on_record(db: Database) -> None:
    assert known(db) == [FIRST, SECOND, ELSEWHERE]


def test_who_takes_the_place_of_another_has_its_row_and_what_was_counted(db: Database) -> None:
    with db.read() as connection:
        assert counted_by(connection, "run-1") == {1: {"ticks": ["w-1"]}, 2: {"ticks": ["w-2"]}}
    next_one = replace(SECOND, name="w-4", process=13)
    with db.write() as connection:
        beat(connection, next_one, {})
    assert known(db) == [FIRST, next_one, ELSEWHERE]


def test_who_ends_as_it_was_asked_to_leaves_alone(db: Database) -> None:
    with db.write() as connection:
        leave(connection, "run-1", 2)
    assert known(db) == [FIRST, ELSEWHERE]


def test_who_is_gone_is_forgotten_and_who_was_silent_for_a_day(db: Database) -> None:
    with db.write() as connection:
        beat(connection, replace(SECOND, seen_at=Moment(NOW + 1)), {})
        forget_gone(connection, ["w-1"], Moment(NOW + DAY + 1))
    assert [one.name for one in known(db)] == ["w-2"]


def test_a_worker_is_silent_when_it_was_not_heard_of_for_a_while() -> None:
    on_time, late = Moment(NOW + SILENT_AFTER), Moment(NOW + SILENT_AFTER + 1)
    assert count_workers([FIRST, SECOND], on_time) == {"alive": 2, "silent": 0}
    assert count_workers([FIRST, replace(SECOND, seen_at=late)], late) == {"alive": 1, "silent": 1}
