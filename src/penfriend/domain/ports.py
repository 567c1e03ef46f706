"""The ports of the engine: what it needs of clock, store and journal, as Protocols. `bootstrap` gives the
concrete ones.

Two stand beside what they carry: `transport` (who carries mail), `letter` (who makes it).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from penfriend.domain.asking import Answer, Probe, Question
from penfriend.domain.contact import Contact
from penfriend.domain.definitions import Definitions
from penfriend.domain.delivery import Result
from penfriend.domain.destination import Rests
from penfriend.domain.enrollment import Enrollment, Moved
from penfriend.domain.facts import Frozen
from penfriend.domain.letter import Needs
from penfriend.domain.outbox import (
    NO_LANES,
    Beginning,
    Carried,
    DueMessage,
    Finished,
    HandedOver,
    Journal,
    LaneFor,
    Lanes,
    OpenAttempt,
    SendBackground,
    SendingDay,
    Verdict,
)
from penfriend.domain.pacing import Rate, Taken
from penfriend.domain.standing import Change, Pause
from penfriend.domain.steps import WinsBy
from penfriend.domain.timing import Moment
from penfriend.domain.winners import ArmFigures, SplitState


class Clock(Protocol):
    """The only source of time. Tests, simulation and the demo move it themselves."""

    def now(self) -> Moment:
        """The moment that rules go by."""

    def elapsed(self) -> float:
        """Seconds that pass by themselves, for measuring how long a thing took; only differences mean
        something."""


class DotJournal(Protocol):
    """The record of each dot before it is written, for the recovery after a crash."""

    def record(self, attempt: int) -> None:
        """The next write may hold the last byte of this attempt's mail. Returns when a killed process cannot
        lose it."""

    def answer(self, attempt: int, result: Result, at: Moment) -> None:
        """The attempt's result, on record before it is in the store; nothing where its dot is not."""

    def forget(self, attempts: Collection[int]) -> None:
        """These have their outcome in the store."""


class Asking(Protocol):
    """Answers questions about people, all of a batch in one SELECT."""

    def ask(self, questions: Sequence[Question], probes: Sequence[Probe]) -> list[list[Answer]]:
        """One row per probe in order, one answer per question."""


class Splits(Protocol):
    """Splits that look for a winner (`penfriend.storage.split_log`)."""

    def known(self) -> Mapping[tuple[str, str], SplitState]:
        """By campaign and step."""

    def first_mail(self, campaign: str, step: str, mails: Collection[str]) -> Moment | None:
        """When the first of these steps' mails was sent; kept from then on."""

    def figures(
        self, campaign: str, arms: Mapping[str, Collection[str]], by: WinsBy, until: Moment
    ) -> list[ArmFigures]:
        """How each arm did up to that moment; `arms` gives the steps of the mails in each, by name."""

    def decide(self, campaign: str, step: str, state: SplitState) -> bool:
        """Write down the winner, and by which figures, and wake who waits for it; False where another was
        faster."""


class Changes(Protocol):
    """Carries out update steps (`penfriend.engine.changes`)."""

    def carry_out(self, changes: Sequence[tuple[Enrollment, Change]]) -> None:
        """Each once, however often it is asked."""


class Enrollments(Protocol):
    """Enrollments, claimed and written back in batches (`penfriend.storage.enrollment_log`)."""

    def claim(
        self, now: Moment, owner: str, lease_until: Moment, revision: int, limit: int
    ) -> list[Enrollment]:
        """At most `limit` enrollments that are due, woken, or held under a lease that has ended; now held by
        `owner`."""

    def background(
        self, rows: Sequence[Enrollment], definitions: Definitions
    ) -> tuple[dict[int, Contact], dict[int, dict[str, Moment | None]]]:
        """Contacts by id, and by enrollment id when each step's mail was over."""

    def save(self, moves: Sequence[Moved], owner: str, now: Moment, *, touch_ended: bool = False) -> int:
        """Write the moves of a batch in one transaction; how many were still this worker's to write.
        `touch_ended`: what ends touches the contact."""

    def release(self, owner: str) -> None:
        """Give back all that `owner` holds."""

    def pauses(self) -> Mapping[str, Pause]:
        """The last pause of each campaign that had one."""


class Dispatcher(Protocol):
    """Sees to it that what is due is sent: by this worker at once (`Messages` itself is such a one), or by
    whichever worker of whichever machine is free (`penfriend.storage.jobs`)."""

    def claim(
        self,
        now: Moment,
        owner: str,
        lease_until: Moment,
        revision: int,
        limit: int,
        carried: Carried | None = None,
        lanes: Lanes = NO_LANES,
    ) -> list[DueMessage]:
        """Messages that are due and that this worker is to send, by priority, due time and id; now held by
        `owner`. Those of the campaigns that its route carries; of each lane at most so many. What is on its
        way to others is not in it."""


