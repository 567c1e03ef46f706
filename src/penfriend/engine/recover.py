"""The tick `recover`: what a crash left.

Leases end. What was claimed goes back to due, and so does what was `sending` and whose dot is not on record:
nothing has left the house. Past the dot the answer decides that the worker had put on record; without one it
is unknown: held and listed, or re-sent with the same Message-ID and bytes where the campaign says so. Where
the journal is lost or of another boot, all that was `sending` is unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from penfriend.domain.campaign import OnUnknown
from penfriend.domain.outbox import Answered, Finished, OpenAttempt
from penfriend.domain.ports import Clock, Recovery
from penfriend.domain.retry import backoff, consequence
from penfriend.domain.timing import Moment
from penfriend.engine.live import Live

AT_THE_DOT = "the process ended between the last byte and the answer"
NO_JOURNAL = "the process ended while sending, and its journal is lost or of an earlier start of the machine"


@dataclass(slots=True)
class RecoverReport:
    """What one tick found."""

    freed: int = 0
    taken_back: int = 0
    settled: int = 0
    """Whose answer was on record."""
    unknown: int = 0
    again: int = 0


def recover(recovery: Recovery, live: Live, clock: Clock, gone: Collection[str] = ()) -> RecoverReport:
    """Settle what workers have left whose lease has ended, or that are among `gone` (known to be dead)."""
    now = clock.now()
    report = RecoverReport(freed=recovery.free_claimed(now, gone))
    left = sorted(recovery.open_attempts(now, gone), key=lambda attempt: (attempt.owner, attempt.attempt))
    for owner, attempts in groupby(left, key=lambda attempt: attempt.owner):
        _settle(recovery, live, owner, list(attempts), now, report)
    return report


def _settle(
    recovery: Recovery,
    live: Live,
    owner: str,
    left: Sequence[OpenAttempt],
    now: Moment,
    report: RecoverReport,
) -> None:
    journal = recovery.journal_of(owner)
    before: list[OpenAttempt] = []
    answered: list[tuple[OpenAttempt, Answered]] = []
    past: list[OpenAttempt] = []
    for attempt in left:
        if journal is None:
            past.append(attempt)
        elif attempt.attempt not in journal:
            before.append(attempt)
        elif (answer := journal[attempt.attempt]) is not None:
            answered.append((attempt, answer))
        else:
            past.append(attempt)
    recovery.take_back(before)
    for route in sorted({attempt.route for attempt, _ in answered}):
        results = [_finished(live, attempt, answer) for attempt, answer in answered if attempt.route == route]
        recovery.settle(results, owner, route)
    doubts = [(attempt, _again_at(live, attempt, now)) for attempt in past]
    recovery.doubt(doubts, NO_JOURNAL if journal is None else AT_THE_DOT, now)
    report.taken_back += len(before)
    report.settled += len(answered)
    report.unknown += sum(again is None for _, again in doubts)
    report.again += sum(again is not None for _, again in doubts)


def _finished(live: Live, attempt: OpenAttempt, answer: Answered) -> Finished:
    follows = consequence(
        answer.result,
        message_id=attempt.message_id,
        number=attempt.number,
        now=answer.at,
        on_unknown=live.on_unknown(attempt.campaign, attempt.transactional),
    )
    return Finished(attempt.attempt, attempt.message, answer.result, follows, answer.at)


def _again_at(live: Live, attempt: OpenAttempt, now: Moment) -> Moment | None:
    if live.on_unknown(attempt.campaign, attempt.transactional) is OnUnknown.HOLD:
        return None
    return Moment(now + backoff(attempt.message_id, attempt.number))
