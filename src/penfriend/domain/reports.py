"""What a mail that came back says of one recipient, before it is known whether it is about a mail of ours.

A `Report` either has a `kind` (`penfriend.domain.feedback.Kind`), and then something may follow from it, or
it has none and says in `nothing` why nothing does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from penfriend.domain.feedback import Kind
from penfriend.domain.timing import Moment

MAX_TEXT = 500
"""Characters of what a report says."""


class Nothing(StrEnum):
    """Why nothing follows from a mail that came back."""

    DELAYED = "delayed"
    """The server still tries."""
    AUTO_REPLY = "auto_reply"
    """An answer by a machine of the recipient's: a vacation, a change of address, a ticket."""
    RECEIPT = "receipt"
    """It says that the mail was delivered or read."""
    RELAYED = "relayed"
    """The mail went on to a server that reports nothing."""
    CHALLENGE = "challenge"
    """The recipient's server wants a person to prove that they are one."""
    NO_REPORT = "no_report"
    """Another mail altogether, or nothing that can be read."""


class Came(StrEnum):
    """What came of a report."""

    APPLIED = "applied"
    """What follows from its kind was done."""
    AGAIN = "again"
    """It was on record already."""
    NOT_OURS = "not_ours"
    """It is about no mail of this store."""
    FORGED = "forged"
    """It came to a return path with a token that we have not signed."""
    NOTHING = "nothing"
    """Nothing follows from such a mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one mail says of one recipient."""

    key: str
    """The same for the same report, however it was read: `mailbox:` and a hash."""
    kind: Kind | None = None
    nothing: Nothing | None = None
    """Set exactly where `kind` is not."""
    address: str | None = None
    """Whom the report names, as it was written."""
    code: int | None = None
    """The reply code of SMTP."""
    enhanced: str | None = None
    """The enhanced status code (RFC 3463)."""
    text: str = ""
    """What the other server said, in one line of at most `MAX_TEXT` characters."""
    server: str | None = None
    """Who reports: the name that the reporting server gives itself."""
    message_id: str | None = None
    """The Message-ID of the mail that it is about, with angle brackets, where its headers came back."""
    return_paths: tuple[str, ...] = ()
    """Where the report was sent: one of these may be a return path of ours, with its token."""
    at: Moment | None = None
    """When it says that it happened; None where no date can be read."""

    @property
    def what(self) -> str:
        """The kind, or else why there is none."""
        return (self.kind or self.nothing or Nothing.NO_REPORT).value
