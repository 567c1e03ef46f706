"""Mails that wait for the transport's rate: said once, in batches, found by an index; on both stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text, update

from penfriend.domain.timing import HOUR, Moment
from penfriend.storage import tables as t
from penfriend.storage.rate_holds import UNSAID
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        for name in ("ann", "bob", "cem"):
            world.person(name)
        world.advance()
        yield world


def hold(world: World, limit: int = 100, revision: int = 1) -> int:
    return world.messages.hold_for_rate(world.clock.now(), revision, limit)


def held(world: World) -> list[str | None]:
    return [row["held_by"] for row in world.rows("messages")]


def test_each_is_held_once_in_batches_and_its_story_says_so(world: World) -> None:
    assert [hold(world, 2), hold(world, 2), hold(world, 2)] == [2, 1, 0]
    assert held(world) == ["rate_limit"] * 3
    assert [row["postponed"] for row in world.rows("messages")] == [1, 1, 1]
    told = [row for row in world.rows("decisions") if row["what"] == "postponed"]
    known = [(row["id"], row["contact_id"], row["enrollment_id"], "hello") for row in world.rows("messages")]
    assert [
        (row["message_id"], row["contact_id"], row["enrollment_id"], row["step"]) for row in told
    ] == known
    assert {(row["reason"], row["at"], row["until"]) for row in told} == {("rate_limit", NOON, None)}


def test_what_was_held_up_by_something_else_is_held_by_the_rate_now(world: World) -> None:
    with world.db.write() as connection:
        connection.execute(update(t.messages).values(held_by="frequency_cap"))
    assert (hold(world), held(world)) == (3, ["rate_limit"] * 3)


def test_what_is_not_due_or_on_its_way_or_of_a_later_revision_does_not_wait_for_the_rate(
    world: World,
) -> None:
    world.claim(1)
    first, second, third = (row["id"] for row in world.rows("messages"))
    with world.db.write() as connection:
        connection.execute(update(t.messages).where(t.messages.c.id == second).values(due_at=NOON + HOUR))
        connection.execute(update(t.messages).where(t.messages.c.id == third).values(revision=2))
    assert (hold(world), held(world)) == (0, [None, None, None])
    world.at(Moment(NOON + HOUR))
    assert (hold(world, revision=2), held(world)) == (2, [None, "rate_limit", "rate_limit"])
    assert first in world.held()


def test_what_a_tick_asks_for_is_found_by_its_index_without_sorting(world: World) -> None:
    with world.db.write() as connection:
        if connection.dialect.name == "postgresql":  # the table is empty: anything else costs as much
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            connection.exec_driver_sql("SET LOCAL enable_sort = off")
        explain = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}[connection.dialect.name]
        statement = text(explain + UNSAID[connection.dialect.name])
        values = {"now": 1, "revision": 1, "limit": 1}
        plan = "\n".join(str(row) for row in connection.execute(statement, values))
    assert "ix_messages_not_held" in plan
    assert "B-TREE" not in plan
