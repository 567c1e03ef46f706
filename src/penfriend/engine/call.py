"""The tick `call`: webhook steps' calls that are due are made.

Each webhook has a thread of its own, so that a slow or dead system holds up only its own calls. A call gets
its body before the first try, and keeps it; it is recorded as done when the other system has said so. A
process that dies in between has recorded nothing: its lease ends and another makes the same call again, with
the same webhook-id. So each call is made at least once, and the other system tells copies by the id.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace

from penfriend.domain.definitions import Webhook
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.ports import Clock
from penfriend.domain.timing import MINUTE, Moment
from penfriend.domain.webhooks import Answer, Caller, Calls, DueCall, Line, Tried, body_of, headers_of
from penfriend.engine.live import Live

log = logging.getLogger("penfriend.call")

AT_ONCE = 8
"""So many systems are called at the same time."""
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


class Call:
    """Makes the calls of one store."""

    def __init__(self, calls: Calls, caller: Caller, clock: Clock, owner: str) -> None:
        self._calls, self._caller, self._clock, self._owner = calls, caller, clock, owner

    def tick(self, live: Live, stopping: Callable[[], bool] = lambda: False) -> CallReport:
        """Make what is due, until nothing is left, each system's turn is over, or `stopping()`."""
        total, waiting = CallReport(), self._calls.waiting(self._clock.now())
        if not waiting:
            return total
        with ThreadPoolExecutor(min(AT_ONCE, len(waiting)), "penfriend-call") as pool:
            turns = [pool.submit(self._turn, live, name, stopping) for name in waiting]
            failures = [turn.exception() for turn in turns]
        for turn, failure in zip(turns, failures, strict=True):
            if failure is None:
                total.add(turn.result())
        for failure in failures:
            if failure is not None:
                raise failure
        return total

    def release(self) -> None:
        """Give back all that is held."""
        self._calls.release(self._owner)

    def _turn(self, live: Live, name: str, stopping: Callable[[], bool]) -> CallReport:
        """The calls of one webhook, batch by batch."""
        report, hook = CallReport(), live.definitions.webhooks.get(name)
        end = self._clock.elapsed() + TURN_SECONDS

        def over() -> bool:
            return stopping() or self._clock.elapsed() > end

        try:
            if hook is None:
                self._give_up_on(live, name, report)
            else:
                with self._caller.line(hook.url) as line:
                    turn = _Turn(self._calls, self._clock, self._owner, live, hook, line, report)
                    while not over() and turn.batch(over):
                        pass
        except BaseException:
            with suppress(StoreUnavailable):  # then the lease ends by itself
                self._calls.release(self._owner)
            raise
        return report

    def _give_up_on(self, live: Live, name: str, report: CallReport) -> None:
        """The files name this webhook no longer."""
        now = self._clock.now()
        while held := self._calls.claim(name, now, self._owner, Moment(now + LEASE), live.revision, MANY):
            note = f'there is no webhook "{name}" in the campaign files any more'
            self._calls.fail([call.id for call in held], self._owner, note, now)
            report.failed += len(held)
            log.warning("%s calls were given up: %s", len(held), note)


@dataclass(slots=True)
class _Turn:
    """One webhook's turn in one tick."""

    calls: Calls
    clock: Clock
    owner: str
    live: Live
    hook: Webhook
    line: Line
    report: CallReport
    silent: int = 0
    """How many calls in a row had no answer."""

    def batch(self, over: Callable[[], bool]) -> bool:
        """Make the calls of one batch; whether another may follow at once."""
        now, until = self.clock.now(), Moment(self.clock.now() + LEASE)
        held = self.calls.claim(self.hook.name, now, self.owner, until, self.live.revision, BATCH)
        ready = self._with_bodies(held)
        for place, call in enumerate(ready):
            if over():
                self.calls.give_back([later.id for later in ready[place:]], self.owner)
                return False
            answer = self._try(call)
            if self._is_down(answer):
                self.calls.give_back([later.id for later in ready[place + 1 :]], self.owner)
                self.calls.hold(self.hook.name, answer, self.clock.now())
                log.warning("webhook %s is down, its calls wait: %s", self.hook.name, answer.note)
                return False
        return bool(held)

    def _with_bodies(self, held: Sequence[DueCall]) -> list[DueCall]:
        """The calls with what they say, which is on record from now on. Who was erased meanwhile is not told
        of, and one that breaks a rule of ours keeps no other back."""
        known = self.calls.background(held, self.live.definitions, self.clock.now())
        made: dict[int, str] = {}
        for call in held:
            if call.id not in known:
                self._fail(call, "the contact was erased")
                continue
            try:
                made[call.id] = call.body or body_of(call, *known[call.id])
            except Exception as error:  # a fault of ours, met by the data of one person
                log.exception("call %s could not be made", call.id)
                self._fail(call, f"it could not be made: {type(error).__name__}: {error}")
        fresh = [call for call in held if call.id in made and not call.body]
        self.calls.keep_bodies({call.id: made[call.id] for call in fresh}, self.owner)
        return [replace(call, body=made[call.id]) for call in held if call.id in made]

    def _fail(self, call: DueCall, note: str) -> None:
        self.calls.fail([call.id], self.owner, note, self.clock.now())
        self.report.failed += 1

    def _try(self, call: DueCall) -> Answer:
        headers = headers_of(call, self.hook.secret, self.clock.now())
        answer = self.line.post(headers, call.body.encode())
        now = self.clock.now()
        tried = Tried.of(call, answer, now)
        self.calls.record(tried, self.owner, now)
        self.report.count(tried)
        if tried.failed:
            log.warning("call %s of webhook %s has failed: %s", call.key, self.hook.name, answer.note)
        return answer

    def _is_down(self, answer: Answer) -> bool:
        self.silent = self.silent + 1 if answer.is_about_the_system else 0
        return self.silent >= DOWN_AFTER or bool(self.silent and answer.retry_after)
