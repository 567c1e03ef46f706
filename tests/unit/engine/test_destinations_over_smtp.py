"""Destinations of their own pace, over SMTP to one relay, whose answers depend on the recipient's domain.
What the server lets happen is decided by what it has seen, never by time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from penfriend.domain.destination import domain_of
from penfriend.domain.timing import MINUTE, SECOND, Moment
from penfriend.engine import send, supply
from penfriend.engine.clock import SetClock
from tests.support.connections import SLOW, mails
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds
from tests.support.scripted_actions import Deed, Reply
from tests.support.scripted_smtp import Mail, ScriptedSmtpServer
from tests.unit.delivery.smtp_bench import smtp_transport

OK = Reply("250 2.0.0 Ok: queued")
BUSY = Reply("421 4.3.2 too busy", then_disconnect=True)
LIMIT = 30.0
"""Seconds after which a test has failed that waits for something."""


@pytest.fixture
def world(tmp_path: Path, scripted_smtp: ScriptedSmtpServer) -> Iterator[World]:
    with smtp_transport(scripted_smtp.port, connections=10) as transport:
        for world in worlds(f"sqlite:///{tmp_path / 'penfriend.db'}", tmp_path):
            world.transport = transport
            world.run(campaign(LETTER, name="urgent", priority=90), campaign(LETTER))
            yield world


class Running(SetClock):
    """A clock that goes on, from where it was set."""

    def now(self) -> Moment:
        return Moment(super().now() + int((self.elapsed() - BEGAN) * SECOND))


BEGAN = SetClock(NOON).elapsed()


@pytest.fixture
def nobody_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stands still for a second puts no mail off."""
    monkeypatch.setattr(supply, "A_SECOND", 1e9)


def domain_for(mail: Mail) -> str:
    return domain_of(mail.recipients[0])


def accepted(server: ScriptedSmtpServer) -> list[str]:
    return [domain_for(mail) for mail in server.accepted]


class Hanging:
    """Mails to slow.example hang until so many quick ones have come."""

    def __init__(self, quick: int) -> None:
        self.awaited, self.hanging, self.most = quick, 0, 0
        self.all_quick_came = threading.Event()
        self._lock = threading.Lock()

    def __call__(self, mail: Mail) -> Deed:
        """What to do at the dot."""
        with self._lock:
            if domain_for(mail) != SLOW:
                self.awaited -= 1
                if not self.awaited:
                    self.all_quick_came.set()
                return OK
            self.hanging += 1
            self.most = max(self.most, self.hanging)
        assert self.all_quick_came.wait(LIMIT), "the slow ones held the quick ones up"
        with self._lock:
            self.hanging -= 1
        return OK


@pytest.mark.parametrize("places", [200, 20])
def test_quick_ones_are_all_delivered_while_the_slow_one_hangs(
    world: World, scripted_smtp: ScriptedSmtpServer, monkeypatch: pytest.MonkeyPatch, places: int
) -> None:
    monkeypatch.setattr(supply, "PLACES", places)
    monkeypatch.setattr(send, "PLACES", places)
    world.clock = Running(NOON)  # who is put off comes up again
    mails(world, 60, SLOW, "urgent")
    mails(world, 50, "quick.example")
    scripted_smtp.by_mail = hanging = Hanging(quick=50)
    sender = world.sender()
    sender.tick(world.live)
    assert hanging.all_quick_came.is_set()
    assert 1 <= hanging.most <= 5
    for _ in range(6):
        world.later(MINUTE)
        sender.tick(world.live)
    assert sorted(accepted(scripted_smtp)) == ["quick.example"] * 50 + [SLOW] * 60
    assert set(world.statuses()) == {"sent"}


class Gate:
    """Holds every mail at its dot. Answers one by one, each when exactly so many are held, and then all."""

    def __init__(self, script: Sequence[tuple[int, Deed]]) -> None:
        self.script, self.held, self.too_many = list(script), 0, 0
        self._changed = threading.Condition()

    def __call__(self, _: Mail) -> Deed:
        """What to do at the dot."""
        with self._changed:
            self.held += 1
            self.too_many = max(self.too_many, self.held - (self.script[0][0] if self.script else 8))
            self._changed.notify_all()
            assert self._changed.wait_for(self._opens, LIMIT), f"{self.held}, {self.script}"
            self.held -= 1
            answer = self.script.pop(0)[1] if self.script else OK
            self._changed.notify_all()
            return answer

    def _opens(self) -> bool:
        return not self.script or self.held == self.script[0][0]


@pytest.mark.usefixtures("nobody_is_slow")
def test_storm_of_421_shrinks_the_window_and_good_mails_open_it_again(
    world: World, scripted_smtp: ScriptedSmtpServer
) -> None:
    mails(world, 40, "busy.example")
    storm: list[tuple[int, Deed]] = [(5, BUSY), (4, BUSY), (3, BUSY)]
    calm: list[tuple[int, Deed]] = [(held, OK) for held in (2, 3, 4, 5, 6, 7, 8, 8)]
    scripted_smtp.by_mail = gate = Gate(storm + calm)
    report = world.send()
    assert (gate.script, gate.too_many) == ([], 0)
    assert (report.sent, report.deferred) == (37, 3)
    assert {row["attempts"] for row in world.rows("messages") if row["status"] == "due"} == {0}
    assert world.rows("destinations", "domain") == world.rows("routes", "name") == []


@pytest.mark.usefixtures("nobody_is_slow")
def test_cohort_of_421_rests_the_destination_for_every_worker_until_one_mail_is_accepted(
    world: World, scripted_smtp: ScriptedSmtpServer
) -> None:
    mails(world, 30, "dead.example")
    mails(world, 20, "quick.example")
    scripted_smtp.by_mail = lambda mail: BUSY if domain_for(mail) == "dead.example" else OK
    world.send()
    assert accepted(scripted_smtp) == ["quick.example"] * 20
    assert [(row["domain"], row["failures"]) for row in world.rows("destinations", "domain")] == [
        ("dead.example", 1)
    ]
    tried = len(scripted_smtp.mails)
    assert 4 <= tried - 20 <= 5
    world.start()
    mails(world, 5, "dead.example")
    assert world.send().sent == 0
    assert len(scripted_smtp.mails) == tried
    world.at(world.rows("destinations", "domain")[0]["resting_until"])
    world.send()
    assert len(scripted_smtp.mails) == tried + 1
    assert world.rows("destinations", "domain")[0]["failures"] == 2
    scripted_smtp.by_mail = lambda _: OK
    world.at(world.rows("destinations", "domain")[0]["resting_until"])
    world.send()
    assert world.rows("destinations", "domain") == []
    assert world.clock.now() < NOON + 20 * MINUTE
    world.later(10 * MINUTE)
    world.send()
    assert set(world.statuses()) == {"sent"}
