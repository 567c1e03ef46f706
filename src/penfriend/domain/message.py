"""The states of a message, the moves between them, and its key.

A message is the durable intent of one mail: one row with a unique key (campaign, contact, occurrence, entry,
step). Its status moves only by an UPDATE that names the old status, and only along `ALLOWED_MOVES`.
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where a message stands."""

    DUE = "due"
    """Waits for its moment, or for another try."""
    CLAIMED = "claimed"
    """A worker holds it under a lease and decides; nothing has left the house."""
    SENDING = "sending"
    """An attempt is on record; the last byte may have been written."""
    SENT = "sent"
    """The provider has taken it over."""
    UNKNOWN = "unknown"
    """The last byte may have been written and no answer is on record; a person or the provider settles it."""
    FAILED = "failed"
    """The provider has refused it for good, or the tries are used up."""
    SKIPPED = "skipped"
    """Decided not to be sent; the reason is beside it."""


FINAL = frozenset({Status.SENT, Status.FAILED, Status.SKIPPED})
"""Nothing more happens to a message that stands here."""

OVER = FINAL | {Status.UNKNOWN}
"""The step that wanted the mail is over: the enrollment goes on."""

ALLOWED_MOVES: dict[Status, frozenset[Status]] = {
    # to unknown: it will not be sent again, and an earlier try may have delivered it
    Status.DUE: frozenset({Status.CLAIMED, Status.SKIPPED, Status.UNKNOWN}),
    Status.CLAIMED: frozenset({Status.DUE, Status.SENDING, Status.SKIPPED, Status.UNKNOWN}),
    # back to due: the answer was a deferral, or a crash came before the dot
    Status.SENDING: frozenset({Status.SENT, Status.DUE, Status.FAILED, Status.UNKNOWN}),
    # settled by a person, by the provider's feedback, or by an answer that came after the lease had ended
    Status.UNKNOWN: frozenset({Status.SENT, Status.DUE, Status.FAILED}),
    Status.SENT: frozenset(),
    Status.FAILED: frozenset(),
    Status.SKIPPED: frozenset(),
}


def may_move(old: Status, new: Status) -> bool:
    """Whether a message may go from `old` to `new`."""
    return new in ALLOWED_MOVES[old]
