"""The next move of an enrollment: pure, over the answers to what the campaign asks about the person.

An enrollment stands at a step that began when the one before was over, not when a tick noticed. It goes on
until it has to wait: for a moment, for a happening, for its mail, or for an answer that was not asked for yet
(`again`).
"""

from __future__ import annotations

from dataclasses import replace

from penfriend.domain.asking import Came, Holds, StillIn, ValueOf
from penfriend.domain.campaign import (
    Branch,
    Campaign,
    EventHappening,
    Exit,
    ExitRule,
    ExitWord,
    IfHappening,
    Send,
    Step,
    WaitFor,
    WaitHappening,
    WaitUntil,
)
from penfriend.domain.fields import Field
from penfriend.domain.moments import reckon
from penfriend.domain.reasons import End, Skip
from penfriend.domain.route import Route
from penfriend.domain.standing import Decided, Ending, Mail, Move, Standing, View
from penfriend.domain.timing import Moment, at_wall_clock, local_date, shift, to_datetime


def ending(route: Route, view: View, began_at: Moment) -> Ending | None:
    """Why the enrollment ends now, or None. The first that applies: erasure, suppression, unsubscribing, then
    `exit_on` as listed.

    A happening counts from its own time, but never from before what the enrollment has already done
    (`began_at`).
    """
    campaign, contact = route.campaign, view.contact
    noticed = max(began_at, view.noticed_at or view.now)
    if contact.erased:
        return Ending(End.ERASED, noticed)
    if contact.must_not_be_written_to(campaign.is_transactional):
        return Ending(End.SUPPRESSED, noticed)
    if not campaign.is_transactional and campaign.topic not in contact.topics:
        return Ending(End.UNSUBSCRIBED, noticed)
    endings = (_ending_by(rule, campaign, view, began_at, noticed) for rule in campaign.exit_on)
    return next((end for end in endings if end is not None), None)


def _ending_by(
    rule: ExitRule, campaign: Campaign, view: View, began_at: Moment, noticed: Moment
) -> Ending | None:
    match rule:
        case ExitWord.GOAL:
            reached = goal_reached(campaign, view)
            return None if reached is None else Ending(End.GOAL, max(began_at, reached))
        case ExitWord.LEFT_SEGMENT:
            segment = campaign.trigger.segment
            left = segment is not None and not view.answers[StillIn(segment)]
            return Ending(End.LEFT_SEGMENT, noticed) if left else None
        case EventHappening(event):
            came = view.came(Came(rule))
            return None if came is None else Ending(End.EXIT_EVENT, max(began_at, came), event)
        case IfHappening(condition):
            return Ending(End.EXIT_CONDITION, noticed) if view.holds(Holds(condition)) else None


def goal_reached(campaign: Campaign, view: View) -> Moment | None:
    """The first goal event after entry, if one came."""
    if campaign.goal is None:
        return None
    moments = [view.came(Came(happening)) for happening in campaign.goal.events]
    return min((moment for moment in moments if moment is not None), default=None)


def next_move(route: Route, standing: Standing, view: View) -> Move:
    """The moves of an enrollment at `view.now`, until it ends or has to wait."""
    end = ending(route, view, standing.began_at)
    if end is not None:
        return Move(standing, ending=end)
    walker = _Walker(route, view, standing)
    walker.walk()
    return Move(walker.standing, tuple(walker.mails), walker.end, tuple(walker.decided), again=walker.again)


