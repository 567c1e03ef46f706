"""The figures of a store for monitoring, on both databases: what they say, and that none of them looks at
what is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, text

from penfriend.domain.figures import Figures, Queue
from penfriend.domain.suppression import REASONS
from penfriend.domain.timing import MINUTE, Moment
from penfriend.storage import figures as asked
from penfriend.storage import tables as t
from penfriend.storage.figures import figures
from penfriend.storage.suppressions import suppress
from tests.contract.test_handover_log import begun, record
from tests.contract.test_message_log import person
from tests.support.mail_pieces import LETTER, NO_ANSWER, NOON, ROUTE_DOWN, campaign
from tests.support.mail_world import World, worlds

BIG = ("messages", "attempts", "enrollments", "decisions", "contacts", "events")
"""Tables that grow with what was."""


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


def look(world: World, now: Moment = NOON) -> Figures:
    with world.db.read() as connection:
        return figures(connection, now, ["welcome_10"], "not_applied")


def test_an_empty_store(world: World) -> None:
    found = look(world)
    nothing = Queue(0, 0)
    assert found.queues == {"messages": nothing, "enrollments": nothing, "calls": nothing}
    assert found.messages == {"due": 0, "claimed": 0, "sending": 0, "unknown": 0}
    assert (found.sends, found.suppressions, found.coupons) == ({}, {}, {"welcome_10": 0})
    assert found.files_refused is False
    assert not found.resting_routes | found.stopped | found.failing_sources


def test_what_waits_is_late_by_the_one_that_waits_longest(world: World) -> None:
    for number, due_at in enumerate((NOON - MINUTE, NOON - 3 * MINUTE, NOON, NOON + MINUTE)):
        person(world, f"p{number}", due_at=due_at)
    found = look(world)
    assert found.queues["messages"] == Queue(2, 3 * MINUTE)
    assert found.messages["due"] == 4


def test_more_than_can_be_counted_are_said_to_be_so_many(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "MOST_COUNTED", 2)
    for number in range(4):
        person(world, f"p{number}", due_at=NOON - MINUTE)
    found = look(world)
    assert (found.queues["messages"].overdue, found.messages["due"]) == (2, 2)


def test_doubts_and_rests_are_told(world: World) -> None:
    person(world)
    record(world, *begun(world), NO_ANSWER)
    person(world, "bob")
    record(world, *begun(world), ROUTE_DOWN)
    found = look(world)
    assert found.messages["unknown"] == 1
    assert found.sends == {("default", "unknown"): 1, ("default", "deferred"): 1}
    assert found.resting_routes == {"default"}


def test_suppressed_addresses_are_counted_by_reason(world: World) -> None:
    with world.db.write() as connection:
        for number, reason in enumerate([*REASONS, next(iter(REASONS))]):
            suppress(connection, f"p{number}@shop.example", reason=reason, evidence=None, at=NOON)
    assert look(world).suppressions == {reason: 1 + (place == 0) for place, reason in enumerate(REASONS)}


def test_coupon_codes_that_are_left(world: World) -> None:
    rows: list[dict[str, Any]] = [
        {"coupon": "welcome_10", "code": str(number), "added_at": NOON} for number in range(3)
    ]
    rows[0] |= {"enrollment_id": 1, "given_at": NOON}
    with world.db.write() as connection:
        for row in rows:
            connection.execute(insert(t.coupon_codes).values(row))
    assert look(world).coupons == {"welcome_10": 2}


def test_no_figure_reads_a_table_that_grows_as_a_whole(world: World) -> None:
    statements = _statements(world)
    assert len(statements) > 10
    with world.db.write() as connection:
        if not world.db.is_sqlite:  # on tables of a few rows it would read all of them rather than an index
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            connection.execute(text("SET LOCAL enable_sort = off"))
        for statement, values in statements:
            assert whole_tables(connection, statement, values) == set(), statement


def _statements(world: World) -> list[tuple[str, Any]]:
    """What was asked, with its values, as the driver has them."""
    found: list[tuple[str, Any]] = []

    def keep(_: object, __: object, statement: str, values: object, *___: object) -> None:
        found.append((statement, values))

    with world.db.read() as connection:
        event.listen(connection.engine, "before_cursor_execute", keep)
        try:
            figures(connection, NOON, ["welcome_10"], "not_applied")
        finally:
            event.remove(connection.engine, "before_cursor_execute", keep)
    return found


def whole_tables(connection: Connection, statement: str, values: Any) -> set[str]:
    """Which of BIG, and of the suppressions, the plan reads from one end to the other."""
    wanted = (*BIG, "suppressions")
    if connection.dialect.name == "postgresql":
        plan = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]
        return {name for name in wanted if any(f"Seq Scan on {name}" in line for line in plan)}
    plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    scans = [line for line in plan if line.startswith("SCAN")]
    # an index that holds only what is not over is read as a whole and is small
    partial = ("ix_messages_due", "ix_enrollments_due", "ix_suppressions_reason")
    return {
        name
        for name in wanted
        if any(f"SCAN {name}" in line and not any(index in line for index in partial) for line in scans)
    }
