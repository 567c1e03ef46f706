"""The audit log: every change, by whom, from where, to what. It is only ever added to.

Nothing secret is in it: no password, token, link or code; and no customer's address in clear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from penfriend.domain.timing import Moment


class Way(StrEnum):
    """How somebody came to do it."""

    DASHBOARD = "dashboard"
    COMMAND = "command"
    API = "api"
    """With a key; its name is who did it."""


class Deed(StrEnum):
    """What was done."""

    USER_ADDED = "user_added"
    USER_REMOVED = "user_removed"
    ROLE_CHANGED = "role_changed"
    LINK_MADE = "link_made"
    LINK_USED = "link_used"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    CODES_MADE = "codes_made"
    CODE_USED = "code_used"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    TOKEN_REUSED = "token_reused"  # noqa: S105 - a word
    GUESSES_SLOWED = "guesses_slowed"
    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"
    IMPORTED = "imported"
    APPLIED = "applied"
    RESUMED = "resumed"
    SUPPRESSED = "suppressed"
    UNSUPPRESSED = "unsuppressed"
    MESSAGE_SETTLED = "message_settled"
    PERSON_ERASED = "person_erased"
    CALLS_RETRIED = "calls_retried"
    PERSON_EXPORTED = "person_exported"
    PERSON_PAUSED = "person_paused"
    PERSON_RESUMED = "person_resumed"
    PERSON_UNSUBSCRIBED = "person_unsubscribed"
    TESTS_RUN = "tests_run"


MEANINGS: Mapping[Deed, str] = {
    Deed.USER_ADDED: "a user was added",
    Deed.USER_REMOVED: "a user was removed, with all sessions",
    Deed.ROLE_CHANGED: "a user has another role",
    Deed.LINK_MADE: "a one-time link was made for a user",
    Deed.LINK_USED: "a one-time link was used: a password was set with it",
    Deed.PASSWORD_CHANGED: "somebody changed their password",
    Deed.SECOND_FACTOR_ON: "somebody turned the second factor on",
    Deed.SECOND_FACTOR_OFF: "somebody turned the second factor off",
    Deed.CODES_MADE: "new recovery codes were made; the former are void",
    Deed.CODE_USED: "a recovery code was used in place of the second factor",
    Deed.SIGNED_IN: "somebody signed in",
    Deed.SIGNED_OUT: "somebody signed out",
    Deed.SESSIONS_ENDED: "somebody signed out elsewhere",
    Deed.TOKEN_REUSED: "a session was ended, for a token of it that had been replaced was used again",
    Deed.GUESSES_SLOWED: "many wrong guesses came for an account or from a network; the next have to wait",
    Deed.KEY_MADE: "a key of the API was made",
    Deed.KEY_REVOKED: "a key of the API was revoked",
    Deed.IMPORTED: "contacts, events or consents were brought in from a file",
    Deed.APPLIED: "a revision was made live",
    Deed.RESUMED: "a campaign that had stopped by itself was let go on",
    Deed.SUPPRESSED: "an address is not written to any more",
    Deed.UNSUPPRESSED: "an address may be written to again",
    Deed.MESSAGE_SETTLED: "the doubt about a message, or about a gap, was settled",
    Deed.PERSON_ERASED: "a person was erased",
    Deed.CALLS_RETRIED: "calls of another system that had failed are made again",
    Deed.PERSON_EXPORTED: "all that is known of a person was downloaded",
    Deed.PERSON_PAUSED: "a person gets no marketing mail for some days",
    Deed.PERSON_RESUMED: "a person's pause was ended",
    Deed.PERSON_UNSUBSCRIBED: "a person was taken out of a topic by hand",
    Deed.TESTS_RUN: "the tests of a campaign were run",
}
"""A line of meaning for each; the pages of the dashboard say it in the reader's language."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and from where."""

    name: str
    """A user of the dashboard, or of the system for a command."""
    way: Way
    network: str = ""
    """The address that the request came from; empty for a command."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    at: Moment
    by: Actor
    deed: Deed
    about: str = ""
    """Of what: the name of a user or key, the number of a revision or message."""
    details: Mapping[str, str] = field(default_factory=dict)
    """Small things worth knowing, such as `before` and `after`."""
    id: int = 0


ENTRIES_A_PAGE = 50
