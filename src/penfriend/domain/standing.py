"""Where an enrollment stands, what is known of its person, and what a move of it comes to: the values of
`penfriend.domain.journey`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from penfriend.domain.asking import Answer, Came, Holds, Question
from penfriend.domain.campaign import CallWebhook, Send, Update
from penfriend.domain.chance import Chance, Drawn
from penfriend.domain.contact import Contact
from penfriend.domain.reasons import End, Skip
from penfriend.domain.timing import Moment
from penfriend.domain.winners import SplitState


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an enrollment stands."""

    step: str | None
    """None before the first move."""
    began_at: Moment
    """When the step began: when the one before was over, or entry."""
    due_at: Moment | None = None
    """When it moves by itself; None while only its mail or a happening can move it."""
    missed: bool = False
    """The wait before was missed: the sends up to the next wait are skipped."""
    waited: bool | None = None
    """Whether what the last `wait: {for: ...}` waited for came."""
    due_wall: str | None = None
    """The wall-clock time that `due_at` means, where it means one, and `due_zone` the zone of that clock."""
    due_zone: str | None = None


_DRAWN = Drawn()


@dataclass(frozen=True, slots=True)
class Pause:
    """A campaign rested (`active: no`) from the first moment to the second."""

    since: Moment
    until: Moment | None
    """None while it lasts."""

    def held(self, at: Moment) -> Moment:
        """When that happens which would have happened at `at`: not in the pause, but at its end."""
        return self.until if self.until is not None and self.since <= at < self.until else at


@dataclass(frozen=True, slots=True)
class View:
    """What is known of one person in one enrollment at `now`."""

    now: Moment
    entered_at: Moment
    contact: Contact
    answers: Mapping[Question, Answer]
    mails: Mapping[str, Moment | None] = field(default_factory=dict)
    """For each step whose mail exists: when it was over, None while it is not."""
    noticed_at: Moment | None = None
    """When what woke the enrollment arrived; None where time alone moved it."""
    splits: Mapping[str, SplitState] = field(default_factory=dict)
    """What is known of the splits that look for a winner, by step."""
    updated: frozenset[str] = frozenset()
    """Update steps that were carried out on this walk: the answers know of them."""
    chance: Chance = _DRAWN
    pause: Pause | None = None
    """The campaign's last pause."""

    def holds(self, condition: Holds) -> bool:
        """The answer to a condition."""
        return bool(self.answers[condition])

    def came(self, question: Came) -> Moment | None:
        """When the event came, if it did."""
        answer = self.answers[question]
        return None if answer is None else Moment(int(answer))  # type: ignore[arg-type]  # a Came is answered by a moment


@dataclass(frozen=True, slots=True)
class Ending:
    """An enrollment ends, and what made it."""

    reason: End
    at: Moment
    word: str = ""
    """The exit step's word, or what exactly happened."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that a step wants; with `skip` it is on record only to say why it will not be sent."""

    step: Send
    wanted_at: Moment
    skip: Skip | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What an update step changes, at the moment when the step came up."""

    step: Update
    at: Moment


@dataclass(frozen=True, slots=True)
class Call:
    """A call that a webhook step wants."""

    step: CallWebhook
    wanted_at: Moment


@dataclass(frozen=True, slots=True)
class Decided:
    """One line of the story: at `at` the step did `what`."""

    what: str
    step: str
    at: Moment
    reason: str | None = None
    until: Moment | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What happens to an enrollment now."""

    standing: Standing
    mails: tuple[Mail, ...] = ()
    ending: Ending | None = None
    decided: tuple[Decided, ...] = ()
    calls: tuple[Call, ...] = ()
    change: Change | None = None
    """Carry this out, ask anew and walk again from where the enrollment stood: what comes behind it may read
    it."""
    again: bool = False
    """Ask anew with the new standing: the step reached wants to know what came since it began."""
