"""Keys of the API: what a program shows to be let in, and what it may do then.

A key is `pf_LABEL_SECRET`: eight characters that tell keys apart and may be shown, and 43 that nobody keeps
but the program itself. The store has a hash of the whole; 256 random bits need no slow one.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from penfriend.domain.timing import Moment

SECRET_BYTES = 32
LABEL_BYTES = 5
_KEY = re.compile(r"pf_([a-z2-7]{8})_[A-Za-z0-9_-]{43}")


class Scope(StrEnum):
    """What a key may do."""

    EVENTS_WRITE = "events:write"
    """Bring in events: `POST /v1/events`."""
    CONTACTS_READ = "contacts:read"
    """See a contact and its story: `GET /v1/contacts/{id}`, `/story`; addresses of members of segments."""
    CONTACTS_WRITE = "contacts:write"
    """Change and erase contacts: `PUT` and `DELETE /v1/contacts/{id}`."""
    SEGMENTS_READ = "segments:read"
    """See segments and who is in them: `GET /v1/segments`."""
    CAMPAIGNS_READ = "campaigns:read"
    """See campaigns and their counts: `GET /v1/campaigns`."""
    MESSAGES_READ = "messages:read"
    """See what became of a mail: `GET /v1/messages/{id}`."""
    METRICS_READ = "metrics:read"
    """Read what monitoring is told: `GET /metrics`."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is on record."""

    label: str
    """The first part of it, which may be shown."""
    name: str
    """What people call it."""
    scopes: frozenset[Scope]
    made_at: Moment
    used_at: Moment | None = None
    """To the minute."""
    revoked_at: Moment | None = None

    @property
    def shown(self) -> str:
        """How the key begins."""
        return f"pf_{self.label}_..."


def key_of(label: bytes, secret: bytes) -> str:
    """The key that these random bytes make: LABEL_BYTES and SECRET_BYTES of them."""
    first = base64.b32encode(label).decode("ascii").lower()
    return f"pf_{first}_{base64.urlsafe_b64encode(secret).decode('ascii').rstrip('=')}"


def label_of(key: str) -> str | None:
    """The part of a key that may be shown; None for what is no key."""
    found = _KEY.fullmatch(key)
    return None if found is None else found[1]


def digest_of(key: str) -> str:
    """What the store keeps of a key."""
    return hashlib.sha256(key.encode()).hexdigest()
