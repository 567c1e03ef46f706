"""Users of the dashboard, their sessions, and how long each of these things is good for.

Whatever proves who somebody is (the token of a session, of a one-time link, a recovery code) is random and
long, and the store has only its hash.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from penfriend.domain.accounts.roles import Role
from penfriend.domain.timing import DAY, HOUR, MINUTE, Moment

NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{0,62}[a-z0-9])?")
"""What a user may be called."""
LONGEST_EMAIL = 254

LINK_LASTS = DAY
"""So long is a one-time link good."""
SESSION_LASTS = DAY
"""The longest that anybody stays signed in (NIST SP 800-63B-4, 2.2.3: no more than 24 hours at AAL2)."""
IDLE = HOUR
"""A session that is not used ends (in the same place: no more than one hour)."""
CODE_LASTS = 10 * MINUTE
"""So long may it take to give the second factor after the password."""
RENEWED_AFTER = HOUR // 4
"""A session in use gets a new token as often as this."""
FORMER_LASTS = MINUTE
"""So long is the token before it still taken: requests that are under way have that one. Later it is known
to be stolen, or its owner's is, and the session ends."""
SEEN_EVERY = MINUTE
"""The use of a session is written down this often at most."""
NEVER_RENEWED = Moment(0)
"""When a session was renewed that is to be at its next use."""
TOKEN_BYTES = 32


class Stage(StrEnum):
    """How far somebody has come in."""

    CODE = "code"
    """The password was right; the second factor is still to come."""
    IN = "in"


@dataclass(frozen=True, slots=True)
class User:
    """A user on record."""

    id: int
    name: str
    role: Role
    email: str | None
    made_at: Moment
    signed_in_at: Moment | None = None
    has_password: bool = False
    has_second_factor: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """One browser in which somebody has signed in."""

    id: int
    user: User
    stage: Stage
    made_at: Moment
    renewed_at: Moment
    seen_at: Moment
    network: str
    browser: str

    def over(self, now: Moment) -> bool:
        """Whether it has ended by itself."""
        lasts = CODE_LASTS if self.stage is Stage.CODE else SESSION_LASTS
        return now - self.made_at >= lasts or now - self.seen_at >= IDLE

    def due_for_renewal(self, now: Moment) -> bool:
        """Whether its token is to be replaced."""
        return now - self.renewed_at >= RENEWED_AFTER


def former_is_good(renewed_at: Moment, now: Moment) -> bool:
    """Whether the token before the present one is still taken."""
    return now - renewed_at < FORMER_LASTS


def digest_of(token: str) -> str:
    """What the store keeps of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def browser_of(agent: str) -> str:
    """A browser and its system as people call them, out of what it says of itself; empty where that is
    nothing known."""
    kind = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return ", ".join(part for part in (kind, system) if part)


_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""The first sign that is there decides: most browsers also call themselves the ones below."""
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
