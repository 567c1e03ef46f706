"""The gap of a store that was restored from a backup: what was done between two moments is not in it.

Mails that fell due then were most likely sent by the store that is lost. They wait (`unconfirmed`) until
somebody says which: that they were sent, or that they are to be sent.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Protocol, Self

from penfriend.domain.reasons import Postponed
from penfriend.domain.timing import Moment


class Settled(StrEnum):
    """What a person has said of the mails of a gap."""

    SENT = "sent"
    """They went out: nobody gets them again, and their enrollments go on as if they had gone from here."""
    RESEND = "resend"
    """They are to be sent, as far as it is not too late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What a store does not know of itself."""

    since: Moment
    """How far the store had come when it was copied."""
    until: Moment
    """How far it had been seen to come."""
    found_at: Moment
    seen: bool = True
    """This machine has seen how far it had come; else only that it was at rest for long and nobody had
    stopped it."""
    settled: Settled | None = None
    settled_at: Moment | None = None

    @property
    def is_open(self) -> bool:
        """Nobody has said yet what becomes of its mails."""
        return self.settled is None

    def fell_due(self, wanted_at: Moment, due_at: Moment, held_by: str | None) -> bool:
        """Whether a mail came up in the gap: before it ended, and did not wait beyond it for a reason of its
        own."""
        return wanted_at <= self.until and (due_at <= self.until or held_by == Postponed.UNCONFIRMED.value)

    def may_be_old_news(self, entered_at: Moment, wanted_at: Moment) -> bool:
        """Whether somebody who joined a segment may owe that to what was brought in again after the loss,
        whose own moments are in the gap: it is dated by its arrival."""
        before = self.settled_at is None or wanted_at <= self.settled_at
        return entered_at >= self.found_at and before

    def with_earlier(self, earlier: Gap | None) -> Gap:
        """This one, and what an earlier one still asks about."""
        if earlier is None or not earlier.is_open:
            return self
        return replace(
            self,
            since=min(self.since, earlier.since),
            until=max(self.until, earlier.until),
            seen=earlier.seen,
        )

    def settle(self, settled: Settled, now: Moment) -> Gap:
        """Somebody has said it."""
        return replace(self, settled=settled, settled_at=now)

    def as_json(self) -> dict[str, object]:
        """As it is kept in the store."""
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        """What `as_json` has kept."""
        settled = kept["settled"]
        return cls(**(kept | {"settled": None if settled is None else Settled(settled)}))


class Gaps(Protocol):
    """What is known of the store's gap (`penfriend.bootstrap.life`)."""

    @property
    def gap(self) -> Gap | None:
        """The last one."""

    def brought_again(self, contacts: Collection[int]) -> set[int]:
        """Those of whom something came in whose own moment lies in the gap."""


class NoGap:
    """A store that nobody has restored."""

    gap: Gap | None = None

    def brought_again(self, contacts: Collection[int]) -> set[int]:  # noqa: ARG002 - as `Gaps` has it
        """Nobody."""
        return set()
