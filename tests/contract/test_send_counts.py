"""Outcomes of tries are counted by route, each once, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.domain.timing import MINUTE, Moment
from penfriend.storage.send_counts import sends
from tests.contract.test_handover_log import KEPT, begun, record
from tests.contract.test_message_log import person
from tests.support.mail_pieces import GREYLISTED, LETTER, NO_ANSWER, NOON, campaign
from tests.support.mail_world import World, worlds

LATER = Moment(NOON + 15 * MINUTE)
"""The lease has ended."""


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        person(world)
        yield world


def counted(world: World) -> dict[tuple[str, str], int]:
    with world.db.read() as connection:
        return sends(connection)


def test_an_outcome_that_is_recorded_twice_counts_once(world: World) -> None:
    one, attempt = begun(world)
    record(world, one, attempt, GREYLISTED)
    record(world, one, attempt, GREYLISTED)  # a commit whose answer was lost is made again
    assert counted(world) == {("default", "deferred"): 1}


def test_an_unknown_try_that_arrived_after_all_counts_as_both(world: World) -> None:
    one, attempt = begun(world)
    record(world, one, attempt, NO_ANSWER)
    record(world, one, attempt, KEPT)
    assert counted(world) == {("default", "unknown"): 1, ("default", "accepted"): 1}


def test_tries_in_doubt_count_once_whoever_settles_them(world: World) -> None:
    begun(world)
    found = [(one, None) for one in world.recovery.open_attempts(LATER)]
    for _ in range(2):
        world.recovery.doubt(found, "the process ended", LATER)
    assert counted(world) == {("default", "unknown"): 1}


def test_a_try_that_is_taken_back_never_was(world: World) -> None:
    begun(world)
    world.recovery.take_back(world.recovery.open_attempts(LATER))
    assert counted(world) == {}
