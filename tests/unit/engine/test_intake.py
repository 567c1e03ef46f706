"""Events of many are written together, and each is told what became of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest

from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import Answer, Refused, Taken
from penfriend.domain.timing import Moment
from penfriend.engine.intake import Intake, Overrun


def event(name: str) -> EventIn:
    return EventIn(name, "c-1", None, Moment(0), {})


class Store:
    """Writes when it is let; refuses what is called `bad`, breaks at `poison`, is away at `away`."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun, self.go_on = threading.Semaphore(0), threading.Semaphore(0)

    def take(self, events: Sequence[EventIn], source: str) -> list[Answer]:
        self.begun.release()
        assert self.go_on.acquire(timeout=30)
        names = [str(one.name) for one in events]
        if "away" in names:
            raise StoreUnavailable("gone")
        if "poison" in names:
            raise ZeroDivisionError
        self.batches.append([source, *names])
        return [Refused("bad") if name == "bad" else Taken() for name in names]


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def intake(store: Store) -> Iterator[Intake]:
    made = Intake(store.take, waiting=5)
    yield made
    for _ in range(20):
        store.go_on.release()
    made.close()


def test_what_comes_while_one_is_written_is_written_together(intake: Intake, store: Store) -> None:
    first = intake.offer([event("a")], "x")
    assert store.begun.acquire(timeout=30)
    second, third = intake.offer([event("b"), event("bad")], "x"), intake.offer([event("c")], "x")
    other = intake.offer([event("d")], "y")
    for _ in range(3):
        store.go_on.release()
    assert [one.result(30) for one in (first, second, third, other)] == [
        [Taken()],
        [Taken(), Refused("bad")],
        [Taken()],
        [Taken()],
    ]
    assert store.batches == [["x", "a"], ["x", "b", "bad", "c"], ["y", "d"]]


def test_nobody_is_answered_before_it_is_written(intake: Intake, store: Store) -> None:
    answers = intake.offer([event("a")], "x")
    assert store.begun.acquire(timeout=30)
    assert not answers.done()
    store.go_on.release()
    assert answers.result(30) == [Taken()]


def test_more_than_can_be_written_is_refused_until_there_is_room(intake: Intake, store: Store) -> None:
    first = intake.offer([event("a")] * 3, "x")
    with pytest.raises(Overrun):
        intake.offer([event("b")] * 3, "x")
    second = intake.offer([event("b")] * 2, "x")
    for _ in range(2):
        store.go_on.release()
    assert (len(first.result(30)), len(second.result(30))) == (3, 2)


def test_a_lot_that_breaks_the_writer_keeps_no_other_back(intake: Intake, store: Store) -> None:
    first = intake.offer([event("a")], "x")
    assert store.begun.acquire(timeout=30)
    broken, good = intake.offer([event("poison")], "x"), intake.offer([event("b")], "x")
    for _ in range(4):
        store.go_on.release()
    assert first.result(30) == good.result(30) == [Taken()]
    with pytest.raises(ZeroDivisionError):
        broken.result(30)


def test_a_store_that_is_away_is_told_to_all_and_the_next_are_tried(intake: Intake, store: Store) -> None:
    gone = intake.offer([event("away")], "x")
    for _ in range(2):
        store.go_on.release()
    with pytest.raises(StoreUnavailable):
        gone.result(30)
    assert intake.offer([event("a")], "x").result(30) == [Taken()]


def test_what_waits_is_written_before_it_closes_and_nothing_comes_after(store: Store) -> None:
    intake = Intake(store.take)
    waiting = [intake.offer([event("a")], "x"), intake.offer([event("b")], "y")]
    for _ in range(2):
        store.go_on.release()
    intake.close()
    assert all(one.done() for one in waiting)
    with pytest.raises(Overrun):
        intake.offer([event("c")], "x")
