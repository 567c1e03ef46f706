"""How long data is kept: `retention` of the campaign files. Where nothing is said nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from penfriend.domain.timing import DAY, Duration, Moment


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each kind of row is kept, from the moment it came to be; None is for ever."""

    events: Duration | None = None
    """The shop's own events, and what became of mails."""
    messages: Duration | None = None
    """Mails that are over, with the tries to hand them over."""
    stories: Duration | None = None
    """What was decided about people, and who was refused."""
    calls: Duration | None = None
    """Calls of webhooks that are over."""

    @property
    def said(self) -> Iterator[tuple[str, Duration]]:
        """What is not kept for ever, by the name of its kind."""
        for one in fields(self):
            duration = getattr(self, one.name)
            if duration is not None:
                yield one.name, duration


KINDS = tuple(one.name for one in fields(Retention))


@dataclass(frozen=True, slots=True)
class Pass:
    """One look through all rows of a kind that are old enough, in small steps; a new one begins a day after
    the last began."""

    began: Moment
    after: int = 0
    """Rows up to this id were looked at."""
    gone: int = 0
    """So many were deleted."""
    ended: Moment | None = None

    def is_due(self, now: Moment) -> bool:
        """Whether there is something to do: it goes on, or another is to begin."""
        return self.ended is None or self.began + DAY <= now
