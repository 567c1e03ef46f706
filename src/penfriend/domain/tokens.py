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


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token is bound to: the purpose, the person, the mail it stood in, and one small number (the
    survey's score)."""

    purpose: Purpose
    contact: int
    message: int
    value: int = 0
