"""A claim costs by what it takes, not by what waits: counted in steps of SQLite's machine, not in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from penfriend.domain.timing import DAY, MINUTE, Moment
from penfriend.storage import tables as t
from penfriend.storage.enrollment_claim import claim_enrollments
from penfriend.storage.message_claim import claim_due
from penfriend.storage.overview import newest_ids
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds

MANY = 3_000
UNTIL = Moment(NOON + MINUTE)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    for world in worlds(f"sqlite:///{tmp_path / 'penfriend.db'}", tmp_path):
        world.run(campaign(LETTER))
        yield world


def waiting(world: World, first: int, number: int, **fields: Any) -> None:
    """So many people, each with a mail of high priority that is due tomorrow."""
    ids = range(first, first + number)
    with world.db.write() as connection:
        connection.execute(
            insert(t.contacts), [{"id": one, "key": f"k{one}", "created_at": NOON} for one in ids]
        )
        entered = {
            "campaign": "welcome", "occurrence": "", "entry": 1, "revision": 1, "entered_at": NOON,
            "status": "active", "step": "hello", "began_at": NOON,
        }  # fmt: skip
        connection.execute(insert(t.enrollments), [entered | {"id": one, "contact_id": one} for one in ids])
        mail = {
            "campaign": "welcome", "step": "hello", "template": "hello", "priority": 90, "revision": 1,
            "status": "due", "wanted_at": NOON, "due_at": NOON + DAY, "created_at": NOON,
        } | fields  # fmt: skip
        connection.execute(
            insert(t.messages),
            [
                mail | {"id": one, "contact_id": one, "enrollment_id": one, "message_id": f"<{one}@x>"}
                for one in ids
            ],
        )


def steps(world: World, work: Callable[[Connection], object]) -> int:
    """The tens of steps that SQLite's machine makes for it."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    with world.db.write() as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(count, 10)
        try:
            work(connection)
        finally:
            driver.set_progress_handler(None, 0)
            connection.rollback()
    return counted


def test_claim_of_one_mail_does_not_read_those_that_wait_for_tomorrow(world: World) -> None:
    waiting(world, 1, 20)
    waiting(world, 21, 1, priority=10, due_at=NOON)

    def claim(connection: Connection) -> None:
        assert [one.id for one in claim_due(connection, NOON, "a", UNTIL, 1, 200)] == [21]

    few = steps(world, claim)
    waiting(world, 22, MANY)
    assert steps(world, claim) < 2 * few


def test_claim_of_a_batch_does_not_read_all_who_were_woken_by_a_new_revision(world: World) -> None:
    waiting(world, 1, 20)

    def claim(connection: Connection) -> None:
        assert len(claim_enrollments(connection, NOON, "a", UNTIL, 1, 10)) == 10

    def wake() -> None:
        with world.db.write() as connection:
            connection.execute(update(t.enrollments).values(woken=1))

    wake()
    few = steps(world, claim)
    waiting(world, 22, MANY)
    wake()
    assert steps(world, claim) < 2 * few


def test_list_of_messages_does_not_read_all_of_their_status(world: World) -> None:
    waiting(world, 1, 1, status="unknown")
    waiting(world, 2, MANY)

    def read(connection: Connection) -> None:
        newest = select(newest_ids(["unknown", "due"], None, "welcome", 3).subquery())
        assert set(connection.execute(newest).scalars()) == {1, MANY + 1, MANY, MANY - 1}

    assert steps(world, read) < MANY / 10


def test_claim_does_not_read_those_that_are_set_aside_for_a_slow_domain(world: World) -> None:
    waiting(world, 1, 20, due_at=NOON, lane="default slow.example")
    waiting(world, 21, 1, priority=10, due_at=NOON)

    def claim(connection: Connection) -> None:
        lanes = {"default slow.example": 2}
        assert [one.id for one in claim_due(connection, NOON, "a", UNTIL, 1, 200, None, lanes)] == [1, 2, 21]

    few = steps(world, claim)
    waiting(world, 22, MANY, due_at=NOON, lane="default slow.example")
    assert steps(world, claim) < 2 * few
