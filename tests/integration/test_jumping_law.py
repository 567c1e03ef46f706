"""The law of jumps: an engine that jumps from due time to due time does what one does that looks every
minute, with the same reasons at the same moments, whatever the campaigns are."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import time
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from penfriend.bootstrap import House, Rehearsal, Settings
from penfriend.domain.campaign import (
    Arm,
    Branch,
    Campaign,
    EventHappening,
    Exit,
    Goal,
    Policy,
    Send,
    Share,
    Split,
    Step,
    WaitFor,
    WaitHappening,
)
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn, Taken
from penfriend.domain.timing import HOUR, MINUTE, SECOND, Cap, Duration, Moment, Unit
from penfriend.engine.clock import JumpingClock
from penfriend.engine.live import Live
from penfriend.storage.database import open_database
from penfriend.storage.migrate import upgrade
from penfriend.storage.tables import decisions, enrollments
from tests.support.future_shop import environment, message_log
from tests.support.mail_pieces import NOON, PlainRenderer, campaign, definitions
from tests.unit.domain.walking import GOLD

TIMES = int(os.environ.get("EXAMPLES_TIMES", "1"))
"""EXAMPLES_TIMES=20 looks harder."""
END = Moment(NOON + 4 * HOUR)
ORDERED = EventHappening("order_placed")
ZONES = ("Europe/London", "America/New_York", "Asia/Kolkata")
_MINUTES = st.sampled_from((1, 5, 7, 30, 59, 90)).map(lambda number: Duration(number, Unit.MINUTES))
Log = tuple[list[tuple[object, ...]], list[tuple[object, ...]]]


@st.composite
def _steps(draw: st.DrawFn, ids: Iterator[int], depth: int = 2) -> tuple[Step, ...]:
    return tuple(draw(_step(ids, depth)) for _ in range(draw(st.integers(1, 3))))


@st.composite
def _step(draw: st.DrawFn, ids: Iterator[int], depth: int) -> Step:
    kinds = ["send", "send", "wait", "happening", *(["branch", "split"] if depth else ["exit"])]
    kind, name = draw(st.sampled_from(kinds)), f"s{next(ids)}"
    match kind:
        case "send":
            return Send(id=name, template="hello")
        case "wait":
            return WaitFor(id=name, duration=draw(_MINUTES))
        case "happening":
            return WaitHappening(id=name, happenings=(ORDERED,), at_most=draw(_MINUTES))
        case "branch":
            arms = (Arm(GOLD, draw(_steps(ids, depth - 1))), Arm(None, draw(_steps(ids, depth - 1))))
            return Branch(id=name, arms=arms)
        case "split":
            shares = (Share("a", 50.0, draw(_steps(ids, depth - 1))), Share("b", 50.0, draw(_steps(ids, 0))))
            return Split(id=name, arms=shares)
        case _:
            return Exit(id=name, word="enough")


@st.composite
def _campaigns(draw: st.DrawFn) -> tuple[Campaign, ...]:
    made = []
    for name in ("one", "two"):
        goal = Goal((ORDERED,), None) if draw(st.booleans()) else None
        priority = draw(st.integers(1, 2))
        made.append(campaign(*draw(_steps(count())), name=name, goal=goal, priority=priority))
    return tuple(made)


_POLICIES = st.builds(
    Policy,
    send_window_hours=st.sampled_from((None, (time(9), time(13, 30)), (time(12, 45), time(0)))),
    at_most=st.sampled_from(
        (None, (Cap(1, Duration(45, Unit.MINUTES)),), (Cap(2, Duration(2, Unit.HOURS)),))
    ),
    max_lateness=st.sampled_from((None, Duration(20, Unit.MINUTES))),
)
_WHEN = st.integers(-30 * 60, 3 * 60 * 60).map(lambda seconds: Moment(NOON + seconds * SECOND))
_EVENTS = st.lists(
    st.tuples(_WHEN, st.sampled_from(("signed_up", "signed_up", "order_placed")), st.integers(0, 2)),
    min_size=2,
    max_size=8,
)
Happens = Sequence[tuple[Moment, str, int]]


class _World:
    """Lets what happens come in at its moment."""

    def __init__(self, rehearsal: Rehearsal, happens: Happens) -> None:
        self._rehearsal = rehearsal
        self._left = [(at, name, who, number) for number, (at, name, who) in enumerate(sorted(happens))]

    def act(self) -> Moment | None:
        while self._left and self._left[0][0] <= self._rehearsal.clock.now():
            at, name, who, number = self._left.pop(0)
            properties = {"total": 10} if name == "order_placed" else {}
            event = EventIn(name, f"c-{who}", None, at, properties, f"e-{number}")
            assert self._rehearsal.house.ingester().ingest_events([event]) == [Taken()]
        return self._left[0][0] if self._left else None


@contextmanager
def _rehearsal(empty: Path, live: Live) -> Iterator[Rehearsal]:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "law.db"
        shutil.copyfile(empty, file)
        clock = JumpingClock(Moment(NOON - HOUR))
        chosen = Settings.of(environment(Path(name), f"sqlite:///{file}"))
        with House(chosen, open_database(chosen.database_url, lasting=False), clock) as house:
            house.run_as(live)
            people = [
                ContactIn(
                    f"c-{who}",
                    f"c{who}@customer.example",
                    {"timezone": zone, "tier": "gold" if who else None},
                    topics=["offers"],
                    subscribed_at=Moment(NOON - HOUR),
                )
                for who, zone in enumerate(ZONES)
            ]
            house.ingester().ingest_contacts(people, proof="a form")
            clock.set(NOON)
            rehearsal = Rehearsal(house, clock, lambda _: None)
            yield rehearsal
            rehearsal.worker.close()


def _log(house: House) -> Log:
    d, e = decisions.c, enrollments.c
    told = select(e.campaign, e.contact_id, e.entry, d.step, d.what, d.reason, d.at, d.until)
    ends = select(e.campaign, e.contact_id, e.entry, e.step, e.status, e.end_reason, e.ended_at, e.due_at)
    with house.db.read() as connection:
        story = [tuple(row) for row in connection.execute(told.join(enrollments, e.id == d.enrollment_id))]
        story += [tuple(row) for row in connection.execute(ends)]
    return message_log(house), sorted(story, key=repr)


def _jumping(rehearsal: Rehearsal, world: _World) -> None:
    rehearsal.live_until(END, act=world.act)


def _every_minute(rehearsal: Rehearsal, world: _World) -> None:
    """As a daemon and a clock do: every tick, whether or not there may be something to do."""
    for now in range(NOON, END + 1, MINUTE):
        rehearsal.clock.set(Moment(now))
        world.act()
        rehearsal.worker.settle()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("law") / "empty.db"
    with open_database(f"sqlite:///{path}") as db:
        upgrade(db)
    return path


@pytest.mark.timeout(600)
@settings(
    max_examples=2 * TIMES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(_campaigns(), _POLICIES, _EVENTS)
def test_engine_that_jumps_does_what_one_does_that_looks_every_minute(
    empty: Path, campaigns: tuple[Campaign, ...], policy: Policy, happens: Happens
) -> None:
    live = Live.of(1, definitions(*campaigns, policy=policy), PlainRenderer(), "a store")
    logs: list[Log] = []
    ways: tuple[Callable[[Rehearsal, _World], None], ...] = (_jumping, _every_minute)
    for way in ways:
        with _rehearsal(empty, live) as rehearsal:
            way(rehearsal, _World(rehearsal, happens))
            logs.append(_log(rehearsal.house))
    assert logs[0] == logs[1]
