"""Rates over real stores: workers share one bucket, give back what they do not use, and never let more out
together than one alone could."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from penfriend.domain.pacing import Rate
from penfriend.domain.timing import HOUR, MINUTE, SECOND, Moment
from penfriend.engine.pace import Pace
from penfriend.storage import tables as t
from penfriend.storage.rate_book import RateBook
from tests.support.mail_pieces import NOON
from tests.support.mail_world import World, worlds


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    yield from worlds(url, tmp_path)


def pace(world: World, rate: Rate | None, domain: str = "") -> Pace:
    """The pace of another worker."""
    return Pace(RateBook(world.db), world.clock, rate, "bulk", domain)


def spend(one: Pace, wanted: int = 1_000) -> int:
    """Send as many as may go now; how many those were."""
    return sum(one.spend() for _ in range(one.take(wanted)))


def test_without_a_rate_there_is_room_for_all_and_nothing_is_asked(world: World) -> None:
    one = pace(world, None)
    assert (one.peek(5_000), spend(one, 5_000)) == (5_000, 5_000)
    one.give_back()
    assert world.rows("route_rates", "route") == []


def test_two_workers_share_one_second(world: World) -> None:
    one, other = pace(world, Rate(10)), pace(world, Rate(10))
    assert (spend(one, 7), spend(other, 7), spend(one, 7)) == (7, 3, 0)
    world.later(SECOND // 2)
    assert (spend(other, 7), spend(one, 7)) == (5, 0)


def test_looking_takes_nothing(world: World) -> None:
    one, other = pace(world, Rate(10)), pace(world, Rate(10))
    assert [one.peek(7), other.peek(70), spend(other)] == [7, 10, 10]
    assert one.peek(7) == 0


def test_what_is_not_used_goes_back_for_the_other(world: World) -> None:
    one, other = pace(world, Rate(10)), pace(world, Rate(10))
    assert (one.take(10), one.spend(), spend(other)) == (10, True, 0)
    one.give_back()
    world.later(SECOND // 2)
    assert spend(other) == 10


def test_mail_that_does_not_go_after_all_costs_nothing(world: World) -> None:
    one = pace(world, Rate(1))
    assert one.spend()
    one.unspend()
    one.give_back()
    assert spend(pace(world, Rate(1))) == 1


def test_what_was_taken_of_a_fast_rate_long_ago_is_taken_anew(world: World) -> None:
    one, other = pace(world, Rate(100)), pace(world, Rate(100))
    assert one.take(90) == 90
    world.later(SECOND)
    assert spend(other) == 90
    assert not one.spend()


def test_mails_for_which_none_were_taken_take_of_a_fast_rate_together(world: World) -> None:
    one, other = pace(world, Rate(100)), pace(world, Rate(100))
    assert (one.spend(), other.peek(100)) == (True, 80)
    assert [one.spend() for _ in range(100)].count(True) == 89


def test_rates_of_domains_have_buckets_of_their_own(world: World) -> None:
    whole, slow = pace(world, Rate(10)), pace(world, Rate(2), "slow.example")
    assert (spend(whole), spend(slow)) == (10, 2)


def test_clock_that_was_set_back_stops_nothing_for_hours(world: World) -> None:
    one = pace(world, Rate(10))
    world.later(2 * HOUR)
    assert spend(one) == 10
    world.at(NOON)
    for _ in range(2):
        assert (one.peek(10), spend(one)) == (0, 0)
    world.later(SECOND)
    assert spend(one) == 10


def test_rate_that_was_made_faster_holds_at_once(world: World) -> None:
    assert spend(pace(world, Rate(1, HOUR))) == 1
    world.later(MINUTE)
    assert (pace(world, Rate(50)).peek(10), spend(pace(world, Rate(50)))) == (0, 0)
    world.later(SECOND)
    assert spend(pace(world, Rate(50))) == 45


def test_workers_at_once_never_take_more_than_there_is(world: World) -> None:
    rate, workers = Rate(100_000), 4
    taken: list[int] = []
    together = threading.Barrier(workers)

    def work() -> None:
        one = pace(world, rate)
        together.wait(30)
        taken.extend(sum(one.spend() for _ in range(one.take(one_batch))) for one_batch in [5_000] * 10)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(taken) == 90_000
    assert len(taken) == workers * 10


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(
    rate=st.builds(Rate, st.integers(1, 200), st.sampled_from([SECOND, MINUTE])),
    steps=st.lists(st.tuples(st.integers(0, 1_500_000), st.integers(0, 1), st.integers(0, 60)), max_size=25),
)
def test_two_workers_together_keep_to_the_rate_over_any_interval(
    world: World, rate: Rate, steps: list[tuple[int, int, int]]
) -> None:
    with world.db.write() as connection:
        connection.execute(delete(t.route_rates))
    world.at(NOON)
    paces = [pace(world, rate), pace(world, rate)]
    used: list[tuple[Moment, int]] = []
    for pause, worker, wanted in steps:
        now = world.later(pause)
        paces[worker].take(wanted)
        used.append((now, sum(paces[worker].spend() for _ in range(wanted // 2))))
        if wanted % 3 == 0:
            paces[worker].give_back()
    for first in range(len(used)):
        for last in range(first, len(used)):
            mails = sum(number for _, number in used[first : last + 1])
            elapsed = (used[last][0] - used[first][0]) / SECOND
            assert mails <= rate.per_second * elapsed + max(1.0, rate.per_second) + 1e-6
