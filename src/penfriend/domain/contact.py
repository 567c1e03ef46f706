"""A contact as the engine holds it, and how an address and a text are normalised."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from penfriend.domain.timing import zone_of

COMPLAINED = "complained"
"""The suppression of somebody who called our mail spam."""
DEAD_ADDRESS = "dead_address"
"""The suppression of an address that does not exist any more."""
ERASED = "erased"
"""The suppression of somebody who was erased, so that no import brings them back."""
GETS_WHAT_IS_OWED = frozenset({COMPLAINED, ERASED})
"""The suppressions under which transactional mail goes out."""


@dataclass(frozen=True, slots=True)
class Contact:
    """What every decision about a person needs. Zone and locale are the contact's own or the brand's."""

    id: int
    version: int
    """Raised by every touch, consent change and mail; `sending` is committed only if it is the one that was
    decided on."""
    email: str | None
    locale: str
    timezone: str
    erased: bool = False
    suppression: str | None = None
    """Why the address must not be written to; None where it may."""
    topics: frozenset[str] = frozenset()
    """The topics the contact is subscribed to."""
    paused_until: int | None = None
    """No marketing mail before this moment; the person asked for it."""
    key: str = ""
    """The shop's id, or where it gave none the hash of the address: what holdout and shares are drawn by."""

    def must_not_be_written_to(self, transactional: bool) -> bool:
        """Whether the address is suppressed for such mail. Who complained or was erased still gets what is
        owed; a dead address gets nothing."""
        return self.suppression is not None and not (transactional and self.suppression in GETS_WHAT_IS_OWED)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the contact's clock."""
        return zone_of(self.timezone)


def normalise_address(address: str) -> str:
    """The form by which an address is one: trimmed, NFC, lower case."""
    return unicodedata.normalize("NFC", address.strip()).lower()


def address_hash(address: str) -> str:
    """What a suppression keeps of an address: SHA-256 of its normal form, in hex; it outlives erasure and re-
    import."""
    return hashlib.sha256(normalise_address(address).encode()).hexdigest()


def normalise_text(text: str) -> str:
    """Text as it is kept: NFC. Control characters are refused where the text comes in, not here."""
    return unicodedata.normalize("NFC", text)