class Messages(Dispatcher, Protocol):
    """Messages until they leave the house (`penfriend.storage.message_log`)."""

    def background(
        self, held: Sequence[DueMessage], definitions: Definitions, since: Moment
    ) -> SendBackground:
        """What the decisions about these messages need."""

    def facts(
        self, wanted: Sequence[Enrollment], needs: Needs, definitions: Definitions, now: Moment
    ) -> Mapping[int, dict[str, Frozen]]:
        """The facts of letters by enrollment id, as they are at `now`."""

    def settle(
        self,
        verdicts: Sequence[Verdict],
        owner: str,
        now: Moment,
        revision: int,
        *,
        touch_ended: bool = False,
    ) -> None:
        """Write skips and postponements, unless a later revision than `revision` is live: then the messages
        are due again. `touch_ended`: what ends touches the contact."""

    def hold_for_rate(self, now: Moment, revision: int, limit: int, carried: Carried | None = None) -> int:
        """Write `rate_limit` beside at most `limit` messages that are due and do not have it; how many."""

    def give_back(self, ids: Iterable[int], owner: str) -> None:
        """Make claimed messages due again at once."""

    def release(self, owner: str) -> None:
        """Give back all that `owner` has claimed and not begun."""


class Handovers(Protocol):
    """Messages on their way out (`penfriend.storage.handover_log`)."""

    def begin(
        self,
        group: Sequence[Beginning],
        owner: str,
        route: str,
        now: Moment,
        lease_until: Moment,
        day: SendingDay | None = None,
    ) -> dict[int, int]:
        """Commit `sending` for those about whom nothing has changed, no more than the day's limit leaves;
        message id -> attempt id."""

    def withdraw(self, begun: Sequence[tuple[int, int]], owner: str) -> None:
        """Take back (message id, attempt id) that were not handed over."""

    def record(self, finished: Sequence[Finished], owner: str, route: str) -> None:
        """Write results and what follows from them."""

    def rests(self, route: str, now: Moment) -> Rests:
        """What rests: the route, and destinations on it."""


class Rates(Protocol):
    """What senders know of each other (`penfriend.storage.rate_book`)."""

    def exchange(self, route: str, domain: str, rate: Rate, now: Moment, left: Taken, wanted: int) -> Taken:
        """Put back what is left of what was taken before, and take at most `wanted`."""

    def peek(self, route: str, domain: str, rate: Rate, now: Moment, wanted: int) -> int:
        """How many of so many mails the bucket would give now."""

    def waiting_lanes(self, now: Moment, lanes: Collection[str]) -> list[str]:
        """Those of the lanes in which something is due."""

    def set_aside(self, over: Mapping[str, Sequence[int]], owner: str, now: Moment, revision: int) -> None:
        """Let messages that `owner` holds wait in these lanes."""

    def set_aside_from_front(
        self, lane_for: LaneFor, now: Moment, revision: int, limit: int, carried: Carried | None
    ) -> int:
        """Of the messages that a claim would come to next, let those wait in their lanes that have one."""

    def put_off(
        self, now: Moment, until: Moment, revision: int, limit: int, carried: Carried | None = None
    ) -> int:
        """Put off at most `limit` of the messages that are due, with `rate_limit`; how many."""

    def handed_over(self, route: str, begins_at: Moment) -> HandedOver:
        """What the route has handed over on the day that began then, and before it."""

    def troubled(self, now: Moment) -> Mapping[str, bool]:
        """The routes that do not work, each with whether it rests; else it is to be tried again."""

    def begin_probe(self, route: str, now: Moment) -> bool:
        """Whether this worker is the one that tries a route whose rest is over."""

    def withdraw_probe(self, route: str, now: Moment) -> None:
        """That worker found nothing to try it with."""


class Recovery(Protocol):
    """What workers that are gone have left (`penfriend.storage.recovery_log`)."""

    def free_claimed(self, now: Moment, gone: Collection[str] = ()) -> int:
        """Make due again what was claimed; how many."""

    def open_attempts(self, now: Moment, gone: Collection[str] = ()) -> list[OpenAttempt]:
        """Attempts without an outcome."""

    def journal_of(self, owner: str) -> Journal | None:
        """The attempts whose dot that worker may have written; None where its journal is lost."""

    def take_back(self, left: Sequence[OpenAttempt]) -> None:
        """These never came to the dot."""

    def settle(self, finished: Sequence[Finished], owner: str, route: str) -> None:
        """Write the results that the worker had on record."""

    def doubt(self, left: Sequence[tuple[OpenAttempt, Moment | None]], why: str, now: Moment) -> None:
        """The last byte of these may have been written: held as unknown, or due at the given moment."""
