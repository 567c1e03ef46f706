"""An enrollment as the engine holds it, and what is written back of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from penfriend.domain.asking import Probe, Subject
from penfriend.domain.standing import Decided, Ending, Standing
from penfriend.domain.timing import Moment


@dataclass(frozen=True, slots=True)
class Enrollment:
    """An enrollment that this worker holds."""

    id: int
    campaign: str
    contact: int
    occurrence: str
    entry: int
    entered_at: Moment
    standing: Standing
    subject: Subject
    active: bool
    woken_at: Moment | None
    """When what woke it arrived; the moment of the claim where that is not known; None where its time came.
    """

    def probe(self, now: Moment) -> Probe:
        """For asking about it."""
        return Probe(
            contact=self.contact,
            now=now,
            entry=self.entered_at,
            after=self.standing.began_at,
            enrollment=self.id,
            occurrence=self.occurrence,
            subject=self.subject,
        )


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A mail that an enrollment's step wants."""

    step: str
    template: str
    message_id: str
    topic: str | None
    transactional: bool
    priority: int
    wanted_at: Moment
    skip: str | None = None


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call that an enrollment's webhook step wants. `key` is the same in every try (webhook-id)."""

    step: str
    webhook: str
    key: str
    wanted_at: Moment


@dataclass(frozen=True, slots=True)
class Moved:
    """What is written back of one enrollment."""

    row: Enrollment
    standing: Standing
    revision: int
    ending: Ending | None = None
    mails: Sequence[NewMessage] = ()
    calls: Sequence[NewCall] = ()
    decided: Sequence[Decided] = ()
    goal_until: Moment | None = None
    goal_at: Moment | None = None
    goal_event: str | None = None
    """The name of the event that was the goal."""
    converted_at: Moment | None = None
    held: bool = False
    """Its campaign is paused: it keeps its place and its due time, and does not come up by itself."""
