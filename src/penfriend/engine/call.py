"""The tick `call`: webhook steps' calls that are due are made, and other systems told what has happened.

Each system has a thread of its own, so that a slow or dead one holds up only its own calls. A step's call
gets its body before the first try, and keeps it; what `outgoing` tells has had one since it happened.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from penfriend.domain.definitions import Webhook
from penfriend.domain.ports import Clock
from penfriend.domain.timing import Moment
from penfriend.domain.webhooks import Caller, Calls, DueCall, HeldCall, News, body_of
from penfriend.engine.live import Live
from penfriend.engine.measures import Measures
from penfriend.engine.turns import LEASE, CallReport, Ready, Turn

__all__ = ["LEASE", "Call", "CallReport"]
log = logging.getLogger("penfriend.call")

AT_ONCE = 8
"""So many systems are called at the same time."""
ERASED = "the contact was erased"


class Call:
    """Makes the calls of one store."""

    def __init__(
        self,
        calls: Calls,
        news: News,
        caller: Caller,
        clock: Clock,
        owner: str,
        measures: Measures | None = None,
    ) -> None:
        self._counts = (measures or Measures()).calls
        self._steps, self._news = OfSteps(calls), OfNews(news)
        self._caller, self._clock, self._owner = caller, clock, owner

    def tick(self, live: Live, stopping: Callable[[], bool] = lambda: False) -> CallReport:
        """Make what is due, until nothing is left, each system's turn is over, or `stopping()`."""
        total, now = CallReport(), self._clock.now()
        due: list[Turn[DueCall] | Turn[HeldCall]] = [
            Turn(self._steps, name, live, self._clock, self._owner) for name in self._steps.tries.waiting(now)
        ]
        due += [
            Turn(self._news, name, live, self._clock, self._owner) for name in self._news.tries.waiting(now)
        ]
        if not due:
            return total
        with ThreadPoolExecutor(min(AT_ONCE, len(due)), "penfriend-call") as pool:
            turns = [pool.submit(turn.take, self._caller, stopping) for turn in due]
            failures = [turn.exception() for turn in turns]
        for place, (turn, failure) in enumerate(zip(turns, failures, strict=True)):
            if failure is None:
                self._count(due[place].sort.what, turn.result())
                total.add(turn.result())
        for failure in failures:
            if failure is not None:
                raise failure
        return total

    def _count(self, what: str, report: CallReport) -> None:
        for outcome in ("done", "again", "failed"):
            self._counts.add(what, outcome, number=getattr(report, outcome))

    def release(self) -> None:
        """Give back all that is held."""
        self._steps.tries.release(self._owner)
        self._news.tries.release(self._owner)


class OfSteps:
    """The calls of webhook steps."""

    what = "webhook"

    def __init__(self, calls: Calls) -> None:
        self.tries: Calls = calls

    def systems(self, live: Live) -> Mapping[str, Webhook]:
        """The webhooks of the files."""
        return live.definitions.webhooks

    def ready(self, held: list[DueCall], live: Live, now: Moment, owner: str, /) -> Ready[DueCall]:
        """The calls with what they say, which is on record from now on. Who was erased meanwhile is not told
        of."""
        known = self.tries.background(held, live.definitions, now)
        ready: Ready[DueCall] = Ready()
        for call in held:
            if call.id not in known:
                ready.refused[call.id] = ERASED
                continue
            try:
                ready.calls.append(replace(call, body=call.body or body_of(call, *known[call.id])))
            except Exception as error:  # a fault of ours, met by the data of one person
                log.exception("call %s could not be made", call.id)
                ready.refused[call.id] = f"it could not be made: {type(error).__name__}: {error}"
        had = {call.id for call in held if call.body}
        self.tries.keep_bodies({call.id: call.body for call in ready.calls if call.id not in had}, owner)
        return ready


class OfNews:
    """What `outgoing` tells."""

    what = "outgoing"

    def __init__(self, news: News) -> None:
        self.tries: News = news

    def systems(self, live: Live) -> Mapping[str, Webhook]:
        """The systems that are told."""
        return live.definitions.outgoing

    def ready(self, held: list[HeldCall], _live: Live, _now: Moment, _owner: str, /) -> Ready[HeldCall]:
        """They say what they have said since they were written. Who was erased is not told of."""
        erased = self.tries.of_erased([call.id for call in held])
        return Ready([call for call in held if call.id not in erased], dict.fromkeys(erased, ERASED))
