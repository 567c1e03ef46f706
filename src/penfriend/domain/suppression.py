"""Addresses that must not be written to: why, and how one stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from penfriend.domain.contact import COMPLAINED, DEAD_ADDRESS, ERASED, Contact
from penfriend.domain.timing import Moment

BY_HAND = "by_hand"
"""The suppression that somebody decided on."""

REASONS = {
    BY_HAND: "somebody decided so; nothing is sent",
    COMPLAINED: "the person called a mail spam; only what is owed is sent",
    DEAD_ADDRESS: "the address does not exist any more; nothing is sent",
    ERASED: "the person was erased; only what is owed is sent, until they subscribe again",
}
"""Every reason, with a line of meaning."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the log of suppressions."""

    at: Moment
    change: str
    """`suppressed` or `lifted`."""
    reason: str
    evidence: str | None
    by: str | None
    """Who did it, where a person did."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One address: whose it is, and whether it may be written to."""

    address: str
    """In its normal form."""
    person: Contact | None = None
    reason: str | None = None
    """Why it must not be written to; None where it may."""
    since: Moment | None = None
    evidence: str | None = None
    changes: Sequence[Change] = ()
    """The log, the earliest first."""
