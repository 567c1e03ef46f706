"""How mail fares with each receiver is counted by the day of its handing over, each thing once, on both
databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from penfriend.domain.deliverability import OTHERS, Fate
from penfriend.domain.feedback import Feedback, Kind
from penfriend.domain.timing import DAY, HOUR, MINUTE, Moment
from penfriend.storage import delivery_days
from penfriend.storage import tables as t
from penfriend.storage.delivery_days import Piece, Tally, count_fates, fold_small, tallies
from penfriend.storage.feedback_log import FeedbackLog
from tests.contract.test_handover_log import KEPT, begun, record
from tests.contract.test_message_log import person
from tests.support.mail_pieces import GREYLISTED, LETTER, NO_ANSWER, NO_SUCH_USER, NOON, campaign
from tests.support.mail_world import World, worlds

MIDNIGHT = Moment(NOON - 12 * HOUR)
"""The transport's day began."""
LATER = Moment(NOON + 15 * MINUTE)
"""The lease has ended."""


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        person(world)
        with world.db.write() as connection:
            connection.execute(insert(t.route_days).values(route="default", begins_at=MIDNIGHT, handed=1))
        yield world


def counted(world: World) -> dict[Fate, int]:
    """Of the one receiver that there is."""
    with world.db.read() as connection:
        return {one.fate: one.number for one in tallies(connection, Moment(0))}


def test_a_try_counts_once_by_what_came_of_it(world: World) -> None:
    one, attempt = begun(world)
    record(world, one, attempt, GREYLISTED)
    record(world, one, attempt, GREYLISTED)  # a commit whose answer was lost is made again
    assert counted(world) == {Fate.DEFERRED: 1}


def test_it_stands_at_its_transport_its_domain_and_its_day(world: World) -> None:
    one, attempt = begun(world)
    record(world, one, attempt, KEPT)
    with world.db.read() as connection:
        [tally] = tallies(connection, Moment(0))
    assert tally == Tally(MIDNIGHT, "default", "shop.example", Fate.ACCEPTED, 1)


def test_an_address_that_is_refused_counts_as_bounced_alone(world: World) -> None:
    one, attempt = begun(world)
    record(world, one, attempt, NO_SUCH_USER)
    assert counted(world) == {Fate.BOUNCED: 1}


def test_tries_in_doubt_count_once_whoever_settles_them(world: World) -> None:
    begun(world)
    found = [(one, None) for one in world.recovery.open_attempts(LATER)]
    for _ in range(2):
        world.recovery.doubt(found, "the process ended", LATER)
    assert counted(world) == {Fate.UNKNOWN: 1}
    with world.db.read() as connection:
        assert [one.receiver for one in tallies(connection, Moment(0))] == ["shop.example"]


def test_a_try_that_is_taken_back_never_was(world: World) -> None:
    begun(world)
    world.recovery.take_back(world.recovery.open_attempts(LATER))
    assert counted(world) == {}


def test_what_comes_back_days_later_counts_on_the_day_of_the_mail(world: World) -> None:
    one, attempt = begun(world)
    record(world, one, attempt, KEPT)
    spam = Feedback(
        kind=Kind.COMPLAINED, at=Moment(NOON + 5 * DAY), key="p:1", source="p", message_id=one.message_id
    )
    for _ in range(2):
        FeedbackLog(world.db).take([spam], Moment(NOON + 5 * DAY))
    assert counted(world) == {Fate.ACCEPTED: 1, Fate.COMPLAINED: 1}
    with world.db.read() as connection:
        assert {tally.begins_at for tally in tallies(connection, Moment(0))} == {MIDNIGHT}


def test_an_unknown_try_that_arrived_after_all_counts_as_both(world: World) -> None:
    one, attempt = begun(world)
    record(world, one, attempt, NO_ANSWER)
    record(world, one, attempt, KEPT)
    assert counted(world) == {Fate.UNKNOWN: 1, Fate.ACCEPTED: 1}


def test_receivers_of_few_mails_are_put_together_when_their_day_is_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_days, "KEPT_APART", 1)
    with world.db.write() as connection:
        for day in (0, 1):
            connection.execute(insert(t.route_days).values(route="r", begins_at=NOON + day * DAY, handed=9))
        mails = ["a@large.example"] * 3 + ["b@small.example", "c@tiny.example", "d@gmail.com"]
        for at in (NOON, NOON + DAY):
            count_fates(connection, [Piece("r", at, mail, Fate.ACCEPTED) for mail in mails])
    now = Moment(NOON + 2 * DAY + MINUTE)
    assert fold_small(world.db, now) == 2
    assert fold_small(world.db, now) == 0
    with world.db.read() as connection:
        found = {(one.begins_at, one.receiver): one.number for one in tallies(connection, Moment(0))}
    of_both = {"large.example": 3, "gmail": 1}
    over, open_day = {**of_both, OTHERS: 2}, {**of_both, "small.example": 1, "tiny.example": 1}
    assert found == {
        (begins, name): number
        for begins, numbers in ((NOON, over), (NOON + DAY, open_day))
        for name, number in numbers.items()
    }
