"""Triggers: who enters a campaign, when, and what the enrollment is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from penfriend.domain.fields import Field
from penfriend.domain.moments import At
from penfriend.domain.segment import Condition
from penfriend.domain.timing import Duration


@dataclass(frozen=True, slots=True)
class SegmentTrigger:
    """Who joins the segment enters, from the moment it came to be so."""

    segment: str
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class EventTrigger:
    """Whose event comes enters, at the event's own time."""

    event: str
    where: Condition | None = None
    key: str = ""
    """The property whose value is the occurrence; without it there is just one."""
    condition: Condition | None = None
    segment: str | None = None


class Every(StrEnum):
    """How often a date comes again."""

    YEAR = "year"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class DateTrigger:
    """Whose date it is enters, at that moment of their own clock.

    The date is moved by `offset` (`sign` -1 is before), or taken to `day` of its month. A day that a month
    lacks is its last. The occurrence is the year (`2026`) or the month (`2026-05`) of the date before it is
    moved; without `every` the date (`2026-05-17`).
    """

    field: Field
    """Holds a date or a moment; of a moment the date by the contact's clock counts."""
    every: Every | None = None
    offset: Duration | None = None
    sign: int = 1
    day: int | None = None
    """1..31."""
    at: time = time(0)
    condition: Condition | None = None
    segment: str | None = None


@dataclass(frozen=True, slots=True)
class ScheduleTrigger:
    """Everybody enters, at that moment of their own clock; exactly one of `cron` and `moment` is given.

    The occurrence is the wall-clock moment (`2026-04-02 10:00`), with the zone behind it where one is given:
    then it is one instant for everybody.
    """

    cron: str | None = None
    """Five fields, Sunday is 0 (crontab(5)); each wall-clock moment once, one that a zone skips moves forward
    by the gap."""
    moment: At | None = None
    condition: Condition | None = None
    segment: str | None = None


Trigger = SegmentTrigger | EventTrigger | DateTrigger | ScheduleTrigger
