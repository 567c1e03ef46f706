"""Enrollments in the store: claimed under a lease, written back in one transaction, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from penfriend.domain.enrollment import Enrollment, Moved, NewMessage
from penfriend.domain.reasons import End
from penfriend.domain.standing import Decided, Ending
from penfriend.domain.timing import HOUR, MINUTE, Moment
from penfriend.storage import tables as t
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds

MAIL = NewMessage(
    step="hello",
    template="hello",
    message_id="<1@mail.acorn.example>",
    topic="offers",
    transactional=False,
    priority=50,
    wanted_at=NOON,
)


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


def claim(
    world: World, owner: str = "a", *, now: int = NOON, revision: int = 1, limit: int = 100
) -> list[Enrollment]:
    return world.enrollments.claim(Moment(now), owner, Moment(now + MINUTE), revision, limit)


def save(world: World, *moves: Moved, owner: str = "a", now: int = NOON) -> int:
    return world.enrollments.save(moves, owner, Moment(now))


def moved(row: Enrollment, **changes: Any) -> Moved:
    return replace(Moved(row, replace(row.standing, step="hello", due_at=None), 1), **changes)


def change(world: World, enrollment: int, **values: Any) -> None:
    with world.db.write() as connection:
        connection.execute(update(t.enrollments).where(t.enrollments.c.id == enrollment).values(**values))


def only(world: World) -> dict[str, Any]:
    (row,) = world.rows("enrollments")
    return row


# -- writing back


def test_move_is_written_with_its_mail_and_story_and_the_lease_is_given_back(world: World) -> None:
    contact, enrollment = world.person()
    (row,) = claim(world)
    line = Decided("waits", "hello", NOON, "why", Moment(NOON + 1), "detail")
    standing = replace(
        row.standing, step="hello", due_at=Moment(NOON + 1), due_wall="x", due_zone="y", waited=True
    )
    assert save(world, moved(row, standing=standing, mails=[MAIL], decided=[line])) == 1
    kept = only(world)
    assert (kept["step"], kept["due_at"], kept["waited"], kept["owner"]) == ("hello", NOON + 1, 1, None)
    (mail,) = world.rows("messages")
    assert (mail["status"], mail["due_at"], mail["enrollment_id"], mail["contact_id"]) == (
        "due", NOON, enrollment, contact,
    )  # fmt: skip
    (told,) = world.rows("decisions")
    assert (told["what"], told["reason"], told["until"], told["detail"]) == (
        "waits",
        "why",
        NOON + 1,
        "detail",
    )


def test_mail_that_is_skipped_from_the_start_is_over_when_it_was_wanted(world: World) -> None:
    world.person()
    (row,) = claim(world)
    save(world, moved(row, mails=[replace(MAIL, skip="too_late")]), now=NOON + HOUR)
    (mail,) = world.rows("messages")
    assert (mail["status"], mail["reason"], mail["over_at"]) == ("skipped", "too_late", NOON)


def test_same_mail_is_written_once(world: World) -> None:
    world.person()
    for _ in range(2):
        (row,) = claim(world)
        save(world, moved(row, standing=row.standing, mails=[MAIL]))
    assert world.statuses() == ["due"]


def test_end_is_written_once_and_skips_what_waits(world: World) -> None:
    world.person()
    (row,) = claim(world)
    save(world, moved(row, standing=row.standing, mails=[MAIL]))
    (row,) = claim(world)
    end = Ending(End.EXIT_EVENT, Moment(NOON - HOUR), "order_placed")
    save(world, moved(row, ending=end))
    kept = only(world)
    assert (kept["status"], kept["ended_at"], kept["end_reason"], kept["end_word"]) == (
        "ended", NOON - HOUR, "exit_event", "order_placed",
    )  # fmt: skip
    assert world.mails() == [("hello", "skipped", "exit_event")]
    assert world.story() == [("ended", "exit_event")]


def test_mail_that_an_earlier_try_may_have_delivered_is_unknown_when_the_enrollment_ends(
    world: World,
) -> None:
    world.person()
    (row,) = claim(world)
    save(world, moved(row, standing=row.standing, mails=[MAIL]))
    with world.db.write() as connection:
        connection.execute(update(t.messages).values(facts={"contact": {}}))
    (row,) = claim(world)
    save(world, moved(row, ending=Ending(End.GOAL, NOON)))
    assert world.mails() == [("hello", "unknown", None)]


def test_goal_is_written_once(world: World) -> None:
    world.person()
    for goal in (NOON, NOON + HOUR):
        (row,) = claim(world)
        save(world, moved(row, standing=row.standing, goal_at=Moment(goal), converted_at=Moment(goal)))
    assert (only(world)["goal_at"], only(world)["converted_at"]) == (NOON, NOON)


def test_who_was_touched_while_held_is_looked_at_again(world: World) -> None:
    contact, _ = world.person()
    (row,) = claim(world)
    world.touch(contact, NOON)
    save(world, moved(row))
    assert len(claim(world)) == 1


def test_who_lost_the_lease_writes_nothing(world: World) -> None:
    world.person()
    (row,) = claim(world)
    (again,) = claim(world, "b", now=NOON + MINUTE)
    assert save(world, moved(row, mails=[MAIL])) == 0
    assert world.rows("messages") == []
    assert save(world, moved(again), owner="b") == 1


def test_who_was_ended_while_held_stays_ended_and_is_looked_at_again(world: World) -> None:
    _, enrollment = world.person()
    (row,) = claim(world)
    change(world, enrollment, status="ended", end_reason="goal", due_at=None)
    assert save(world, moved(row, mails=[MAIL])) == 0
    kept = only(world)
    assert (kept["status"], kept["end_reason"], kept["woken"], kept["owner"]) == ("ended", "goal", 1, None)
    assert world.rows("messages") == []


def test_who_became_one_with_another_contact_while_held_is_looked_at_again(world: World) -> None:
    _, enrollment = world.person()
    other = world.contact("bob")
    (row,) = claim(world)
    change(world, enrollment, contact_id=other)
    assert save(world, moved(row, mails=[MAIL])) == 0
    assert [again.contact for again in claim(world)] == [other]


def test_nobody_moves_by_a_revision_that_is_no_longer_live(world: World) -> None:
    world.person()
    (row,) = claim(world)
    with world.db.write() as connection:
        connection.execute(
            t.revisions.insert(), {"number": 2, "applied_at": NOON, "digest": "x", "files": {}, "entry": "x"}
        )
    assert save(world, moved(row)) == 0
    assert (only(world)["step"], only(world)["owner"]) == (None, None)
    assert [one.id for one in claim(world, "b", revision=2)] == [row.id]


def test_release_gives_back_only_ones_own(world: World) -> None:
    world.person("ann")
    claim(world, "a")
    world.person("bob")
    claim(world, "b")
    world.enrollments.release("a")
    assert [row["owner"] for row in world.rows("enrollments")] == [None, "b"]
    assert len(claim(world)) == 1
