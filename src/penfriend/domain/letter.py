"""What is needed to make one mail, and the port to whoever makes it.

The engine gathers a `Letter` from the store, a `Renderer` turns it into an `Email`: the live revision's at
the first try, from then on the one that made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from penfriend.domain.counting import Counted
from penfriend.domain.delivery import Email
from penfriend.domain.problems import Problem
from penfriend.domain.timing import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail to be made.

    `facts` holds what templates can name, as plain values: texts, ints, `Money`, aware datetimes on the
    contact's clock, dates, lists and
    dicts: `contact` {id, email, first_name, ..., attributes}, and where the template needs them `cart`,
    `order`, `orders`, `purchase`, `product`, `points`, `rewards`, `reward`, `event`, `events`, `survey`,
    `message`, `topic`, `coupon` (the code that the step gives), and `counts` (what it narrows, by the text
    of `Counted`). A missing value is None. `brand`, `campaign`
    and `links` are added by the renderer.
    """

    message: int
    """Our id of the message; goes into tokens."""
    message_id: str
    """The Message-ID header with angle brackets."""
    contact: int
    """Our id of the contact; goes into tokens."""
    to: str
    """The address."""
    to_name: str = ""
    """The display name, empty where there is none."""
    locale: str
    timezone: str
    date: Moment
    """The Date header: when the message was first handed to a transport, so that copies have the same
    bytes."""
    campaign: str
    step: str
    template: str
    subject: str | None = None
    """Replaces the template's own subject."""
    topic: str | None = None
    """None for transactional mail: it carries no unsubscribe."""
    survey: str | None = None
    """The survey whose scale `links.survey(score)` points at."""
    facts: Mapping[str, object] = field(default_factory=dict)
    digest: str | None = None
    """`Email.digest` of an earlier try, where this is to be a copy of it: of several keys, the one that
    signed its links is taken again."""
    tracks_clicks: bool = False
    """Its links lead through the service, where the campaign has clicks tracked."""
    tracks_opens: bool = False
    """It tells when it is opened, where the campaign has opens tracked."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What templates can read of a person, so that no more is loaded."""

    names: frozenset[str] = frozenset()
    """Parts of `Letter.facts`."""
    counts: frozenset[Counted] = frozenset()
    """What they count within a window."""

    def __or__(self, other: Needs) -> Needs:
        """What either needs."""
        return Needs(self.names | other.names, self.counts | other.counts)


class Renderer(Protocol):
    """Makes the mails of one revision: templates compiled once, filled for each person. Safe to use from
    several threads."""

    def needs(self, template: str) -> Needs:
        """What the template can read in any locale."""

    def render(self, letter: Letter) -> Email:
        """The finished mail; the same for the same letter, revision, key and version of the program. Raises
        RenderFailed with file, line and what was wrong; nothing of it is the transport's matter."""

    def check(self) -> tuple[Problem, ...]:
        """Every problem of the templates that the revision's campaigns send, with file, line and column."""
