"""What a worker that is gone has left in the store, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.domain.delivery import Outcome, Result, Stage
from penfriend.domain.message import Status
from penfriend.domain.outbox import Answered, Finished, OpenAttempt
from penfriend.domain.retry import Consequence
from penfriend.domain.timing import HOUR, MINUTE, Moment
from tests.contract.test_handover_log import FACTS, begun, only
from tests.contract.test_message_log import person
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds

ENDED = Moment(NOON + 15 * MINUTE)
KEPT = Result(Outcome.ACCEPTED, Stage.DOT, code=250, text="queued")


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


def left(world: World) -> list[OpenAttempt]:
    return world.recovery.open_attempts(ENDED)


def test_claim_is_freed_when_its_lease_has_ended(world: World) -> None:
    person(world)
    world.claim()
    assert world.recovery.free_claimed(Moment(NOON + 5 * MINUTE - 1)) == 0
    assert world.recovery.free_claimed(Moment(NOON + 5 * MINUTE)) == 1
    assert (world.statuses(), only(world)["owner"]) == (["due"], None)


def test_claim_of_a_worker_known_to_be_gone_is_freed_at_once(world: World) -> None:
    person(world)
    world.claim()
    assert world.recovery.free_claimed(NOON, ["somebody else"]) == 0
    assert world.recovery.free_claimed(NOON, [world.owner]) == 1


def test_attempt_is_open_when_its_lease_has_ended_or_its_worker_is_gone(world: World) -> None:
    person(world)
    one, attempt = begun(world)
    assert world.recovery.open_attempts(Moment(ENDED - 1)) == []
    found = OpenAttempt(attempt, 1, one.id, one.message_id, "welcome", False, world.owner, "default")
    assert world.recovery.open_attempts(ENDED) == [found]
    assert world.recovery.open_attempts(NOON, [world.owner]) == [found]


def test_attempt_with_its_outcome_is_not_open(world: World) -> None:
    person(world)
    one, attempt = begun(world)
    done = Finished(attempt, one.id, KEPT, Consequence(Status.SENT), NOON)
    world.handovers.record([done], world.owner, "default")
    assert left(world) == []


def test_taken_back_is_due_as_if_it_had_never_begun(world: World) -> None:
    person(world)
    begun(world)
    world.recovery.take_back(left(world))
    row = only(world)
    assert (row["status"], row["attempts"], row["facts"], row["owner"]) == ("due", 0, None, None)
    assert world.rows("attempts") == []


def test_doubt_is_held_and_the_enrollment_goes_on(world: World) -> None:
    person(world)
    begun(world)
    world.recovery.doubt([(one, None) for one in left(world)], "the process ended", ENDED)
    row, tried = only(world), only(world, "attempts")
    assert (row["status"], row["note"], row["over_at"], row["owner"]) == (
        "unknown", "the process ended", ENDED, None,
    )  # fmt: skip
    assert (tried["outcome"], tried["stage"], tried["text"], tried["ended_at"]) == (
        "unknown", "dot", "the process ended", ENDED,
    )  # fmt: skip
    assert only(world, "enrollments")["woken"] == 1


def test_doubt_that_is_sent_again_keeps_what_it_was_made_of(world: World) -> None:
    person(world)
    begun(world)
    world.recovery.doubt([(one, Moment(ENDED + HOUR)) for one in left(world)], "gone", ENDED)
    row = only(world)
    assert (row["status"], row["due_at"], row["facts"], row["over_at"]) == ("due", ENDED + HOUR, FACTS, None)
    assert only(world, "enrollments")["woken"] == 0


def test_answer_on_record_is_written_for_the_worker_that_is_gone(world: World) -> None:
    person(world)
    one, attempt = begun(world)
    done = Finished(attempt, one.id, KEPT, Consequence(Status.SENT), NOON)
    owner = world.owner
    world.start()
    world.recovery.settle([done], owner, "default")
    assert (world.statuses(), only(world)["sent_at"]) == (["sent"], NOON)


@pytest.mark.parametrize("how", ["take_back", "doubt"])
def test_what_another_has_settled_since_is_left_alone(world: World, how: str) -> None:
    person(world)
    one, attempt = begun(world)
    open_then = left(world)
    done = Finished(attempt, one.id, KEPT, Consequence(Status.SENT), NOON)
    world.handovers.record([done], world.owner, "default")
    if how == "take_back":
        world.recovery.take_back(open_then)
    else:
        world.recovery.doubt([(found, None) for found in open_then], "gone", ENDED)
    assert (world.statuses(), [row["outcome"] for row in world.rows("attempts")]) == (["sent"], ["accepted"])


def test_journal_is_read_from_where_the_workers_keep_it(world: World) -> None:
    world.journal.record(7)
    world.journal.record(8)
    world.journal.answer(8, KEPT, NOON)
    assert world.recovery.journal_of(world.owner) == {7: None, 8: Answered(KEPT, NOON)}
    assert world.recovery.journal_of("nobody") is None


def test_everybody_who_holds_a_message_is_known(world: World) -> None:
    person(world, "ann")
    world.claim()
    assert world.recovery.owners() == {world.owner}
