"""The next move of an enrollment: pure, over the answers to what the campaign asks about the person.

An enrollment stands at a step that began when the one before was over, not when a tick noticed. It goes on
until it has to wait: for a moment, for a happening, for its mail, or for an answer that was not asked for yet
(`again`).
"""

from __future__ import annotations

from dataclasses import replace

from penfriend.domain.asking import Came, Holds, StillIn
from penfriend.domain.campaign import (
    Branch,
    CallWebhook,
    Campaign,
    EventHappening,
    Exit,
    ExitRule,
    ExitWord,
    IfHappening,
    Send,
    Share,
    Split,
    Step,
    Update,
    Wait,
    WaitFor,
    WaitHappening,
    WaitUntil,
)
from penfriend.domain.reasons import End, Skip
from penfriend.domain.route import Route
from penfriend.domain.send_policy import holdout_for
from penfriend.domain.standing import Call, Change, Decided, Ending, Mail, Move, Standing, View
from penfriend.domain.timing import Moment
from penfriend.domain.waits import Waits
from penfriend.domain.winners import SplitState


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
    """When the first goal event after entry came, if one did."""
    first = first_goal(campaign, view)
    return None if first is None else first[0]


def first_goal(campaign: Campaign, view: View) -> tuple[Moment, str] | None:
    """When the first goal event after entry came, and its name. Of two at one moment the first of the
    file."""
    if campaign.goal is None:
        return None
    came = [(view.came(Came(happening)), happening.event) for happening in campaign.goal.events]
    return min(((at, name) for at, name in came if at is not None), key=lambda one: one[0], default=None)


def next_move(route: Route, standing: Standing, view: View) -> Move:
    """The moves of an enrollment at `view.now`, until it ends or has to wait."""
    end = ending(route, view, standing.began_at)
    if end is not None:
        return Move(standing, ending=end)
    if not route.campaign.runs:  # everybody keeps their place
        return Move(standing)
    if standing.step is None and _is_held_out(route, view):
        return Move(standing, ending=Ending(End.HOLDOUT, standing.began_at))
    walker = _Walker(route, view, standing)
    walker.walk()
    return Move(
        walker.standing,
        tuple(walker.mails),
        walker.end,
        tuple(walker.decided),
        tuple(walker.calls),
        walker.change,
        walker.again,
    )


def _is_held_out(route: Route, view: View) -> bool:
    campaign = route.campaign
    percent = holdout_for(campaign, route.policy, lambda condition: view.holds(Holds(condition)))
    return percent > 0 and view.chance.is_held_out(view.contact.key, campaign.name, percent)


class _Walker(Waits):
    """One walk: the standing moves along the route while steps are over."""

    def __init__(self, route: Route, view: View, standing: Standing) -> None:
        super().__init__(route, view, standing)
        self.mails: list[Mail] = []
        self.calls: list[Call] = []
        self.change: Change | None = None
        self.end: Ending | None = None

    def walk(self) -> None:
        step_id, at, arriving = self._place()
        while step_id is not None:
            step = self.route.steps[step_id]
            if not isinstance(step, Wait):  # the time of a wait runs on
                at = self._held(at)
            if arriving:
                self._arrive(step, at)
            match step:
                case Branch():
                    step_id = self._take_arm(step, at)
                case Split():
                    taken = self._take_share(step, at, arriving)
                    if taken is None:
                        return
                    step_id, at = taken
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
        self.end = Ending(End.COMPLETED, self._held(at))

    def _held(self, at: Moment) -> Moment:
        """What would have come in a pause of the campaign comes at its end."""
        return at if self.view.pause is None else self.view.pause.held(at)

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
        self.log("skipped", step, at, reason=Skip.CONDITION_FALSE.value)
        return True

    def _take_arm(self, step: Branch, at: Moment) -> str | None:
        if self._passes_over(step, at):
            return self.route.after[step.id]
        for number, arm in enumerate(step.arms, start=1):
            if arm.condition is None or self.view.holds(Holds(arm.condition)):
                self.log("branch", step, at, detail="else" if arm.condition is None else f"arm {number}")
                return arm.steps[0].id if arm.steps else self.route.after[step.id]
        self.log("branch", step, at, detail="no arm")
        return self.route.after[step.id]

    def _take_share(self, step: Split, at: Moment, arriving: bool) -> tuple[str | None, Moment] | None:
        """The step to go on with, and when; None while it waits for the winner."""
        if arriving and self._passes_over(step, at):
            return self.route.after[step.id], at
        state = self.view.splits.get(step.id, SplitState())
        if state.winner is not None and state.decided_at is not None:
            better = next((arm for arm in step.arms if arm.name == state.winner), step.arms[0])
            return self._go_into(step, better, max(at, state.decided_at), "the better one")
        if not arriving:
            if step.winner is not None:  # nobody is drawn twice, whatever the split is called by now
                self.standing = replace(self.standing, due_at=None)  # as it is where it was set aside
                return None
            # whoever waited for the winner goes on where none is looked for any more
            at = max(at, self.view.noticed_at or self.view.now)
        contact, campaign = self.view.contact.key, self.route.campaign.name
        drawn = self.view.chance.arm(contact, campaign, step.id, step.arms)
        if drawn is not None:
            return self._go_into(step, drawn, at, "by its share")
        if step.winner is None:
            self.log("split", step, at, detail="in no share")
            return self.route.after[step.id], at
        if arriving:
            self.log("waits", step, at, detail="for the better arm")
        return None

    def _go_into(self, step: Split, arm: Share, at: Moment, why: str) -> tuple[str | None, Moment]:
        self.log("split", step, at, detail=f"{arm.name}, {why}")
        return arm.steps[0].id if arm.steps else self.route.after[step.id], at

    def _at_step(self, step: Step, at: Moment, arriving: bool) -> Moment | None:
        """When the step is over, or None while it is not."""
        if isinstance(step, Send):  # its only_if is asked when the mail comes up
            return self._mail(step, at)
        if arriving and self._passes_over(step, at):
            return at
        match step:
            case WaitFor():
                return self.wait_for(step, at)
            case WaitUntil():
                return self.wait_until(step, at, arriving)
            case WaitHappening():
                return self.wait_happening(step, at, arriving)
            case CallWebhook():
                self.calls.append(Call(step, at))
                self.log("calls", step, at, detail=step.webhook)
                return at
            case Update():
                return self._update(step, at)
            case _:
                raise AssertionError(f"a step of an unknown kind: {step}")

    def _update(self, step: Update, at: Moment) -> Moment | None:
        if step.id not in self.view.updated:
            self.change = Change(step, at)
            return None
        self.log("updated", step, at)
        return at

    def _mail(self, step: Send, at: Moment) -> Moment | None:
        self.standing = replace(self.standing, due_at=None, due_wall=None, due_zone=None)  # its mail moves it
        if step.id in self.view.mails:  # this enrollment has had it, or is having it
            over = self.view.mails[step.id]
            return None if over is None else max(at, over)
        if self.standing.missed:
            self.mails.append(Mail(step, at, Skip.TOO_LATE))
            why = "the moment waited for was past or missing"
            self.log("skipped", step, at, reason=Skip.TOO_LATE.value, detail=why)
            return at
        self.mails.append(Mail(step, at))
        return None
