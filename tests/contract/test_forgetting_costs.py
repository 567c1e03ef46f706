"""Which tables are forgotten from, and that it is done in small steps, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert

from penfriend.domain.retention import KINDS
from penfriend.domain.timing import DAY, MINUTE, Moment
from penfriend.storage import forgetting, outgoing_log
from penfriend.storage import tables as t
from penfriend.storage.forgetting import GOES_WITH, STAYS, forget
from penfriend.storage.outgoing_log import OutgoingLog
from tests.contract.test_message_log import person
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds

LATER = Moment(NOON + 400 * DAY)


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


def tables_of(kind: str) -> set[str]:
    return {part.table.name for part in forgetting._PARTS[kind]}


def test_each_table_has_a_rule_or_a_reason() -> None:
    by_age = {name for kind in forgetting._PARTS for name in tables_of(kind)}
    assert set(forgetting._PARTS) == set(KINDS)
    assert by_age | set(GOES_WITH) | set(STAYS) == set(t.metadata.tables)
    assert by_age & set(STAYS) == set()
    assert set(GOES_WITH.values()) <= by_age


def call(contact: int, number: int, status: str, over_at: int | None) -> dict[str, Any]:
    return {
        "contact_id": contact,
        "target": "registry",
        "revision": 1,
        "key": f"k{number}",
        "body": "{}",
        "status": status,
        "created_at": NOON,
        "due_at": NOON,
        "over_at": over_at,
    }


def calls(world: World, *statuses: str) -> None:
    bob = world.contact("bob")
    with world.db.write() as connection:
        for number, status in enumerate(statuses):
            connection.execute(insert(t.outgoing_calls).values(call(bob, number, status, NOON)))


def test_what_could_not_be_told_goes_with_the_calls(world: World) -> None:
    calls(world, "failed", "due", "done", "failed", "failed")
    limit = Moment(LATER - 90 * DAY)
    forget(world.db, "calls", limit, LATER, 100)
    # the newest stays, so that no id comes twice
    assert [row["status"] for row in world.rows("outgoing_calls")] == ["due", "done", "failed"]


def old_mails(world: World, number: int) -> None:
    for one in range(number):
        person(world, f"p{one}", status="sent", over_at=NOON, sent_at=NOON, created_at=NOON)
    with world.db.write() as connection:
        connection.execute(t.enrollments.update().values(status="ended", goal_until=None))


class Watch:
    """Counts transactions that write, and statements."""

    def __init__(self, world: World) -> None:
        self.statements = self.commits = 0
        self._wrote = False
        engine = world.db._writing
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "commit", self._commit)

    def _statement(self, _: object, __: object, statement: str, *___: object) -> None:
        self.statements += 1
        self._wrote |= not statement.lstrip().startswith(("SELECT", "BEGIN"))

    def _commit(self, _: object) -> None:
        self.commits += self._wrote
        self._wrote = False


def test_a_step_is_one_transaction_whose_statements_do_not_grow_with_its_rows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_mails(world, 15)
    counted = []
    for step in (2, 3, 6):  # the first begins the note of the pass
        monkeypatch.setattr(forgetting, "STEP", step)
        before, watch = len(world.rows("messages")), Watch(world)
        forget(world.db, "messages", Moment(LATER - DAY), LATER, 1)
        counted.append((watch.commits, watch.statements))
        assert before - len(world.rows("messages")) == step
    assert counted[1] == counted[2]
    assert counted[1][0] == 1


def test_whoever_sends_gets_its_turn_between_two_steps(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    old_mails(world, 9)
    monkeypatch.setattr(forgetting, "STEP", 2)
    watch = Watch(world)
    forget(world.db, "messages", Moment(LATER - DAY), LATER, 3)
    assert watch.commits == 3
    assert len(world.rows("messages")) == 3


def test_what_was_told_goes_in_steps_and_not_all_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls(world, *["done"] * 9)
    monkeypatch.setattr(outgoing_log, "AT_ONCE", 2)
    monkeypatch.setattr(outgoing_log, "MOST", 4)
    watch = Watch(world)
    assert OutgoingLog(world.db).forget(Moment(NOON + MINUTE)) == 4
    assert watch.commits == 2
    assert OutgoingLog(world.db).forget(Moment(NOON + MINUTE)) == 4
    assert OutgoingLog(world.db).forget(Moment(NOON + MINUTE)) == 1
