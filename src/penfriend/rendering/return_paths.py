"""Return paths that say which mail they are of (VERP): `bounces+TOKEN@mail.shop.example`. What is sent there
is about that mail, and nobody else can make such an address.

A token is the key's id (1 byte), contact and message (variable length), and the first 10 bytes of an
HMAC-SHA256 over them, in base32 of lower case, since servers on the way may change the case of an address; at
most 40 characters. With a `brand.return_path` of at most 20 before the @ all of it keeps within the 64 of
RFC 5321 (4.5.3.1.1).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32decode, b32encode
from dataclasses import dataclass

from penfriend.rendering.tokens import Keys, key_list, read_number, write_number

_MAC_BYTES = 10
"""80 bits: to try them all, 2^80 mails would have to be sent to us."""
_MAX_NUMBER = 2**49
_CONTEXT = b"penfriend/return-path/1/"
_TOKEN = re.compile(r"(?ai)[^@]+[+=-]([a-z2-7]{20,40})@[^@]+")


@dataclass(frozen=True, slots=True)
class Returned:
    """Whom and what a return path is of: our ids."""

    contact: int
    message: int


def return_path(address: str, returned: Returned, keys: Keys) -> str:
    """`address` with a token signed by the first key. Raises ValueError for a number that is no id."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{_sign(returned, key_list(keys)[0])}@{domain}"


def has_token(address: str) -> bool:
    """Whether there is what looks like a token in an address, right or wrong."""
    return _TOKEN.fullmatch(address) is not None


def read_return_path(address: str, keys: Keys) -> Returned | None:
    """What a return path is of, where one of the keys has signed it; None for all else. Never raises."""
    found = _TOKEN.fullmatch(address)
    if found is None:
        return None
    token = found.group(1).lower()
    try:
        raw = b32decode(token.upper() + "=" * (-len(token) % 8))
        contact, at = read_number(raw, 1)
        message, _ = read_number(raw, at)
    except (ValueError, IndexError):
        return None
    returned = Returned(contact, message)
    if max(contact, message) >= _MAX_NUMBER:
        return None
    right = [hmac.compare_digest(_sign(returned, key), token) for key in key_list(keys)]
    return returned if any(right) else None


def _sign(returned: Returned, key: bytes) -> str:
    numbers = write_number(returned.contact, _MAX_NUMBER) + write_number(returned.message, _MAX_NUMBER)
    body = hashlib.sha256(key).digest()[:1] + numbers
    mac = hmac.digest(key, _CONTEXT + body, "sha256")[:_MAC_BYTES]
    return b32encode(body + mac).rstrip(b"=").decode("ascii").lower()
