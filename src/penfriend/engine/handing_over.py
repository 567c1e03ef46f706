"""Claimed mails on their way out: decided, made, begun, handed over; the watch over what the transport does
with them.

A batch is over when its mails are. Where some of them hang because their destination is slow, and connections
are free, it goes on with mails that were claimed since, so that no destination holds up the others.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace

from penfriend.domain.delivery import Handover, Outcome, Result, Stage
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.outbox import Beginning, DueMessage, Finished, SendBackground, Verdict
from penfriend.domain.reasons import Skip
from penfriend.domain.retry import consequence
from penfriend.domain.send_policy import SkipIt
from penfriend.domain.timing import DAY, MINUTE, SECOND, Moment
from penfriend.engine.destinations import NO_NEWS, Heard
from penfriend.engine.letters import Made, about, make_letters
from penfriend.engine.send_report import SendReport
from penfriend.engine.supply import Claim, House, Newer, Supply
from penfriend.engine.waiting_line import Begun, WaitingLine

log = logging.getLogger("penfriend.send")

SENDING_LEASE = 15 * MINUTE
"""Longer than the 600 seconds that a server may take to answer the dot (RFC 5321 4.5.3.2.6)."""
STALE_SECONDS = 1.0
"""What has waited longer between its decision and its handover is decided about again."""
RECORD_EVERY = 200
LOOKING_SECONDS = 0.5
"""So long others are looked for at most before the transport may read its answers."""
LONGEST_CAP = 400 * DAY
"""Mails older than this count under no cap."""
GIVEN_UP = Result(
    Outcome.UNKNOWN, Stage.DOT, text="the connection was given up between the last byte and the answer"
)


class LeaseLost(Exception):
    """This process was frozen for so long that another may have taken its message: the dot must not be
    written."""


class OneBatch:
    """The source of the transport's handovers and the watch over them. Used once, in one thread."""

    def __init__(
        self, house: House, report: SendReport, stopping: Callable[[], bool], claim: Claim, newer: Newer
    ) -> None:
        self._house, self._report, self._stopping = house, report, stopping
        self._line = WaitingLine(house.destinations)
        """Begun, and not handed over yet."""
        self._supply = Supply(house, report, claim, self._line, newer)
        """Claimed, and not made yet."""
        self._stale: list[Begun] = []
        """Begun too long ago to be handed over."""
        self._on_the_way: dict[int, Begun] = {}
        """With the transport, by attempt."""
        self._finished: list[Finished] = []
        """With a result that is not in the store yet."""
        self._rest: Result | None = None
        """Why the route rests by the last that was heard."""

    def take_in(self, held: Sequence[DueMessage], room: int) -> None:
        """These were claimed for it, where there was room for so many."""
        self._supply.add(held, room)

    @property
    def has_more(self) -> bool:
        """Whether more may be due than was claimed."""
        return not self._supply.is_drained

    def handovers(self) -> Iterator[Handover | None]:
        """The way of each message: decide, make, begin, hand over. Advanced whenever the transport has a
        connection free; None where only what waits for results is left."""
        clock = self._house.clock
        size = self._house.group_size
        asked = clock.elapsed()
        while not self._stopping():
            began = clock.elapsed()
            group = self._supply.take(size.next())
            if group:
                self._make(group)
            handed = False
            while (handover := self._next()) is not None:
                handed = True
                yield handover
                asked = clock.elapsed()
            self._withdraw_stale()
            if group:
                size.took(len(group), clock.elapsed() - began)
            if group or handed:
                continue
            if not self._on_the_way:
                if not self._line:
                    return
                self._stale += self._line.withdraw()  # begun for a destination that rests by now
            elif self._looks_for_more(asked):
                continue
            else:
                yield None
                asked = clock.elapsed()

    def _next(self) -> Handover | None:
        """The next that goes, now with the transport."""
        house = self._house
        while not self._stopping() and (begun := self._line.next()) is not None:
            stale = house.clock.elapsed() - begun.since > STALE_SECONDS
            if stale or not house.gate.spend(begun.made.email.envelope_to):
                self._stale.append(begun)
                continue
            self._on_the_way[begun.attempt] = begun
            house.destinations.hands_over(begun.domain)
            return Handover(begun.attempt, begun.made.email)
        return None

    def _looks_for_more(self, asked: float) -> bool:
        """Whether anything has changed for those in hand, or more was claimed, where nothing can go."""
        now = self._house.clock.elapsed()
        self._stale += self._line.withdraw(before=now - STALE_SECONDS)
        if now - asked > LOOKING_SECONDS or not self._supply.may_look:
            return False
        self._withdraw_stale()
        self._record()
        return self._supply.look()

    def _make(self, group: Sequence[DueMessage]) -> None:
        now = self._house.clock.now()
        made, verdicts = self._ready(group, now)
        self._supply.settle(verdicts, now)
        begun = self._begin(made, now)
        decided = {verdict.message.id for verdict in verdicts}
        self._supply.lose([one.id for one in group if one.id not in begun and one.id not in decided])

    def _ready(self, group: Sequence[DueMessage], now: Moment) -> tuple[list[Made], list[Verdict]]:
        """The letters of those that go now, and the verdicts on the others. One that breaks a rule of ours
        keeps no other back."""
        house = self._house
        try:
            background = house.messages.background(group, house.live.definitions, Moment(now - LONGEST_CAP))
            return self._decide(group, background, now)
        except StoreUnavailable:
            raise
        except Exception as error:  # whatever is wrong with one of them, the others go on
            if len(group) > 1:
                half = len(group) // 2
                made, verdicts = self._ready(group[:half], now)
                more, further = self._ready(group[half:], now)
                return made + more, verdicts + further
            with about(group[0]):
                log.exception(
                    "message %s of campaign %s could not be decided", group[0].id, group[0].campaign
                )
            what = f"{type(error).__name__}: {error}"[:500]
            return [], [Verdict(group[0], SkipIt(Skip.RENDER_FAILED.value, what))]

    def _decide(
        self, group: Sequence[DueMessage], background: SendBackground, now: Moment
    ) -> tuple[list[Made], list[Verdict]]:
        house = self._house
        # whose contact was joined with another since the claim is decided about again
        known = [message for message in group if message.contact in background.contacts]
        rests = house.handovers.rests(house.transport.name, now)
        house.destinations.learn(rests, now)
        if house.gate.probing:
            rests = replace(rests, route_until=None)
        known = house.gate.staying(known, rests.route_until)
        decided = house.terms.deciding.decide(house.live, known, background, now, rests)
        decided, aside = house.gate.admit(decided, background, house.owner, house.live.revision)
        self._supply.set_aside(aside)
        spans = house.measures.spans
        made, unmade = make_letters(
            house.live, house.revisions, house.messages, decided, background, now, spans
        )
        return made, decided.verdicts + unmade

    def _begin(self, made: Sequence[Made], now: Moment) -> set[int]:
        """Which of them have begun."""
        if not made:
            return set()
        house, lease, day = self._house, Moment(now + SENDING_LEASE), self._house.gate.day()
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
                locale=one.email.locale,
            )
            for one in made
        ]
        attempts = house.handovers.begin(beginnings, house.owner, house.transport.name, now, lease, day)
        since = house.clock.elapsed()
        for one in made:
            if one.message.id in attempts:
                self._line.add(Begun(one, attempts[one.message.id], since, lease))
        return set(attempts)

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
        heard = house.destinations.hears(begun.domain, result)
        self._line.frees(begun.domain)
        finished = self._finish(begun, result, heard)
        house.journal.answer(finished.attempt, result, finished.at)
        route_rests = finished.consequence.pause_route
        if route_rests:  # what was begun and has not gone waits for the route as well
            self._stale += self._line.withdraw()
        # on record beside the store already: a crash now leaves no doubt, and a commit for each would be slow
        through = not (self._on_the_way or self._line)
        others_must_know = route_rests or heard.concerns_others
        if through or others_must_know or len(self._finished) >= RECORD_EVERY:
            self._record()

    def _finish(self, begun: Begun, result: Result, heard: Heard = NO_NEWS) -> Finished:
        message, now = begun.made.message, self._house.clock.now()
        follows = consequence(
            result,
            message_id=message.message_id,
            number=message.attempts + 1,
            now=now,
            on_unknown=self._house.live.on_unknown(message.campaign, message.transactional),
            told_by_several=heard.told_by_several,
        )
        if follows.pause_route or result.outcome is Outcome.ACCEPTED:
            self._rest = result if follows.pause_route else None
        follows = self._house.gate.after(follows, message, now)
        finished = Finished(begun.attempt, message.id, result, follows, now, heard.rests, heard.revives)
        self._finished.append(finished)
        self._supply.is_over(message.id)
        self._report.count(result.outcome)
        if follows.suppress:
            self._supply.gone_wrong.add(message.campaign)
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

    def close(self) -> int:
        """Nothing stays behind: results are recorded, what was begun and has not come to the dot is taken
        back, the rest given back; how many were.

        What a transport that broke has left at the dot is unknown.
        """
        house = self._house
        for begun in self._on_the_way.values():
            house.destinations.gives_up(begun.domain)
            if begun.at_the_dot:
                self._finish(begun, GIVEN_UP)
            else:
                self._stale.append(begun)
        self._on_the_way = {}
        house.destinations.forget_idle()
        self._stale += self._line.withdraw()
        left = self._supply.undecided
        with ExitStack() as last:  # each is tried, whatever becomes of the others
            if left:
                last.callback(house.messages.give_back, left, house.owner)
            last.callback(self._withdraw_stale)
            self._record()
        if self._rest is not None:
            carrier = house.gate.carrier
            then = "its mails wait" if carrier is None else f"{carrier} carries its mail"
            words = (house.transport.name, then, self._rest.text, self._rest.server)
            log.warning("transport %s rests, %s: %s (%s)", *words)
        house.judge(self._supply.gone_wrong)
        return len(left)
