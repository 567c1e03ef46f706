"""The tick `advance`: who is due or was touched makes the next move.

A batch of enrollments is claimed, what their moves need is loaded in a fixed number of queries, the moves are
made by the pure rules of `penfriend.domain.journey`, and all of the batch is written in one transaction. A
process that dies in between has written nothing: its lease ends and another makes the same moves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby

from penfriend.domain.asking import Answer, Question
from penfriend.domain.campaign import Campaign
from penfriend.domain.contact import Contact
from penfriend.domain.enrollment import Enrollment, Moved, NewCall, NewMessage
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.journey import first_goal, next_move
from penfriend.domain.ports import Asking, Changes, Clock, Enrollments, Splits
from penfriend.domain.reasons import End
from penfriend.domain.route import Route
from penfriend.domain.standing import Call, Change, Ending, Mail, Move, Pause, View
from penfriend.domain.timing import HOUR, SECOND, Moment, shift
from penfriend.domain.winners import SplitState
from penfriend.engine.live import Live
from penfriend.engine.log_context import bound
from penfriend.engine.split_winners import seeks_winners

log = logging.getLogger("penfriend.advance")

BATCH = 500
"""How many are claimed at a time."""
LEASE = 60 * SECOND
"""A batch takes well under a second; whoever holds one for a minute is gone."""
SET_ASIDE = HOUR
"""How long an enrollment rests that could not be moved: the others go on."""
TRANSACTIONAL_PRIORITY = 1000
"""What is owed goes before what is advertised, whose priorities end at 100."""
FOREVER = Moment(2**62)

Mails = Mapping[str, Moment | None]


@dataclass(slots=True)
class AdvanceReport:
    """What one tick did."""

    moved: int = 0
    mails: int = 0
    ended: int = 0
    set_aside: int = 0
    """Enrollments that could not be moved for a fault of ours or of their data; the log says why."""


@dataclass(frozen=True, slots=True)
class _Background:
    """What the moves of one batch need."""

    live: Live
    now: Moment
    contacts: Mapping[int, Contact]
    mails: Mapping[int, Mails]
    splits: Mapping[tuple[str, str], SplitState]
    pauses: Mapping[str, Pause]


class Advance:
    """Moves enrollments along their routes."""

    def __init__(
        self,
        enrollments: Enrollments,
        asking: Asking,
        clock: Clock,
        owner: str,
        splits: Splits,
        changes: Changes,
    ) -> None:
        self._enrollments, self._asking, self._clock, self._owner = enrollments, asking, clock, owner
        self._splits, self._changes = splits, changes

    def tick(self, live: Live, stopping: Callable[[], bool] = lambda: False) -> AdvanceReport:
        """Move everybody who is due, batch by batch, until nobody is left or `stopping()`."""
        report = AdvanceReport()
        try:
            while not stopping() and self._batch(live, report):
                pass
        except BaseException:
            with suppress(StoreUnavailable):  # then the lease ends by itself
                self._enrollments.release(self._owner)
            raise
        return report

    def _batch(self, live: Live, report: AdvanceReport) -> bool:
        """Move one batch; whether another may follow at once."""
        now = self._clock.now()
        claimed = self._enrollments.claim(now, self._owner, Moment(now + LEASE), live.revision, BATCH)
        if not claimed:
            return False
        people = self._enrollments.background(claimed, live.definitions)
        splits = self._splits.known() if seeks_winners(live) else {}
        background = _Background(live, now, *people, splits, self._enrollments.pauses())
        # whose contact was joined with another since the claim stays held, and is given back below
        known = [row for row in claimed if row.contact in background.contacts]
        moves: list[Moved] = []
        for name, group in groupby(sorted(known, key=lambda row: row.campaign), lambda row: row.campaign):
            moves += self._moves(background, live.routes.get(name), list(group), report)
        saved = self._enrollments.save(moves, self._owner, now, touch_ended=live.watches_ends)
        if saved < len(claimed):
            self._enrollments.release(self._owner)
        report.moved += saved
        report.mails += sum(len(move.mails) for move in moves)
        report.ended += sum(move.ending is not None for move in moves)
        # where nothing could be written, a later revision is live, and the same batch would come again and
        # again; fewer than could be claimed were all that were due
        more = len(claimed) == BATCH or saved < len(claimed) or any(_goes_on(move, now) for move in moves)
        return saved > 0 and more

    def _moves(
        self, background: _Background, route: Route | None, rows: Sequence[Enrollment], report: AdvanceReport
    ) -> list[Moved]:
        """The moves of the enrollments in one campaign. One that cannot be made keeps no other back."""
        live, now = background.live, background.now
        if route is None:
            return [_removed(row, live.revision, now) for row in rows]
        try:
            return self._walk(background, route, rows)
        except StoreUnavailable:
            raise
        except Exception:  # whatever is wrong with one of them, the others go on
            if len(rows) == 1:
                one = rows[0]
                with bound(campaign=one.campaign, enrollment=one.id, contact=one.contact):
                    log.exception("enrollment %s of %s could not be moved", one.id, one.campaign)
                report.set_aside += 1
                return [_set_aside(rows[0], live.revision, now)]
            half = len(rows) // 2
            first = self._moves(background, route, rows[:half], report)
            return first + self._moves(background, route, rows[half:], report)

    def _walk(self, background: _Background, route: Route, rows: Sequence[Enrollment]) -> list[Moved]:
        """The moves; where update steps come up they are carried out, and their people walk again."""
        done: dict[int, Moved] = {}
        updated: dict[int, frozenset[str]] = {row.id: frozenset() for row in rows}
        left = list(rows)
        while left:
            answers = self._answers(route, left, background.now)
            changes: list[tuple[Enrollment, Change]] = []
            for row in left:
                done[row.id], change = _move(background, route, row, answers[row.id], updated[row.id])
                if change is not None:
                    changes.append((row, change))
                    updated[row.id] |= {change.step.id}
            if changes:
                self._changes.carry_out(changes)
                left = [row for row, _ in changes]
                contacts, mails = self._enrollments.background(left, background.live.definitions)
                background = replace(background, contacts=contacts, mails=mails)
                left = [row for row in left if row.contact in contacts]
            else:
                left = []
        return [done[row.id] for row in rows]

    def _answers(
        self, route: Route, rows: Sequence[Enrollment], now: Moment
    ) -> dict[int, dict[Question, Answer]]:
        found = self._asking.ask(route.questions, [row.probe(now) for row in rows])
        return {
            row.id: dict(zip(route.questions, answers, strict=True))
            for row, answers in zip(rows, found, strict=True)
        }


def _move(
    background: _Background,
    route: Route,
    row: Enrollment,
    answers: Mapping[Question, Answer],
    updated: frozenset[str],
) -> tuple[Moved, Change | None]:
    """What is written of the enrollment, or the change that is to be carried out before."""
    live, campaign = background.live, route.campaign
    view = View(
        now=background.now,
        entered_at=row.entered_at,
        contact=background.contacts[row.contact],
        answers=answers,
        mails=background.mails.get(row.id, {}),
        noticed_at=row.woken_at,
        splits={step: state for (name, step), state in background.splits.items() if name == row.campaign},
        updated=updated,
        chance=live.chance,
        pause=background.pauses.get(row.campaign),
    )
    still = Moved(row, row.standing, live.revision, held=not campaign.runs)
    if campaign.goal is not None:
        until = goal_until(campaign, row.entered_at, view.contact)
        still = replace(still, goal_until=until)
        first = first_goal(campaign, view)
        if first is not None:
            reached, name = first
            converted = reached if reached <= until else None
            still = replace(still, goal_at=reached, goal_event=name, converted_at=converted)
    if not row.active:
        return still, None
    move = next_move(route, row.standing, view)
    return _moved(live, campaign, still, move), move.change


def _goes_on(move: Moved, now: Moment) -> bool:
    """Whether the next move may be made at once: what a step says about a wait is asked of the store."""
    due_at = move.standing.due_at
    return move.ending is None and due_at is not None and due_at <= now


def _moved(live: Live, campaign: Campaign, still: Moved, move: Move) -> Moved:
    return replace(
        still,
        standing=move.standing,
        ending=move.ending,
        mails=list(_messages(live, campaign, still.row, move.mails)),
        calls=list(_calls(live, still.row, move.calls)),
        decided=move.decided,
    )


def _removed(row: Enrollment, revision: int, now: Moment) -> Moved:
    """The campaign is no longer in the files."""
    return Moved(row, row.standing, revision, Ending(End.CAMPAIGN_REMOVED, now) if row.active else None)


def _set_aside(row: Enrollment, revision: int, now: Moment) -> Moved:
    standing = replace(row.standing, due_at=Moment(now + SET_ASIDE)) if row.active else row.standing
    return Moved(row, standing, revision)


def _messages(live: Live, campaign: Campaign, row: Enrollment, mails: Iterable[Mail]) -> Iterable[NewMessage]:
    for mail in mails:
        yield NewMessage(
            step=mail.step.id,
            template=mail.step.template,
            message_id=live.message_id(row, mail.step.id, mail.wanted_at),
            topic=campaign.topic,
            transactional=campaign.is_transactional,
            priority=TRANSACTIONAL_PRIORITY if campaign.is_transactional else campaign.priority,
            wanted_at=mail.wanted_at,
            skip=mail.skip.value if mail.skip else None,
        )


def _calls(live: Live, row: Enrollment, calls: Iterable[Call]) -> Iterable[NewCall]:
    for call in calls:
        key = f"msg_{live.intent(row, call.step.id, call.wanted_at)}"
        yield NewCall(call.step.id, call.step.webhook, key, call.wanted_at)


def goal_until(campaign: Campaign, entered_at: Moment, contact: Contact) -> Moment:
    """Till when a goal counts as a conversion, by the contact's clock; for ever without `within`."""
    within = campaign.goal.within if campaign.goal else None
    return FOREVER if within is None else shift(entered_at, within, contact.zone)
