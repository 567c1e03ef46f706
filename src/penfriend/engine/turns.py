"""One system's turn in the tick `call`: its calls are made batch by batch, whatever they tell.

A call is recorded as done when the other system has said so. A process that dies in between has recorded
nothing: its lease ends and another makes the same call again, with the same webhook-id. So each call is made
at least once, and the other system tells copies by the id.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, Protocol

from penfriend.domain.definitions import Webhook
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.ports import Clock
from penfriend.domain.timing import MINUTE, Moment
from penfriend.domain.webhooks import Answer, Caller, Held, HeldCall, Line, Tried, Tries, headers_of
from penfriend.engine.live import Live

log = logging.getLogger("penfriend.call")

BATCH = 10
"""So many calls are claimed at a time."""
MANY = 1_000
"""So many are given up at a time."""
LEASE = 5 * MINUTE
"""Longer than a batch takes in which no call has an answer in time."""
TURN_SECONDS = 30.0
"""So long one tick works on one system at most; the next tick goes on."""
DOWN_AFTER = 2
"""So many calls in a row without an answer, and the system counts as down."""


@dataclass(slots=True)
class CallReport:
    """What one tick did."""

    done: int = 0
    failed: int = 0
    again: int = 0

    @property
    def tried(self) -> int:
        """How many calls were tried or given up."""
        return self.done + self.failed + self.again

    def add(self, other: CallReport) -> None:
        """Count what another did as well."""
        self.done += other.done
        self.failed += other.failed
        self.again += other.again

    def count(self, tried: Tried) -> None:
        """Count one try."""
        if tried.failed:
            self.failed += 1
        elif tried.again_at is None:
            self.done += 1
        else:
            self.again += 1


@dataclass(slots=True)
class Ready(Generic[Held]):
    """Calls that can be made, with their bodies, and why others of their batch never will be."""

    calls: list[Held] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    """By call id."""


class Sort(Protocol[Held]):
    """One sort of calls: what steps tell, or `outgoing`."""

    @property
    def what(self) -> str:
        """What the campaign files call a system of theirs."""

    @property
    def tries(self) -> Tries[Held]:
        """Who keeps the calls."""

    def systems(self, live: Live) -> Mapping[str, Webhook]:
        """The systems of the live revision, by name."""

    def ready(self, held: list[Held], live: Live, now: Moment, owner: str, /) -> Ready[Held]:
        """The calls with what they say, which is on record from now on."""


@dataclass(slots=True)
class Turn(Generic[Held]):
    """One system's turn in one tick."""

    sort: Sort[Held]
    name: str
    live: Live
    clock: Clock
    owner: str
    report: CallReport = field(default_factory=CallReport)
    silent: int = 0
    """How many calls in a row had no answer."""

    def take(self, caller: Caller, stopping: Callable[[], bool]) -> CallReport:
        """Make the calls of this system, batch by batch."""
        end = self.clock.elapsed() + TURN_SECONDS
        system = self.sort.systems(self.live).get(self.name)

        def over() -> bool:
            return stopping() or self.clock.elapsed() > end

        try:
            if system is None:
                self._give_up()
            else:
                with caller.line(system.url) as line:
                    while not over() and self._batch(system, line, over):
                        pass
        except BaseException:
            with suppress(StoreUnavailable):  # then the lease ends by itself
                self.sort.tries.release(self.owner)
            raise
        return self.report

    def _give_up(self) -> None:
        """The files name this system no longer."""
        note = f'there is no {self.sort.what} "{self.name}" in the campaign files any more'
        while held := self._claim(MANY):
            self.sort.tries.fail([call.id for call in held], self.owner, note, self.clock.now())
            self.report.failed += len(held)
            log.warning("%s calls were given up: %s", len(held), note)

    def _claim(self, limit: int) -> list[Held]:
        now = self.clock.now()
        until = Moment(now + LEASE)
        return self.sort.tries.claim(self.name, now, self.owner, until, self.live.revision, limit)

    def _batch(self, system: Webhook, line: Line, over: Callable[[], bool]) -> bool:
        """Make the calls of one batch; whether another may follow at once."""
        held = self._claim(BATCH)
        tries, ready = self.sort.tries, self._ready(held)
        for place, call in enumerate(ready):
            if over():
                tries.give_back([later.id for later in ready[place:]], self.owner)
                return False
            answer = self._try(call, system, line)
            if self._is_down(answer):
                tries.give_back([later.id for later in ready[place + 1 :]], self.owner)
                tries.hold(self.name, answer, self.clock.now())
                log.warning("%s %s is down, its calls wait: %s", self.sort.what, self.name, answer.note)
                return False
        return bool(held)

    def _ready(self, held: list[Held]) -> list[Held]:
        """One that breaks a rule of ours keeps no other back."""
        if not held:
            return []
        ready = self.sort.ready(held, self.live, self.clock.now(), self.owner)
        for call, note in ready.refused.items():
            self.sort.tries.fail([call], self.owner, note, self.clock.now())
        self.report.failed += len(ready.refused)
        return ready.calls

    def _try(self, call: HeldCall, system: Webhook, line: Line) -> Answer:
        headers = headers_of(call, system.secret, self.clock.now())
        answer = line.post(headers, call.body.encode())
        now = self.clock.now()
        tried = Tried.of(call, answer, now)
        self.sort.tries.record(tried, self.owner, now)
        self.report.count(tried)
        if tried.failed:
            log.warning("call %s of %s %s has failed: %s", call.key, self.sort.what, self.name, answer.note)
        return answer

    def _is_down(self, answer: Answer) -> bool:
        self.silent = self.silent + 1 if answer.is_about_the_system else 0
        return self.silent >= DOWN_AFTER or bool(self.silent and answer.retry_after)
