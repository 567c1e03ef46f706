"""Counts that are kept as long as they were worth the wait."""

from __future__ import annotations

import threading

import pytest

from penfriend.bootstrap.kept import LONGEST, Kept


class Watch:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    made = Watch()
    monkeypatch.setattr("penfriend.bootstrap.kept.time.monotonic", made.monotonic)
    return made


def counted(watch: Watch, seconds: float) -> tuple[list[int], Kept[int]]:
    made: list[int] = []

    def make() -> int:
        watch.now += seconds
        made.append(len(made))
        return made[-1]

    values: Kept[int] = Kept()
    values.get("a", make)
    return made, values


@pytest.mark.parametrize(("took", "lasts"), [(0.5, 10.0), (0.001, 0.02), (30.0, LONGEST)])
def test_a_value_is_kept_twenty_times_as_long_as_it_took(watch: Watch, took: float, lasts: float) -> None:
    made, values = counted(watch, took)
    watch.now += lasts * 0.99
    assert values.get("a", lambda: 7) == made[0]
    watch.now += lasts * 0.02
    assert values.get("a", lambda: 7) == 7


def test_each_name_has_its_own(watch: Watch) -> None:
    _, values = counted(watch, 1.0)
    assert values.get("b", lambda: 9) == 9


def test_who_asks_meanwhile_waits_for_the_same_one() -> None:
    values: Kept[int] = Kept()
    begun, go_on = threading.Event(), threading.Event()
    made: list[int] = []

    def make() -> int:
        begun.set()
        go_on.wait(30)
        made.append(1)
        return 1

    first = threading.Thread(target=values.get, args=("a", make))
    first.start()
    begun.wait(30)
    second = threading.Thread(target=values.get, args=("a", make))
    second.start()
    go_on.set()
    first.join(30)
    second.join(30)
    assert len(made) <= 2
    assert values.get("a", lambda: 1) == 1
