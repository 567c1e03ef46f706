"""Which mail a conversion is credited to: exactly one over all campaigns, or none.

The candidates are the mails that went out before, of every enrollment whose goal the event was. The first
word of the rule that any of them satisfies decides, and of those the mail to which it happened last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from penfriend.domain.timing import Moment


class Credit(StrEnum):
    """What makes a mail count as the one that led to a goal."""

    CLICKED = "clicked"
    """A person followed a link in it."""
    OPENED = "opened"
    """A person opened it."""
    SENT = "sent"
    """It went out."""


USUAL = (Credit.CLICKED, Credit.OPENED, Credit.SENT)
"""The mail that was clicked last, or else opened last, or else sent last."""


@dataclass(frozen=True, slots=True)
class Results:
    """`results` of the campaign files."""

    credit: tuple[Credit, ...] = USUAL
    """What makes a mail the one that a goal is credited to: the first that any mail satisfies."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mail that may have led to a conversion."""

    mail: int
    sent_at: Moment
    opened_at: tuple[Moment, ...] = ()
    clicked_at: tuple[Moment, ...] = ()

    def last(self, credit: Credit, until: Moment) -> Moment | None:
        """When that last happened to it, up to that moment."""
        happened = {
            Credit.CLICKED: self.clicked_at,
            Credit.OPENED: (*self.opened_at, *self.clicked_at),  # who clicks has opened
            Credit.SENT: (self.sent_at,),
        }[credit]
        return max((at for at in happened if at <= until), default=None)


def credited(candidates: Iterable[Candidate], at: Moment, rule: Sequence[Credit] = USUAL) -> int | None:
    """The mail to which a goal reached at that moment is credited; None where the rule finds none. What
    happened at one moment goes to the mail that was sent later."""
    sent = [one for one in candidates if one.sent_at <= at]
    for credit in rule:
        found = [(last, one.sent_at, one.mail) for one in sent if (last := one.last(credit, at)) is not None]
        if found:
            return max(found)[-1]
    return None
