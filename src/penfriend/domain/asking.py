"""Questions about people at a moment, and for whom they are asked.

The store answers all questions of a batch for all its people in one SELECT; the rules (`journey`,
`send_policy`) read the answers. The same compiler answers them that finds the members of segments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from penfriend.domain.campaign import EventHappening
from penfriend.domain.counting import Counted
from penfriend.domain.fields import Field
from penfriend.domain.segment import Condition
from penfriend.domain.timing import Moment


@dataclass(frozen=True, slots=True)
class Subject:
    """What an enrollment or a member is about, by the shop's own ids; our id for an event."""

    cart_key: str | None = None
    order_key: str | None = None
    product_key: str | None = None
    reward_key: str | None = None
    expires_on: str | None = None
    row_key: str | None = None
    """A row of a segment with `sql`: its name, a colon, and the row's occurrence."""
    event_id: int | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """One person for whom questions are asked, with the moments that `now`, `entry` and "after the step
    before" mean for them."""

    contact: int
    now: Moment
    entry: Moment | None = None
    """When the enrollment was entered; None outside of one."""
    after: Moment | None = None
    """Where the step before ended: a `Came` with `since_step` counts only what is later."""
    enrollment: int | None = None
    occurrence: str = ""
    subject: Subject = Subject()


@dataclass(frozen=True, slots=True)
class Holds:
    """Does the condition hold? Answer: bool."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Came:
    """When did the event first come, later than entry or (`since_step`) than the end of the step before?
    Answer: a moment or None.

    `survey_answered` and `mail_...` mean this enrollment's own.
    """

    happening: EventHappening
    since_step: bool = False


@dataclass(frozen=True, slots=True)
class StillIn:
    """Is the contact, or the thing the enrollment is about, still in the segment? Answer: bool.

    Time alone makes nobody leave: `ago`, `in`, `last` and `next` are reckoned from entry, and a `last` window
    stays open for what has come since.
    """

    segment: str


@dataclass(frozen=True, slots=True)
class ValueOf:
    """The value of a field that holds a moment or a date. Answer: a moment, a date or None."""

    field: Field


Question = Holds | Came | StillIn | ValueOf | Counted
Answer = bool | Moment | date | int | None
