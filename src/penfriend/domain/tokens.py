"""What a signed link says. Signing itself is `penfriend.rendering.tokens`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """What a token may be used for; a token of one purpose is worth nothing for another."""

    UNSUBSCRIBE = "u"
    PREFERENCES = "p"
    SURVEY = "s"
    VIEW = "v"
    CONFIRM = "f"
    CLICK = "c"
    """Redirects to the address that is signed with it."""
    OPEN = "o"


TRAP = 0
"""The number of the link of a mail that no person sees; the others begin with 1."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token is bound to: the purpose, the person, the mail it stood in, and one small number (the
    survey's score, the number of a link)."""

    purpose: Purpose
    contact: int
    message: int
    value: int = 0
