"""Signed tokens: what the links of a mail carry, so that a click proves who was written to and nothing can be
made up.

A token is the key's id (1 byte), the purpose (1), contact, message and value (variable length), and the first
16 bytes of an HMAC-SHA256 over all of it, in URL-safe base64 without padding: at most 54 characters. Several
keys may be given: the first signs, all verify. The token of a link that is tracked has its address as well,
in front of the HMAC.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Sequence
from functools import lru_cache

from penfriend.domain.tokens import Claim, Purpose

_MAC_BYTES = 16
_MAX_TOKEN = 80
_MAX_LINK = 2_100
"""Characters of a token with an address."""
_MAX_NUMBER = 2**63
_MAX_VALUE = 2**28
_CONTEXT = b"penfriend/token/1/"
_BLOCK = 64
"""Bytes that SHA-256 takes at a time."""

Keys = bytes | Sequence[bytes]
"""One key or several, newest first; at least 16 bytes each."""


def sign(claim: Claim, keys: Keys) -> str:
    """The token of a claim, signed with the first key. Raises ValueError for a negative or oversized
    number."""
    return _sign(claim, b"", key_list(keys)[0])


def read(token: str, purpose: Purpose, keys: Keys) -> Claim | None:
    """The claim of a token that one of the keys has signed for this purpose; None for everything else. Never
    raises."""
    found = _read(token, purpose, keys, _MAX_TOKEN)
    return found[0] if found is not None and not found[1] else None


def read_link(token: str, keys: Keys) -> tuple[Claim, str] | None:
    """The claim of the token of a tracked link, and the address that is signed with it; None for everything
    else. Never raises."""
    found = _read(token, Purpose.CLICK, keys, _MAX_LINK)
    return None if found is None else (found[0], found[1].decode("ascii", "replace"))


def _read(token: str, purpose: Purpose, keys: Keys, longest: int) -> tuple[Claim, bytes] | None:
    try:
        claim, address = _decode(token, longest)
    except (ValueError, IndexError, UnicodeError):
        return None
    if claim.purpose is not purpose:
        return None
    wanted = token.encode("ascii")
    right = [
        hmac.compare_digest(_sign(claim, address, key).encode("ascii"), wanted) for key in key_list(keys)
    ]
    return (claim, address) if any(right) else None


def key_list(keys: Keys) -> tuple[bytes, ...]:
    """The keys as a tuple. Raises ValueError where there is none or one is short."""
    found = (keys,) if isinstance(keys, bytes) else tuple(keys)
    if not found or any(len(key) < 16 for key in found):
        raise ValueError("a secret key has at least 16 bytes")
    return found


class Signer:
    """Signs the links of one mail that have the same purpose: HMAC-SHA256 (RFC 2104), from where the key has
    brought both hashes, which takes a third of the time of `hmac.digest`."""

    __slots__ = ("_begin", "_inner", "_outer")

    def __init__(self, purpose: Purpose, contact: int, message: int, key: bytes) -> None:
        self._inner, self._outer = _begun(key)
        self._begin = b"".join(
            (_key_id(key), _PURPOSES[purpose], write_number(contact), write_number(message))
        )

    def sign(self, value: int, address: bytes = b"") -> str:
        """The token with this value, and of a tracked link its address."""
        number = _SMALL[value] if 0 <= value <= 0x7F else write_number(value, _MAX_VALUE)
        body = self._begin + number + address
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(body)
        outer.update(inner.digest())
        raw = b2a_base64(body + outer.digest()[:_MAC_BYTES], newline=False)
        return raw.translate(_URL_SAFE, b"=").decode("ascii")


def _sign(claim: Claim, address: bytes, key: bytes) -> str:
    return Signer(claim.purpose, claim.contact, claim.message, key).sign(claim.value, address)


@lru_cache(maxsize=64)
def _begun(key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    """The two hashes of HMAC behind the key, the inner one behind our context as well."""
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))
    inner.update(_CONTEXT)
    return inner, outer


@lru_cache(maxsize=64)
def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:1]


_SMALL = [bytes((number,)) for number in range(0x80)]
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_PURPOSES = {purpose: purpose.value.encode("ascii") for purpose in Purpose}


def _decode(token: str, longest: int) -> tuple[Claim, bytes]:
    """What a token says, unproved. Raises ValueError, IndexError or UnicodeError."""
    if len(token) > longest:
        raise ValueError("too long")
    raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    body = raw[:-_MAC_BYTES]
    contact, at = read_number(body, 2)
    message, at = read_number(body, at)
    value, at = read_number(body, at, _MAX_VALUE)
    return Claim(Purpose(chr(body[1])), contact, message, value), body[at:]


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
