"""A mailbox that stays full for weeks counts as dead; one that is full for some days does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.domain.contact import DEAD_ADDRESS
from penfriend.domain.delivery import Fault, Outcome, Result, Stage
from penfriend.domain.feedback import SOFT_BOUNCE_TIME, SOFT_BOUNCES, Kind
from penfriend.domain.timing import DAY, HOUR, SECOND, Moment
from tests.contract.test_feedback import report, take, why_not
from tests.contract.test_handover_log import KEPT, begun, only, record
from tests.contract.test_message_log import message, person
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds

FULL = Result(Outcome.REJECTED, Stage.RCPT, code=552, enhanced="5.2.2", text="full", fault=Fault.RECIPIENT)


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


def softly(world: World, days: list[int], kind: Kind = Kind.SOFT_BOUNCED) -> None:
    """Ann gets a mail on each of these days, and each comes back softly an hour later."""
    for day in days:
        world.at(NOON + day * DAY)
        contact = world.rows("contacts")
        made = again(world, day) if contact else person(world)
        one, attempt = begun(world)
        record(world, one, attempt, KEPT, at=NOON + day * DAY + SECOND)
        take(world, report(kind, f"soft:{day}", message=made, at=Moment(NOON + day * DAY + HOUR)))


def again(world: World, day: int) -> int:
    contact = only(world, "contacts")["id"]
    number = world.enroll(contact, occurrence=str(day), step="hello", due_at=None)
    return message(world, number, contact)


DAYS = [0, 5, 10, SOFT_BOUNCE_TIME // DAY]


def test_mailbox_that_stays_full_counts_as_dead(world: World) -> None:
    assert len(DAYS) == SOFT_BOUNCES
    softly(world, DAYS[:-1])
    assert why_not(world) is None
    softly(world, DAYS[-1:])
    assert why_not(world) == DEAD_ADDRESS


def test_bounces_of_few_days_are_no_dead_address(world: World) -> None:
    softly(world, [0, 1, 2, 3, 4, 5])
    assert why_not(world) is None


def test_mail_that_arrived_in_between_begins_the_count_anew(world: World) -> None:
    softly(world, DAYS[:2])
    world.at(NOON + 7 * DAY)
    again(world, 7)
    one, attempt = begun(world)
    record(world, one, attempt, KEPT, at=NOON + 7 * DAY)
    softly(world, DAYS[2:])
    assert why_not(world) is None


def test_reports_that_came_back_because_of_us_never_add_up(world: World) -> None:
    softly(world, [*DAYS, 20, 30], Kind.BLOCKED)
    assert why_not(world) is None


def test_refusals_while_asked_count_with_what_comes_back_later(world: World) -> None:
    softly(world, DAYS[:-1])
    world.at(NOON + DAYS[-1] * DAY)
    again(world, DAYS[-1])
    one, attempt = begun(world)
    record(world, one, attempt, FULL, at=NOON + DAYS[-1] * DAY + HOUR)
    assert why_not(world) == DEAD_ADDRESS
    assert [row["source"] for row in world.rows("feedback")] == ["mailbox"] * 3 + ["answer"]
