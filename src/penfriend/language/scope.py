"""Where a condition or a moment stands, and so which fields it may name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto

from penfriend.domain.segment import Things


class Stage(Enum):
    """Whether there is an enrollment."""

    PERSON = auto()
    """None: segments and the common policy."""
    ENTERING = auto()
    """It begins: a trigger's `if`. There are no mails and answers of it yet."""
    INSIDE = auto()
    """It runs: steps, exit_on, goal, the campaign's policy."""


@dataclass(frozen=True, slots=True)
class Own:
    """The rows that a `where` or `match` is about: events of a name, or orders."""

    group: str
    """`event` or `order`."""
    event: str = ""


@dataclass(frozen=True, slots=True)
class MadeOf:
    """What a segment is made of; for events their name."""

    things: Things = Things.CONTACTS
    event: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a condition stands."""

    about: Things | None = Things.CONTACTS
    """What it is about; None where that is not known because of another problem."""
    event: str | None = ""
    """The event with which the campaign begins, or of which the segment is made; empty: none; None: not known
    because of another problem."""
    stage: Stage = Stage.PERSON
    sends: Collection[str] | None = None
    """The ids of the campaign's letters; None: not to be checked."""
    waits: bool = True
    """Whether the campaign has a `wait: {for: ...}`, which `waited` asks about."""
    own: Own | None = None
    """Inside a `where`: its rows, whose own fields are named bare."""


UNKNOWN_SCOPE = Scope(about=None, event=None, stage=Stage.INSIDE)
"""Of a campaign whose trigger cannot be read: what depends on it is not checked."""