class _Walker:
    """One walk: the standing moves along the route while steps are over."""

    def __init__(self, route: Route, view: View, standing: Standing) -> None:
        self.route, self.view, self.standing = route, view, standing
        self.mails: list[Mail] = []
        self.decided: list[Decided] = []
        self.end: Ending | None = None
        self.again = False

    def walk(self) -> None:
        step_id, at, arriving = self._place()
        while step_id is not None:
            step = self.route.steps[step_id]
            if arriving:
                self._arrive(step, at)
            match step:
                case Branch():
                    step_id = self._take_arm(step, at)
                case Exit() if not self._passes_over(step, at):
                    self.end = Ending(End.EXIT_STEP, at, step.word)
                    return
                case Exit():
                    step_id = self.route.after[step.id]
                case _:
                    over = self._at_step(step, at, arriving)
                    if over is None:
                        return
                    step_id, at = self.route.after[step.id], over
            arriving = True
        self.end = Ending(End.COMPLETED, at)

    def _place(self) -> tuple[str | None, Moment, bool]:
        """The step to begin with, when it began, and whether the enrollment only now comes to it."""
        step_id, began_at = self.standing.step, self.standing.began_at
        if step_id is None:
            return self.route.first, began_at, True
        step = self.route.steps.get(step_id)
        if step is None:  # it was removed, and nobody has said where to go on (`penfriend.domain.relocation`)
            noticed = max(began_at, self.view.noticed_at or self.view.now)
            self.decided.append(Decided("step removed", step_id, noticed))
            return None, noticed, True
        # no wait is due as it begins: whoever stands so was put here because the step before was removed
        placed = self.standing.due_at == began_at and not isinstance(step, WaitHappening)
        return step_id, began_at, placed

    def _arrive(self, step: Step, at: Moment) -> None:
        self.standing = replace(
            self.standing, step=step.id, began_at=at, due_at=None, due_wall=None, due_zone=None
        )

    def _passes_over(self, step: Step, at: Moment) -> bool:
        if step.only_if is None or self.view.holds(Holds(step.only_if)):
            return False
        self._log("skipped", step, at, reason=Skip.CONDITION_FALSE.value)
        return True

    def _take_arm(self, step: Branch, at: Moment) -> str | None:
        if self._passes_over(step, at):
            return self.route.after[step.id]
        for number, arm in enumerate(step.arms, start=1):
            if arm.condition is None or self.view.holds(Holds(arm.condition)):
                self._log("branch", step, at, detail="else" if arm.condition is None else f"arm {number}")
                return arm.steps[0].id if arm.steps else self.route.after[step.id]
        self._log("branch", step, at, detail="no arm")
        return self.route.after[step.id]

    def _at_step(self, step: Step, at: Moment, arriving: bool) -> Moment | None:
        """When the step is over, or None while it is not."""
        if isinstance(step, Send):  # its only_if is asked when the mail comes up
            return self._mail(step, at)
        if arriving and self._passes_over(step, at):
            return at
        match step:
            case WaitFor():
                return self._wait_for(step, at)
            case WaitUntil():
                return self._wait_until(step, at, arriving)
            case WaitHappening():
                return self._wait_happening(step, at, arriving)
            case _:
                raise AssertionError(f"a step of an unknown kind: {step}")

    def _mail(self, step: Send, at: Moment) -> Moment | None:
        self.standing = replace(self.standing, due_at=None, due_wall=None, due_zone=None)  # its mail moves it
        if step.id in self.view.mails:  # this enrollment has had it, or is having it
            over = self.view.mails[step.id]
            return None if over is None else max(at, over)
        if self.standing.missed:
            self.mails.append(Mail(step, at, Skip.TOO_LATE))
            why = "the moment waited for was past or missing"
            self._log("skipped", step, at, reason=Skip.TOO_LATE.value, detail=why)
            return at
        self.mails.append(Mail(step, at))
        return None

    def _wait_for(self, step: WaitFor, at: Moment) -> Moment | None:
        self.standing = replace(self.standing, missed=False)
        until = shift(at, step.duration, self.view.contact.zone)
        if until <= self.view.now:
            return until
        self._stay(step, until, wall=not step.duration.is_elapsed)
        return None

    def _wait_until(self, step: WaitUntil, at: Moment, arriving: bool) -> Moment | None:
        until = self._moment_of(step, at)
        if arriving:
            missed = until is None or until < at
            self.standing = replace(self.standing, missed=missed)
            if missed:
                self._log("missed", step, at, until=until)
                return at
        due = self.standing.due_at
        if until is None:  # its field went away while waiting: the moment that was told stays
            until = due if due is not None else at
        if until <= self.view.now:
            # moved to before now: never earlier than when that was noticed
            return until if due is None or until >= due else max(until, self.view.noticed_at or self.view.now)
        self._stay(step, until, wall=True)
        return None

    def _moment_of(self, step: WaitUntil, at: Moment) -> Moment | None:
        zone = self.view.contact.zone

        def read(name: Field) -> object:
            return self.view.answers[ValueOf(name)]

        until = reckon(step.until, now=at, zone=zone, entry=self.view.entered_at, read=read)  # type: ignore[arg-type]  # a ValueOf is answered by a moment, a date or None
        if until is not None and step.at is not None:
            until = at_wall_clock(local_date(until, zone), step.at, zone)
        return until

    def _wait_happening(self, step: WaitHappening, at: Moment, arriving: bool) -> Moment | None:
        if arriving:
            # what came since it began is not known yet: the questions were asked from where it stood before
            self.standing = replace(self.standing, missed=False, waited=None, due_at=at)
            self.again = True
            return None
        if self.standing.waited is not None:
            return self.standing.due_at
        until = shift(at, step.at_most, self.view.contact.zone)
        came = [self._came(happening, at) for happening in step.happenings]
        first = min((moment for moment in came if moment is not None), default=None)
        if first is not None and first <= until:
            self._settle(step, True, max(at, first))
        elif until <= self.view.now:
            self._settle(step, False, until)
        else:
            self._stay(step, until, wall=not step.at_most.is_elapsed)
        return None

    def _came(self, happening: EventHappening | IfHappening, at: Moment) -> Moment | None:
        if isinstance(happening, EventHappening):
            return self.view.came(Came(happening, since_step=True))
        if not self.view.holds(Holds(happening.condition)):
            return None
        if self.standing.due_at == at:  # read as the step is reached
            return at
        return self.view.noticed_at if self.view.noticed_at is None else max(at, self.view.noticed_at)

    def _settle(self, step: WaitHappening, came: bool, over: Moment) -> None:
        """The wait is over; steps behind it may ask `waited`, so it is written before they are come to."""
        self._log("came" if came else "came not", step, over)
        self.standing = replace(self.standing, waited=came, due_at=over, due_wall=None, due_zone=None)
        self.again = True

    def _stay(self, step: Step, until: Moment, *, wall: bool) -> None:
        contact = self.view.contact
        if self.standing.due_at != until:
            self._log("waits", step, self.standing.began_at, until=until)
        self.standing = replace(
            self.standing,
            due_at=until,
            due_wall=to_datetime(until, contact.zone).replace(tzinfo=None).isoformat() if wall else None,
            due_zone=contact.timezone if wall else None,
        )

    def _log(
        self,
        what: str,
        step: Step,
        at: Moment,
        *,
        reason: str | None = None,
        until: Moment | None = None,
        detail: str | None = None,
    ) -> None:
        self.decided.append(Decided(what, step.id, at, reason, until, detail))
