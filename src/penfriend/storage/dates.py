"""Dates and schedules: a look lets in all whose moment has come since the last one.

Zone by zone, not contact by contact: Python reckons the moments by the clock of each zone that a contact has,
and a set statement lets in all for whom it is one. While no moment passes nothing is asked of the contacts
but which zones there are. A moment for many is taken in batches by their ids: `campaign_states.dated_at` says
till when all have been let in, `dated_id` up to which contact those of the moment right after it have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, select, update

from penfriend.domain.calendar import DatedTrigger, Occasion, next_occasion, occasions
from penfriend.domain.definitions import Definitions
from penfriend.domain.timing import HOUR, Moment
from penfriend.domain.triggers import DateTrigger, ScheduleTrigger
from penfriend.storage import tables as t
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.contact_zones import Zones, zones_of_contacts
from penfriend.storage.date_values import DateValues, Span
from penfriend.storage.entering import Door, Entered
from penfriend.storage.entering_dates import Unit, forget, gather, numbered

ROOM = 10_000
"""So many contacts in one transaction: other writers wait for it."""
_MOMENT_COSTS = 50
"""A moment takes as long as so many contacts, also where nobody comes."""


@dataclass(slots=True)
class Dated:
    """What one batch did. `more`: there are moments that it has not come to."""

    entered: int = 0
    refused: int = 0
    more: bool = False


@dataclass(slots=True)
class _Progress:
    """How far a campaign has come, and how many more contacts this batch may take."""

    at: Moment
    id: int
    room: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class _Coming:
    """An occasion of the people of one zone, as it stands in their rows (`name`)."""

    name: str | None
    zone: ZoneInfo
    occasion: Occasion


class Dates:
    """The date and schedule campaigns of one revision."""

    def __init__(self, doors: Mapping[str, Door], definitions: Definitions) -> None:
        self._brand = definitions.brand
        self._calendars = {
            name: _Calendar(door, door.campaign.trigger, definitions)
            for name, door in doors.items()
            if isinstance(door.campaign.trigger, DateTrigger | ScheduleTrigger)
        }

    def make_indexes(self, connection: Connection) -> list[str]:
        """Make the indexes on the fields of dates that are missing; the names of those that were made."""
        return [name for calendar in self._calendars.values() for name in calendar.make_indexes(connection)]

    def begin(self, connection: Connection, now: Moment) -> None:
        """The moments of what was not dated before count from now on; of what is not any more, none."""
        mine = _s.campaign.in_(list(self._calendars))
        connection.execute(_BEGIN.where(mine), {"now": now})
        connection.execute(update(t.campaign_states).where(~mine).values(dated_at=None, dated_id=0))

    def let_in(self, connection: Connection, now: Moment) -> Dated:
        """One batch of those whose moment lies between the last look and `now`."""
        done, room = Dated(), ROOM
        waiting = [row for row in self._states(connection) if row.dated_at < now]
        if not waiting:
            return done
        zones = zones_of_contacts(connection, self._brand)
        for row in waiting:
            progress = _Progress(Moment(row.dated_at), row.dated_id, room)
            self._calendars[row.campaign].let_in(connection, zones, now, progress, done)
            room = progress.room
            connection.execute(_COME, {"name": row.campaign, "at": progress.at, "id": progress.id})
        return done

    def next_moment(
        self, connection: Connection, after: Moment, until: Moment | None = None
    ) -> Moment | None:
        """The next moment after `after` at which somebody may enter; days before `until` that are nobody's
        date are passed over."""
        states = self._states(connection)
        if not states:
            return None
        zones = zones_of_contacts(connection, self._brand)
        found = [
            moment
            for row in states
            if (moment := self._calendars[row.campaign].next_moment(connection, zones, after, until))
            is not None
        ]
        return min(found, default=None)

    def _states(self, connection: Connection) -> list[Any]:
        if not self._calendars:
            return []
        return [row for row in connection.execute(_STATES) if row.campaign in self._calendars]


class _Calendar:
    """The moments of one campaign, and those whose they are."""

    def __init__(self, door: Door, trigger: DatedTrigger, definitions: Definitions) -> None:
        self._door, self._trigger = door, trigger
        self._values = DateValues(trigger, definitions) if isinstance(trigger, DateTrigger) else None
        self._next: dict[ZoneInfo, tuple[Moment, Moment | None]] = {}

    def make_indexes(self, connection: Connection) -> list[str]:
        """Make the indexes on the field of a date that are missing."""
        return [] if self._values is None else self._values.make_indexes(connection)

    def let_in(
        self, connection: Connection, zones: Zones, now: Moment, progress: _Progress, done: Dated
    ) -> None:
        """Moment by moment, until all are done or the room is used up."""
        while (first := self.first(zones, progress.at)) is not None and first <= now:
            until = min(now, Moment(first + HOUR))
            for at, coming in self._moments(zones, progress.at, until).items():
                if progress.room <= 0 or not self._let_in_at(connection, at, coming, now, progress, done):
                    done.more = True
                    return
            progress.at, progress.id = until, 0
        progress.at, progress.id = now, 0

    def first(self, zones: Zones, after: Moment) -> Moment | None:
        """The first moment after `after` in any of the zones."""
        found = [self._following(zone, after) for zone in set(zones.values())]
        return min((moment for moment in found if moment is not None), default=None)

    def next_moment(
        self, connection: Connection, zones: Zones, after: Moment, until: Moment | None
    ) -> Moment | None:
        """The same, passing over days before `until` that are nobody's date. A schedule is for everybody."""
        first = self.first(zones, after)
        if until is None or self._values is None or first is None or first >= until:
            return first
        lowest = self._values.first_day(connection)
        while first is not None and first < until:
            coming = self._moments(zones, after, first)[first]
            if any(
                self._values.has_any(connection, unit.spans) for unit in self._units(first, coming, lowest)
            ):
                return first
            after, first = first, self.first(zones, first)
        return first

    def _following(self, zone: ZoneInfo, after: Moment) -> Moment | None:
        """Kept until it is past: mostly nothing has to be reckoned."""
        since, moment = self._next.get(zone, (Moment(after + 1), None))
        if since > after or (moment is not None and moment <= after):
            moment = next_occasion(self._trigger, zone, after)
            self._next[zone] = after, moment
        return moment

    def _moments(self, zones: Zones, after: Moment, until: Moment) -> dict[Moment, list[_Coming]]:
        """The moments in (after, until] in their order: in which zones, and what about."""
        found: dict[Moment, list[_Coming]] = {}
        for name, zone in zones.items():
            following = self._following(zone, after)
            if following is not None and following <= until:
                for one in occasions(self._trigger, zone, after, until):
                    found.setdefault(one.at, []).append(_Coming(name, zone, one))
        return dict(sorted(found.items()))

    def _let_in_at(
        self,
        connection: Connection,
        at: Moment,
        coming: Sequence[_Coming],
        now: Moment,
        progress: _Progress,
        done: Dated,
    ) -> bool:
        """Whether all whose moment it is have come to the door."""
        lowest = None if self._values is None else self._values.first_day(connection)
        units = list(self._units(at, coming, lowest))
        after = progress.id if at == progress.at + 1 else 0
        sources = None if self._values is None else self._values.sources
        found, cut = gather(connection, units, sources, after, progress.room)
        if found:
            for unit, values in numbered(units):
                _count(done, self._door.let_in_dated(connection, now, values, unit.has_zone))
        forget(connection)
        progress.room -= found + _MOMENT_COSTS
        progress.at, progress.id = (at, 0) if cut is None else (Moment(at - 1), cut)
        return cut is None

    def _units(self, at: Moment, coming: Sequence[_Coming], first: date | None) -> Iterator[Unit]:
        """Those who come at once together: one statement for each day, not for each zone. No date lies before
        the month of `first`."""
        together: dict[tuple[bool, str, tuple[Span, ...]], list[str | None]] = {}
        for one in coming:
            spans: tuple[Span, ...] = ()
            if self._values is not None:
                spans = () if first is None else self._values.spans(one.occasion, one.zone, first)
                if not spans:
                    continue
            key = one.name is None, one.occasion.occurrence, spans
            together.setdefault(key, []).append(one.name)
        for (_, occurrence, spans), names in together.items():
            yield Unit(at, occurrence, tuple(names), spans)


def _count(done: Dated, came: Entered) -> None:
    done.entered += came.entered
    done.refused += came.refused


_s = t.campaign_states.c
_STATES = (
    select(_s.campaign, _s.dated_at, _s.dated_id)
    .where(_s.removed_at.is_(None), _s.dated_at.is_not(None))
    .order_by(_s.campaign)
)
_BEGIN = update(t.campaign_states).where(_s.dated_at.is_(None)).values(dated_at=bindparam("now", type_=BIG))
_COME = (
    update(t.campaign_states)
    .where(_s.campaign == bindparam("name", type_=TEXT))
    .values(dated_at=bindparam("at", type_=BIG), dated_id=bindparam("id", type_=BIG))
)
