"""What has happened to one person, line by line, the newest first: the time line of a contact's page.

Every line comes from one row of the store. Lines of one moment stand in the order of `Kind`, and within a
kind by the ids of their rows, so that a page begins exactly where the one before it ended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from penfriend.domain.events import Json
from penfriend.domain.timing import Moment

LINES_A_PAGE = 40


class Kind(IntEnum):
    """What a line tells; of one moment the higher is the later one."""

    EVENT = 1
    """Something came in: an order, a cart, points, a survey's answer."""
    CONSENT = 2
    SUPPRESSION = 3
    """The address is not written to any more, or is again."""
    REFUSED = 4
    """Came to a campaign's door and did not enter."""
    ENTERED = 5
    DECIDED = 6
    """A step of a campaign waited, postponed a mail, took one way of several."""
    MAIL = 7
    """A mail was sent, or will never be."""
    OPENED = 8
    CLICKED = 9
    HEARD = 10
    """What came back of a mail."""
    CONVERTED = 11
    ENDED = 12


@dataclass(frozen=True, slots=True)
class PastLine:
    """One line."""

    at: Moment
    kind: Kind
    id: int
    """Of its row."""
    what: str = ""
    """The event's name, the change of a consent, the status of a mail, ..."""
    campaign: str = ""
    step: str = ""
    about: str = ""
    """The occurrence, or the topic of a consent."""
    reason: str = ""
    """A word of the closed lists."""
    until: Moment | None = None
    detail: str = ""
    properties: Mapping[str, Json] = field(default_factory=dict)
    """Of an event."""
    mail: int | None = None
    """Our id of the mail, where it can be shown again."""

    @property
    def cursor(self) -> Cursor:
        """Where it stands."""
        return Cursor(self.at, self.kind, self.id)


_CURSOR = re.compile(r"(-?\d{1,18})\.(\d{1,2})\.(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in the time line: what is before it comes on the next page."""

    at: int
    kind: int
    id: int

    def __str__(self) -> str:
        return f"{self.at}.{int(self.kind)}.{self.id}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """That of an address; None for what is none."""
        found = _CURSOR.fullmatch(text)
        return None if found is None else cls(*(int(part) for part in found.groups()))


@dataclass(frozen=True, slots=True)
class PastPage:
    """Some lines."""

    lines: tuple[PastLine, ...]
    """The newest first."""
    earlier: Cursor | None
    """Where the next page begins; None behind the first thing that ever happened."""
