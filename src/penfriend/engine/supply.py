"""What a batch has in hand to be made: claimed mails, and others claimed in their stead where those of slow
destinations would fill all places."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from penfriend.domain.outbox import DueMessage, Verdict
from penfriend.domain.ports import Clock, Dispatcher, DotJournal, Handovers, Messages
from penfriend.domain.reasons import Postponed, Skip
from penfriend.domain.send_policy import PostponeIt, SkipIt
from penfriend.domain.timing import Moment
from penfriend.domain.transport import Transport
from penfriend.engine.decide import Deciding
from penfriend.engine.destinations import Destinations
from penfriend.engine.gate import Gate
from penfriend.engine.group_size import GroupSize
from penfriend.engine.live import Live, Revisions
from penfriend.engine.measures import Measures
from penfriend.engine.send_report import SendReport
from penfriend.engine.waiting_line import InHand, WaitingLine

PLACES = 200
"""So many are in hand at most: a batch."""
SOON = 0.25
"""What will go within so many seconds is made now; the more are made together, the less each costs."""
A_SECOND = 1.0
"""What will not go within this time gives its place to others, where connections are free; so often it is
looked for others at most."""

Claim = Callable[[int], list[DueMessage]]
"""Claims at most so many of what is due."""
Judge = Callable[[Collection[str]], None]
"""Told of campaigns whose mail was refused or could not be made (`penfriend.engine.stops`)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a revision lays down for sending over a route."""

    live: Live
    deciding: Deciding
    gate: Gate


Newer = Callable[[], Terms | None]
"""The terms of a revision that has become live meanwhile, told once; None where there is none."""


@dataclass(slots=True)
class House:
    """What a sender works with."""

    messages: Messages
    handovers: Handovers
    terms: Terms
    transport: Transport
    journal: DotJournal
    clock: Clock
    owner: str
    revisions: Revisions
    judge: Judge
    destinations: Destinations
    group_size: GroupSize
    dispatcher: Dispatcher
    measures: Measures = field(default_factory=Measures)

    @property
    def live(self) -> Live:
        """The revision that is sent by."""
        return self.terms.live

    @property
    def gate(self) -> Gate:
        """That of the route, by that revision."""
        return self.terms.gate

    def go_by(self, terms: Terms) -> None:
        """From the next mail that is claimed or decided about on, these terms hold."""
        self.terms.gate.give_back()
        self.terms = terms


class Supply:
    """The claimed mails of one batch."""

    def __init__(
        self, house: House, report: SendReport, claim: Claim, line: WaitingLine, newer: Newer
    ) -> None:
        self._house, self._report, self._claim, self._newer = house, report, claim, newer
        self._in_hand = InHand(house.destinations, line)
        self._undecided: set[int] = set()
        """Claimed, and without a verdict or a result."""
        self._lost: list[int] = []
        """Something about their contacts has changed: they are to be decided about again."""
        self.gone_wrong: set[str] = set()
        """Campaigns with a mail that was refused or could not be made, since they were judged last."""
        self._looked_at = house.clock.elapsed()
        self._looks_on = False
        """Claimed mails did not go within a second: connections are free all the same."""
        self.is_drained = False
        """At the last claim no more was due than there was room for."""

    @property
    def undecided(self) -> list[int]:
        """The messages that must be given back."""
        return list(self._undecided)

    def add(self, claimed: Sequence[DueMessage], room: int) -> None:
        """These were claimed, for so many there was room."""
        self.is_drained = len(claimed) < room
        self._undecided.update(message.id for message in claimed)
        self._in_hand.add(claimed)

    def take(self, most: int) -> list[DueMessage]:
        """The next that will go soon, taken out."""
        return self._in_hand.take(most, SOON) if len(self._in_hand) else []

    def is_over(self, message: int) -> None:
        """It has its result."""
        self._undecided.discard(message)

    def lose(self, messages: Sequence[int]) -> None:
        """These could not begin."""
        self._lost += messages

    def set_aside(self, messages: Collection[int]) -> None:
        """These wait in the lane of a slow domain."""
        self._undecided.difference_update(messages)
        self._report.postponed += len(messages)

    def settle(self, verdicts: Sequence[Verdict], now: Moment) -> None:
        """These are skipped or postponed."""
        house, live, report = self._house, self._house.live, self._report
        house.messages.settle(verdicts, house.owner, now, live.revision, touch_ended=live.watches_ends)
        self._undecided.difference_update(verdict.message.id for verdict in verdicts)
        for verdict in verdicts:
            if verdict.postponed:
                report.postponed += 1
            elif verdict.message.in_doubt:  # it may have arrived, and is not sent again
                report.unknown += 1
            else:
                report.skipped += 1
            if isinstance(verdict.decision, SkipIt):
                self._skip(verdict.message, verdict.decision.reason)

    def _skip(self, message: DueMessage, reason: str) -> None:
        measures, failed = self._house.measures, reason == Skip.RENDER_FAILED
        if not message.in_doubt:
            measures.skipped.add(reason)
        if failed:
            measures.render_failures.add(message.campaign)
            if not message.in_doubt:
                self.gone_wrong.add(message.campaign)

    @property
    def may_look(self) -> bool:
        """Whether it is time to look for others: after a second, and then as long as there are more."""
        if self._looks_on and not self.is_drained and len(self._in_hand) < PLACES // 4:
            return True
        return self._house.clock.elapsed() - self._looked_at >= A_SECOND

    def look(self) -> bool:
        """Put off what will not go within a second, and claim others, by a newer revision where there is one:
        what hangs may hang for long. Whether some were."""
        house = self._house
        if (terms := self._newer()) is not None:
            house.go_by(terms)
        self._looks_on, self._looked_at = True, house.clock.elapsed()
        house.judge(self.gone_wrong)
        self.gone_wrong = set()
        self._put_off()
        if self._lost:
            house.messages.give_back(self._lost, house.owner)
            self._undecided.difference_update(self._lost)
            self._lost = []
        room = PLACES - len(self._in_hand)
        more = self._claim(room)
        self.add(more, room)
        self._put_off()
        return bool(more)

    def _put_off(self) -> None:
        """A full destination is no reason to hold the others up. What waits for it already says so once."""
        waiting, now = self._in_hand.excess(A_SECOND), self._house.clock.now()
        self._house.destinations.remember(one.id for one in waiting)
        why = Postponed.PROVIDER_PAUSED
        self.settle(
            [
                Verdict(
                    one,
                    PostponeIt(
                        self._house.destinations.put_off(one.domain, now),
                        why,
                        f"{one.domain} takes no more at a time",
                        told=one.held_by == why.value,
                    ),
                )
                for one in waiting
            ],
            now,
        )
