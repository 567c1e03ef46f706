"""What a process counts while it runs."""

from __future__ import annotations

import threading

import pytest

from penfriend.domain.ingestion import Duplicate, Refused, Taken
from penfriend.domain.timing import Moment
from penfriend.engine.measures import MOST_SERIES, Durations, Measures, Tally
from tests.support.connections import Seconds


def test_a_duration_counts_under_every_bound_that_it_does_not_pass() -> None:
    durations = Durations((0.1, 1.0))
    for seconds in (0.1, 0.5, 7.0):
        durations.observe(seconds, "send")
    spread = durations.read()["send",]
    assert spread.cumulative == [("0.1", 1), ("1", 2), ("+Inf", 3)]
    assert spread.total == pytest.approx(7.6)


def test_what_fails_is_timed_as_well() -> None:
    durations, clock = Durations((1.0,)), Seconds(Moment(0))

    def fail() -> None:
        with durations.timed(clock, "send"):
            clock.wait(0.5)
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail()
    assert durations.read()["send",].total == 0.5


def test_words_without_end_are_counted_together() -> None:
    tally, durations = Tally(), Durations((1.0,))
    for number in range(MOST_SERIES + 5):
        tally.add("GET", str(number))
        durations.observe(0.0, "GET", str(number))
    assert len(tally.read()) == len(durations.read()) == MOST_SERIES + 1
    assert tally.read()["other", "other"] == 5
    assert durations.read()["other", "other"].counts == [5, 0]


def test_many_threads_lose_no_count() -> None:
    tally = Tally()

    def count() -> None:
        for _ in range(1000):
            tally.add("x")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tally.read() == {("x",): 4000}


def test_a_batch_is_counted_by_what_became_of_each() -> None:
    measures = Measures()
    measures.brought("event", [Taken(), Taken(), Duplicate(), Refused("no")])
    assert measures.taken_in.read() == {
        ("event", "taken"): 2,
        ("event", "repeated"): 1,
        ("event", "rejected"): 1,
    }
