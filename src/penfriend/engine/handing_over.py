"""One claimed batch on its way out: decided, made, begun, handed over; the watch over what the transport does
with it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from penfriend.domain.delivery import Handover, Outcome, Result, Stage
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.outbox import Beginning, DueMessage, Finished, SendBackground, Verdict
from penfriend.domain.ports import Clock, DotJournal, Handovers, Messages
from penfriend.domain.reasons import Skip
from penfriend.domain.retry import consequence
from penfriend.domain.send_policy import SkipIt
from penfriend.domain.timing import DAY, MINUTE, SECOND, Moment
from penfriend.domain.transport import Transport
from penfriend.engine.decide import Deciding
from penfriend.engine.letters import Made, make_letters
from penfriend.engine.live import Live, Revisions
from penfriend.engine.pace import Pace
from penfriend.engine.send_report import SendReport

log = logging.getLogger("penfriend.send")

SENDING_LEASE = 15 * MINUTE
"""Longer than the 600 seconds that a server may take to answer the dot (RFC 5321 4.5.3.2.6)."""
STALE_SECONDS = 1.0
"""What has waited longer between its decision and its handover is decided about again."""
SMALLEST_GROUP, LARGEST_GROUP = 8, 100
"""So many are decided, made and begun together: more as long as all of a group are handed over well within
STALE_SECONDS."""
RECORD_EVERY = 100
LONGEST_CAP = 400 * DAY
"""Mails older than this count under no cap."""
GIVEN_UP = Result(
    Outcome.UNKNOWN, Stage.DOT, text="the connection was given up between the last byte and the answer"
)


class LeaseLost(Exception):
    """This process was frozen for so long that another may have taken its message: the dot must not be
    written."""


@dataclass(frozen=True, slots=True)
class House:
    """What a sender works with."""

    messages: Messages
    handovers: Handovers
    deciding: Deciding
    transport: Transport
    journal: DotJournal
    clock: Clock
    owner: str
    pace: Pace
    revisions: Revisions
    judge: Judge


Judge = Callable[[Collection[str]], None]
"""Told of campaigns whose mail was refused or could not be made (`penfriend.engine.stops`)."""


@dataclass(slots=True)
class _Begun:
    """A message that is `sending`, with when that was."""

    made: Made
    attempt: int
    since: float
    """By the clock that passes by itself."""
    lease_until: Moment
    at_the_dot: bool = False


class OneBatch:
    """The source of the transport's handovers and the watch over them. Used once, in one thread."""

    def __init__(self, house: House, live: Live, report: SendReport, stopping: Callable[[], bool]) -> None:
        self._house, self._live, self._report, self._stopping = house, live, report, stopping
        self._waiting: deque[_Begun] = deque()
        """Begun, and not handed over yet."""
        self._stale: list[_Begun] = []
        """Begun too long ago to be handed over."""
        self._on_the_way: dict[int, _Begun] = {}
        """With the transport, by attempt."""
        self._finished: list[Finished] = []
        """With a result that is not in the store yet."""
        self._decided: set[int] = set()
        """The messages that have a verdict or a result."""
        self._gone_wrong: set[str] = set()
        """Campaigns with a mail that was refused or could not be made."""
        self._rest: Result | None = None
        """Why the route rests by the last that was heard."""

    def handovers(self, held: Sequence[DueMessage]) -> Iterator[Handover]:
        """The way of each message: decide, make, begin, hand over. Advanced whenever the transport has a
        connection free."""
        size = max(SMALLEST_GROUP, self._house.transport.concurrency)
        start = 0
        while start < len(held):
            if self._stopping():
                return
            began = self._house.clock.elapsed()
            now = self._house.clock.now()
            made, verdicts = self._ready(held[start : start + size], now)
            self._settle(verdicts, now)
            self._begin(made, now)
            while self._waiting:
                begun = self._waiting.popleft()
                if self._stopping() or self._house.clock.elapsed() - begun.since > STALE_SECONDS:
                    self._stale.append(begun)
                    continue
                self._on_the_way[begun.attempt] = begun
                self._house.pace.spend()
                yield Handover(begun.attempt, begun.made.email)
            self._withdraw_stale()
            start += size
            if self._house.clock.elapsed() - began < STALE_SECONDS / 4:
                size = min(2 * size, LARGEST_GROUP)

    def _ready(self, group: Sequence[DueMessage], now: Moment) -> tuple[list[Made], list[Verdict]]:
        """The letters of those that go now, and the verdicts on the others. One that breaks a rule of ours
        keeps no other back."""
        house = self._house
        try:
            background = house.messages.background(group, self._live.definitions, Moment(now - LONGEST_CAP))
            return self._decide(group, background, now)
        except StoreUnavailable:
            raise
        except Exception as error:  # whatever is wrong with one of them, the others go on
            if len(group) > 1:
                half = len(group) // 2
                made, verdicts = self._ready(group[:half], now)
                more, further = self._ready(group[half:], now)
                return made + more, verdicts + further
            log.exception("message %s of campaign %s could not be decided", group[0].id, group[0].campaign)
            what = f"{type(error).__name__}: {error}"[:500]
            return [], [Verdict(group[0], SkipIt(Skip.RENDER_FAILED.value, what))]

    def _decide(
        self, group: Sequence[DueMessage], background: SendBackground, now: Moment
    ) -> tuple[list[Made], list[Verdict]]:
        house = self._house
        # whose contact was joined with another since the claim is decided about again
        known = [message for message in group if message.contact in background.contacts]
        rest = house.handovers.paused_until(house.transport.name, now)
        decided = house.deciding.decide(self._live, known, background, now, rest)
        made, unmade = make_letters(self._live, house.revisions, house.messages, decided, background, now)
        return made, decided.verdicts + unmade

    def _settle(self, verdicts: Sequence[Verdict], now: Moment) -> None:
        live, owner = self._live, self._house.owner
        self._house.messages.settle(verdicts, owner, now, live.revision, touch_ended=live.watches_ends)
        self._decided.update(verdict.message.id for verdict in verdicts)
        for verdict in verdicts:
            if verdict.postponed:
                self._report.postponed += 1
            elif verdict.message.in_doubt:  # it may have arrived, and is not sent again
                self._report.unknown += 1
            else:
                self._report.skipped += 1
                if verdict.decision.reason == Skip.RENDER_FAILED:
                    self._gone_wrong.add(verdict.message.campaign)

    def _begin(self, made: Sequence[Made], now: Moment) -> None:
        if not made:
            return
        house, lease = self._house, Moment(now + SENDING_LEASE)
        beginnings = [
            Beginning(
                message=one.message,
                contact_version=one.contact.version,
                address=one.email.envelope_to,
                dated_at=one.letter.date,
                facts=one.facts,
                template=one.letter.template,
                revision=one.revision,
                made_for=one.letter.contact,
                digest=one.email.digest,
            )
            for one in made
        ]
        attempts = house.handovers.begin(beginnings, house.owner, house.transport.name, now, lease)
        since = house.clock.elapsed()
        for one in made:
            if one.message.id in attempts:
                self._waiting.append(_Begun(one, attempts[one.message.id], since, lease))

    def dot(self, handover: Handover) -> None:
        """The next write may hold the last byte: on record first. Raises LeaseLost where the message may be
        another's by now."""
        house, begun = self._house, self._on_the_way[handover.attempt]
        house.journal.record(handover.attempt)
        frozen = (house.clock.elapsed() - begun.since) * SECOND >= SENDING_LEASE
        if frozen or house.clock.now() >= begun.lease_until:
            raise LeaseLost(f"attempt {handover.attempt} began too long ago to be finished")
        begun.at_the_dot = True

    def done(self, handover: Handover, result: Result) -> None:
        """The result of one attempt: on record at once, in the store with others in one transaction."""
        house, begun = self._house, self._on_the_way.pop(handover.attempt)
        finished = self._finish(begun, result)
        house.journal.answer(finished.attempt, result, finished.at)
        # on record beside the store already: a crash now leaves no doubt, and a commit for each would be slow
        if len(self._finished) >= RECORD_EVERY or not (self._on_the_way or self._waiting):
            self._record()

    def _finish(self, begun: _Begun, result: Result) -> Finished:
        message, now = begun.made.message, self._house.clock.now()
        follows = consequence(
            result,
            message_id=message.message_id,
            number=message.attempts + 1,
            now=now,
            on_unknown=self._live.on_unknown(message.campaign, message.transactional),
        )
        if follows.pause_route or result.outcome is Outcome.ACCEPTED:
            self._rest = result if follows.pause_route else None
        finished = Finished(begun.attempt, message.id, result, follows, now)
        self._finished.append(finished)
        self._decided.add(message.id)
        self._report.count(result.outcome)
        if follows.suppress:
            self._gone_wrong.add(message.campaign)
        return finished

    def _record(self) -> None:
        house = self._house
        house.handovers.record(self._finished, house.owner, house.transport.name)
        house.journal.forget([finished.attempt for finished in self._finished])
        self._finished = []

    def _withdraw_stale(self) -> None:
        begun = [(one.made.message.id, one.attempt) for one in self._stale]
        self._house.handovers.withdraw(begun, self._house.owner)
        self._house.journal.forget([attempt for _, attempt in begun])
        self._stale = []

    def close(self, held: Sequence[DueMessage]) -> int:
        """Nothing stays behind: results are recorded, what was begun and has not come to the dot is taken
        back, the rest given back; how many were.

        What a transport that broke has left at the dot is unknown.
        """
        house = self._house
        for begun in self._on_the_way.values():
            if begun.at_the_dot:
                self._finish(begun, GIVEN_UP)
            else:
                self._stale.append(begun)
        self._on_the_way = {}
        self._stale += self._waiting
        self._waiting.clear()
        left = [message.id for message in held if message.id not in self._decided]
        with ExitStack() as last:  # each is tried, whatever becomes of the others
            if left:
                last.callback(house.messages.give_back, left, house.owner)
            last.callback(self._withdraw_stale)
            self._record()
        if self._rest is not None:
            words = (house.transport.name, self._rest.text, self._rest.server)
            log.warning("transport %s rests, its mails wait: %s (%s)", *words)
        house.judge(self._gone_wrong)
        return len(left)
