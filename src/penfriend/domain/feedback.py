"""What comes back of a mail, from a mailbox or a provider's webhook, and what follows from it: one vocabulary
for all of them.

| kind | means | follows |
|---|---|---|
| delivered | the receiving server has taken it | a doubt is settled as sent |
| bounced | it came back, and the address is dead | suppressed; a doubt is settled as failed |
| soft_bounced | it came back, and may arrive another day (mailbox full) | suppressed when it goes on |
| blocked | it came back because of us: reputation, authentication, content (5.7.x) | nobody is suppressed |
| complained | the person called it spam | suppressed at once |
| unsubscribed | the person asked the provider to be left alone | leaves the mail's topic |

A delay, a vacation reply and a receipt are nothing: whoever reads reports makes no feedback of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from penfriend.domain.timing import DAY, Moment


class Kind(StrEnum):
    """What has become of a mail after it left the house."""

    DELIVERED = "delivered"
    BOUNCED = "bounced"
    SOFT_BOUNCED = "soft_bounced"
    BLOCKED = "blocked"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"


MEANING = {
    Kind.DELIVERED: "was delivered",
    Kind.BOUNCED: "came back: the address is dead",
    Kind.SOFT_BOUNCED: "came back, and may arrive another day",
    Kind.BLOCKED: "came back because of us, not of the person",
    Kind.COMPLAINED: "was called spam",
    Kind.UNSUBSCRIBED: "made the person ask the provider to be left alone",
}
"""A line of meaning, to be read after "the mail"."""

ANSWERED = "answer"
"""The source of what the receiving side said while it was asked."""

CAME_BACK = frozenset({Kind.BOUNCED, Kind.SOFT_BOUNCED, Kind.BLOCKED})
"""The mail was not delivered."""

SOFT_BOUNCES = 4
"""So many mails in a row that came back softly ..."""
SOFT_BOUNCE_TIME = 14 * DAY
"""... over at least this time make an address count as dead. A mail that was delivered in between begins the
count anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One report about one mail.

    It is matched by the first of `message`, `message_id`, `provider_id` that is given. What matches no mail
    of ours changes nothing.
    """

    kind: Kind
    at: Moment
    """When it happened, as the report says it."""
    key: str
    """What makes it one: the same again has no further effect. Begins with the source."""
    source: str
    """Who says so: `mailbox`, or the provider's name as in its transport's address (`postmark`)."""
    message: int | None = None
    """Our id of the mail, from a token that we have signed or from what only the provider can know."""
    message_id: str | None = None
    """Its Message-ID header, with angle brackets. Nobody can guess one of ours."""
    provider_id: str | None = None
    """The provider's id of it, as its acceptance gave it."""
    address: str | None = None
    """Whom the report names; kept as evidence. Who is suppressed is whom we wrote to."""
    code: int | None = None
    """The reply code in the report, such as 550."""
    enhanced: str | None = None
    """The enhanced status code, such as 5.1.1 (RFC 3463)."""
    text: str = ""
    """What the report says, in one line of at most 500 characters."""


class Effect(StrEnum):
    """What came of one piece of feedback."""

    APPLIED = "applied"
    AGAIN = "again"
    """It was on record already."""
    NOT_OURS = "not_ours"
    """It is about no mail of this store."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one piece of feedback, and whom it concerned (our ids) where it is about our mail."""

    effect: Effect
    message: int | None = None
    contact: int | None = None
    campaign: str = ""
    topic: str | None = None
