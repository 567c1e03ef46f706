"""The daemon calls its ticks until it is stopped."""

import logging
import os
import signal
import threading
from collections.abc import Callable

import pytest

from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.health import ClockSet
from penfriend.domain.timing import DAY, HOUR, Moment
from penfriend.engine import daemon as module
from penfriend.engine.daemon import Daemon


def quickly(monkeypatch: pytest.MonkeyPatch, *names: str, seconds: float = 0.02) -> None:
    monkeypatch.setattr(module, "SECONDS_BETWEEN", dict.fromkeys(names, seconds))


class Times:
    """A tick that stops its daemon at the nth call."""

    def __init__(self, stop_at: int, then: Callable[[], object] = lambda: None) -> None:
        self.count, self.stop_at, self.then = 0, stop_at, then
        self.daemon: Daemon | None = None

    def __call__(self) -> None:
        self.count += 1
        if self.count == self.stop_at and self.daemon is not None:
            self.daemon.stop()
        self.then()


def run(daemon: Daemon, *ticks: Times) -> None:
    for tick in ticks:
        tick.daemon = daemon
    daemon.run()


def test_every_tick_is_called_at_once_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    quickly(monkeypatch, "advance", "send")
    advance, send = Times(3), Times(99)
    run(Daemon({"advance": advance, "send": send}), advance, send)
    assert advance.count >= 3
    assert send.count >= 1


def test_tick_that_fails_is_logged_and_called_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    quickly(monkeypatch, "send")

    def fail() -> None:
        raise ValueError("a fault of ours")

    tick = Times(3, fail)
    with caplog.at_level(logging.ERROR, "penfriend.daemon"):
        run(Daemon({"send": tick}), tick)
    assert tick.count >= 3
    assert "tick send failed" in caplog.text
    assert "a fault of ours" in caplog.text


def test_what_a_person_has_to_know_is_one_line_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    quickly(monkeypatch, "send")

    def fail() -> None:
        raise StoreUnavailable("shop.db: the disk is full")

    tick = Times(1, fail)
    with caplog.at_level(logging.ERROR, "penfriend.daemon"):
        run(Daemon({"send": tick}), tick)
    assert [record.getMessage() for record in caplog.records] == ["tick send: shop.db: the disk is full"]
    assert caplog.records[0].exc_info is None


def test_stop_waits_for_the_tick_that_runs_and_begins_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    quickly(monkeypatch, "send")
    finished = threading.Event()
    daemon: Daemon

    def tick() -> None:
        assert not finished.is_set()
        daemon.stop()
        assert daemon.stopping()
        finished.set()

    daemon = Daemon({"send": tick})
    daemon.run()
    assert finished.is_set()


def test_no_tick_runs_twice_at_the_same_time(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    quickly(monkeypatch, "send", "advance")
    others = Times(5)
    inside, most = 0, 0

    def slow() -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        while not daemon.stopping():
            threading.Event().wait(0.005)
        inside -= 1

    daemon = Daemon({"send": slow, "advance": others})
    run(daemon, others)
    assert most == 1
    assert not caplog.records  # a tick that takes long, as with a slow relay, is nothing to tell each second


def test_signal_handler_may_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    quickly(monkeypatch, "send")
    tick = Times(2, lambda: os.kill(os.getpid(), signal.SIGUSR1) if tick.count == 2 else None)
    daemon = Daemon({"send": tick})
    former = signal.signal(signal.SIGUSR1, lambda *_: daemon.stop())
    try:
        daemon.run()
    finally:
        signal.signal(signal.SIGUSR1, former)
    assert daemon.stopping()


class Readings:
    """A clock whose day is set when it is looked at for the third time."""

    def __init__(self, by: int) -> None:
        self._by, self._looks = by, 0

    def now(self) -> Moment:
        self._looks += 1
        return Moment(1_000 * DAY + (self._by if self._looks > 2 else 0))

    def elapsed(self) -> float:
        return 7.0


@pytest.mark.parametrize(
    ("by", "said"), [(-2 * HOUR, "back by 120 minutes"), (DAY, "forward by 1440 minutes")]
)
def test_clock_that_is_set_is_told_and_does_not_stop_the_ticks(
    by: int, said: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    quickly(monkeypatch, "send", seconds=3600)
    monkeypatch.setattr(module, "WATCH_SECONDS", 0.01)
    tick, heard = Times(2), list[ClockSet]()
    with caplog.at_level(logging.WARNING, "penfriend.daemon"):
        run(Daemon({"send": tick}, Readings(by), heard.append), tick)
    assert tick.count == 2
    assert f"the clock was set {said}" in caplog.text
    assert [one.by for one in heard] == [by]
