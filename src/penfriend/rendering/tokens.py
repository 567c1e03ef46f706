"""Signed tokens: what the links of a mail carry, so that a click proves who was written to and nothing can be
made up.

A token is the key's id (1 byte), the purpose (1), contact, message and value (variable length), and the first
16 bytes of an HMAC-SHA256 over all of it, in URL-safe base64 without padding: at most 54 characters. Several
keys may be given: the first signs, all verify.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from functools import lru_cache

from penfriend.domain.tokens import Claim, Purpose

_MAC_BYTES = 16
_MAX_TOKEN = 80
_MAX_NUMBER = 2**63
_MAX_VALUE = 2**28
_CONTEXT = b"penfriend/token/1/"

Keys = bytes | Sequence[bytes]
"""One key or several, newest first; at least 16 bytes each."""


def sign(claim: Claim, keys: Keys) -> str:
    """The token of a claim, signed with the first key. Raises ValueError for a negative or oversized
    number."""
    return _sign(claim, key_list(keys)[0])


def read(token: str, purpose: Purpose, keys: Keys) -> Claim | None:
    """The claim of a token that one of the keys has signed for this purpose; None for everything else. Never
    raises."""
    try:
        claim = _decode(token)
    except (ValueError, IndexError, UnicodeError):
        return None
    if claim.purpose is not purpose:
        return None
    wanted = token.encode("ascii")
    right = [hmac.compare_digest(_sign(claim, key).encode("ascii"), wanted) for key in key_list(keys)]
    return claim if any(right) else None


def key_list(keys: Keys) -> tuple[bytes, ...]:
    """The keys as a tuple. Raises ValueError where there is none or one is short."""
    found = (keys,) if isinstance(keys, bytes) else tuple(keys)
    if not found or any(len(key) < 16 for key in found):
        raise ValueError("a secret key has at least 16 bytes")
    return found


def _sign(claim: Claim, key: bytes) -> str:
    body = b"".join(
        (
            _key_id(key),
            _PURPOSES[claim.purpose],
            write_number(claim.contact),
            write_number(claim.message),
            write_number(claim.value, _MAX_VALUE),
        )
    )
    mac = hmac.digest(key, _CONTEXT + body, "sha256")[:_MAC_BYTES]
    return urlsafe_b64encode(body + mac).rstrip(b"=").decode("ascii")


@lru_cache(maxsize=64)
def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:1]


_PURPOSES = {purpose: purpose.value.encode("ascii") for purpose in Purpose}


def _decode(token: str) -> Claim:
    """What a token says, unproved. Raises ValueError, IndexError or UnicodeError."""
    if len(token) > _MAX_TOKEN:
        raise ValueError("too long")
    raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    body = raw[:-_MAC_BYTES]
    contact, at = read_number(body, 2)
    message, at = read_number(body, at)
    value, at = read_number(body, at, _MAX_VALUE)
    if at != len(body):
        raise ValueError("not the length that it says")
    return Claim(Purpose(chr(body[1])), contact, message, value)


def write_number(number: int, limit: int = _MAX_NUMBER) -> bytes:
    """Seven bits a byte, lowest first; the high bit says that more follow."""
    if not 0 <= number < limit:
        raise ValueError(f"a token cannot carry the number {number}")
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_number(raw: bytes, at: int, limit: int = _MAX_NUMBER) -> tuple[int, int]:
    """The number that `write_number` has written at a place, and the place behind it. Raises ValueError where
    it is too large, IndexError where it has no end."""
    number = shift = 0
    while raw[at] & 0x80:
        number |= (raw[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    number |= raw[at] << shift
    if number >= limit:
        raise ValueError("too large")
    return number, at + 1
