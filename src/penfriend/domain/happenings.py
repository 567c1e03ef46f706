"""What `wait`, `exit_on` and `goal` look out for: an event, or a condition."""

from __future__ import annotations

from dataclasses import dataclass

from penfriend.domain.fields import Field
from penfriend.domain.segment import Condition


@dataclass(frozen=True, slots=True)
class EventHappening:
    """An event to look out for. For `mail_...` and `survey_answered` only this enrollment's own count."""

    event: str
    where: Condition | None = None
    match: tuple[tuple[Field, Field], ...] = ()


@dataclass(frozen=True, slots=True)
class IfHappening:
    """A condition to look out for, read when something about the contact changes and when a step is
    reached."""

    condition: Condition


Happening = EventHappening | IfHappening
