"""What an enrollment does at a wait: how long, until when, for what; and the walk that it changes."""

from __future__ import annotations

from dataclasses import replace

from penfriend.domain.asking import Came, Holds, ValueOf
from penfriend.domain.campaign import EventHappening, IfHappening, Step, WaitFor, WaitHappening, WaitUntil
from penfriend.domain.fields import Field
from penfriend.domain.moments import reckon
from penfriend.domain.route import Route
from penfriend.domain.standing import Decided, Standing, View
from penfriend.domain.timing import Moment, at_wall_clock, local_date, shift, to_datetime


class Waits:
    """A walk at its waits. Each method says when the wait is over, or None while it is not."""

    def __init__(self, route: Route, view: View, standing: Standing) -> None:
        self.route, self.view, self.standing = route, view, standing
        self.decided: list[Decided] = []
        self.again = False

    def wait_for(self, step: WaitFor, at: Moment) -> Moment | None:
        """A duration, by the contact's clock."""
        self.standing = replace(self.standing, missed=False)
        until = shift(at, step.duration, self.view.contact.zone)
        if until <= self.view.now:
            return self._over(until)
        self.stay(step, until, wall=not step.duration.is_elapsed)
        return None

    def wait_until(self, step: WaitUntil, at: Moment, arriving: bool) -> Moment | None:
        """A moment; one that is past or missing as the wait begins is missed."""
        until = self._moment_of(step, at)
        if arriving:
            missed = until is None or until < at
            self.standing = replace(self.standing, missed=missed)
            if missed:
                self.log("missed", step, at, until=until)
                return at
        due = self.standing.due_at
        if until is None:  # its field went away while waiting: the moment that was told stays
            until = due if due is not None else at
        if until <= self.view.now:
            return self._over(until)
        self.stay(step, until, wall=True)
        return None

    def _over(self, until: Moment) -> Moment:
        """When a wait is over that lasts no longer than now: never earlier than it was noticed that it lasts
        less long than was told."""
        due = self.standing.due_at
        return until if due is None or until >= due else max(until, self.view.noticed_at or self.view.now)

    def _moment_of(self, step: WaitUntil, at: Moment) -> Moment | None:
        zone = self.view.contact.zone

        def read(name: Field) -> object:
            return self.view.answers[ValueOf(name)]

        until = reckon(step.until, now=at, zone=zone, entry=self.view.entered_at, read=read)  # type: ignore[arg-type]  # a ValueOf is answered by a moment, a date or None
        if until is not None and step.at is not None:
            until = at_wall_clock(local_date(until, zone), step.at, zone)
        return until

    def wait_happening(self, step: WaitHappening, at: Moment, arriving: bool) -> Moment | None:
        """The first of the happenings, or the time is up."""
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
            self._settle(step, False, self._over(until))
        else:
            self.stay(step, until, wall=not step.at_most.is_elapsed)
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
        self.log("came" if came else "came not", step, over)
        self.standing = replace(self.standing, waited=came, due_at=over, due_wall=None, due_zone=None)
        self.again = True

    def stay(self, step: Step, until: Moment, *, wall: bool) -> None:
        """Wait at the step until then."""
        contact = self.view.contact
        if self.standing.due_at != until:
            self.log("waits", step, self.standing.began_at, until=until)
        self.standing = replace(
            self.standing,
            due_at=until,
            due_wall=to_datetime(until, contact.zone).replace(tzinfo=None).isoformat() if wall else None,
            due_zone=contact.timezone if wall else None,
        )

    def log(
        self,
        what: str,
        step: Step,
        at: Moment,
        *,
        reason: str | None = None,
        until: Moment | None = None,
        detail: str | None = None,
    ) -> None:
        """Add a line to the story."""
        self.decided.append(Decided(what, step.id, at, reason, until, detail))
