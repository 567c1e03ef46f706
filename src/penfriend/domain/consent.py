"""What a contact's consent comes to: the log of changes read in the order in which they happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from penfriend.domain.timing import Moment

EVERY_TOPIC = "*"
"""The topic of a change that is about all of them."""
IMPORTED = "import"
"""The source of what a file says, alone or with `:FILE` behind it."""


class Change(StrEnum):
    """What happened to a consent. Of several at one moment the later in this list counts as later."""

    REQUESTED = "requested"
    """Asked for under double opt-in; nothing may be sent yet."""
    SUBSCRIBED = "subscribed"
    CONFIRMED = "confirmed"
    """The same, with a proof, under double opt-in."""
    UNSUBSCRIBED = "unsubscribed"


_RANK = {change: rank for rank, change in enumerate(Change)}


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """One entry of the log."""

    topic: str
    change: Change
    at: Moment
    source: str | None = None
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a contact stands to a topic."""

    subscribed: bool
    requested: bool
    at: Moment
    source: str | None
    proof: str | None


def is_import(source: str | None) -> bool:
    """Whether a file says so, and not the person: it subscribes nobody again who has left."""
    return source is not None and (source == IMPORTED or source.startswith(IMPORTED + ":"))


def replay(log: Iterable[ConsentChange]) -> tuple[dict[str, Standing], Moment | None]:
    """How the contact stands to each topic, and when it last came from no topic to one."""
    standings: dict[str, Standing] = {}
    subscribed_at: Moment | None = None
    left_all: Standing | None = None
    for entry in sorted(log, key=_order):
        before = any(standing.subscribed for standing in standings.values())
        if entry.topic == EVERY_TOPIC:
            left_all = _after(None, entry)
            standings = dict.fromkeys(standings, left_all)
        else:
            standings[entry.topic] = _after(standings.get(entry.topic, left_all), entry)
        if not before and any(standing.subscribed for standing in standings.values()):
            subscribed_at = entry.at
    return standings, subscribed_at


def _after(standing: Standing | None, entry: ConsentChange) -> Standing:
    subscribed = standing is not None and standing.subscribed
    left = standing is not None and not standing.subscribed and not standing.requested
    if entry.change is Change.UNSUBSCRIBED:
        return Standing(False, False, entry.at, entry.source, entry.proof)
    if standing is not None and (subscribed or (left and is_import(entry.source))):
        return standing  # what is agreed to already stays as it was agreed to; who has left stays out
    asked = entry.change is Change.REQUESTED
    return Standing(not asked, asked, entry.at, entry.source, entry.proof)


def _order(entry: ConsentChange) -> tuple[int, int, str, str, str]:
    return entry.at, _RANK[entry.change], entry.topic, entry.source or "", entry.proof or ""
