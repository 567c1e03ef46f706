"""The tick `enroll` over a store of which only the calls are looked at."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from penfriend.domain.definitions import Definitions
from penfriend.domain.letter import Renderer
from penfriend.domain.timing import Moment
from penfriend.engine.clock import SetClock
from penfriend.engine.enroll import LEASE, Enroll, EnrollReport
from penfriend.engine.live import Live

NOW = Moment(1_780_000_000_000_000)


@dataclass
class Done:
    """What one look did."""

    more: bool = False
    joined: int = 0
    left: int = 0
    entered: int = 0
    refused: int = 0
    woken: int = 0


@dataclass
class CountedLooks:
    """Gives the looks that it was told to give, and keeps what it was asked."""

    looks: list[Done]
    free: list[bool] = field(default_factory=list)
    calls: list[object] = field(default_factory=list)

    def take_lease(self, owner: str, now: Moment, until: Moment) -> bool:
        self.calls.append(("lease", owner, until - now))
        return self.free.pop(0) if self.free else True

    def give_back(self, owner: str) -> None:
        self.calls.append(("back", owner))

    def look(self, definitions: Definitions, revision: int, now: Moment) -> Done:
        self.calls.append(("look", revision, now))
        return self.looks.pop(0)


class NoRenderer(Renderer):
    """Nothing is rendered here."""


def live() -> Live:
    return Live(revision=7, definitions=Definitions(), renderer=NoRenderer(), store_id="s")  # type: ignore[abstract]  # never called


def looks_of(store: CountedLooks) -> list[object]:
    return [call for call in store.calls if isinstance(call, tuple) and call[0] == "look"]


def test_it_looks_until_nothing_is_left() -> None:
    store = CountedLooks([Done(True, 1, 2, 3, 4, 5), Done(True, 1, 1, 1, 1, 1), Done()])
    report = Enroll(store, SetClock(NOW), "me").tick(live())
    assert report == EnrollReport(joined=2, left=3, entered=4, refused=5, woken=6)
    assert looks_of(store) == [("look", 7, NOW)] * 3


def test_it_does_nothing_while_another_holds_the_lease() -> None:
    store = CountedLooks([], free=[False])
    report = Enroll(store, SetClock(NOW), "me").tick(live())
    assert report.held
    assert store.calls == [("lease", "me", LEASE)]


def test_it_stops_where_the_lease_was_lost_between_two_batches() -> None:
    store = CountedLooks([Done(True), Done()], free=[True, False])
    Enroll(store, SetClock(NOW), "me").tick(live())
    assert len(looks_of(store)) == 1


def test_it_stops_between_two_batches_when_asked() -> None:
    store = CountedLooks([Done(True), Done()])
    Enroll(store, SetClock(NOW), "me").tick(live(), stopping=lambda: True)
    assert len(looks_of(store)) == 1
    assert store.calls[-1] == ("back", "me")


def test_it_gives_the_lease_back_after_a_failure() -> None:
    store = CountedLooks([])
    with pytest.raises(IndexError):
        Enroll(store, SetClock(NOW), "me").tick(live())
    assert store.calls[-1] == ("back", "me")


def test_points_expire_before_the_first_look() -> None:
    store = CountedLooks([Done()])
    Enroll(store, SetClock(NOW), "me", expire_points=lambda now: store.calls.append(("expire", now))).tick(
        live()
    )
    assert store.calls[1:3] == [("expire", NOW), ("look", 7, NOW)]
