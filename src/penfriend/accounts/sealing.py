"""What is sealed with the house's key (PENFRIEND_SECRET_KEY): read and made by nobody else.

AES-256-GCM with a key derived by HKDF for each purpose and owner, so that what is sealed for one is nothing
in the place of another. Several keys may be given: the first seals, all open.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

_NONCE_BYTES = 12
_CONTEXT = b"penfriend/sealed/1/"
LONGEST = 8_192
"""Characters of something sealed."""


class Seals:
    """Seals and opens. `purpose` says for what and for whom: `totp/17`."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def seal(self, text: str, purpose: str) -> str:
        """The text, sealed: URL-safe characters."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE_BYTES)
        box = AESGCM(_derived(self._keys[0], purpose)).encrypt(nonce, text.encode(), None)
        return urlsafe_b64encode(nonce + box).decode("ascii").rstrip("=")

    def open(self, sealed: str, purpose: str) -> str | None:
        """The text; None for what is not whole, is not ours, or was sealed for something else. Never
        raises."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        raw = _bytes_of(sealed)
        if raw is None or len(raw) <= _NONCE_BYTES:
            return None
        for key in self._keys:
            try:
                found = AESGCM(_derived(key, purpose)).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None)
            except InvalidTag:
                continue
            return found.decode("utf-8", "replace")
        return None

    def mark(self, text: str, purpose: str) -> str:
        """What only we can say about a text, in 64 characters: HMAC-SHA256."""
        return hmac.new(_derived(self._keys[0], purpose), text.encode(), hashlib.sha256).hexdigest()

    def is_marked(self, mark: str, text: str, purpose: str) -> bool:
        """Whether one of the keys has made this mark of the text. Takes the same time for every mark."""
        given = mark.encode("utf-8", "replace")
        found = [
            hmac.compare_digest(
                hmac.new(_derived(key, purpose), text.encode(), hashlib.sha256).hexdigest().encode(), given
            )
            for key in self._keys
        ]
        return any(found)


def _derived(key: bytes, purpose: str) -> bytes:
    """HKDF-SHA256 (RFC 5869) without salt, one block: 32 bytes."""
    extracted = hmac.new(bytes(32), key, hashlib.sha256).digest()
    return hmac.new(extracted, _CONTEXT + purpose.encode() + b"\x01", hashlib.sha256).digest()


def _bytes_of(sealed: str) -> bytes | None:
    """The bytes of a text in the one way of writing them that we use."""
    if len(sealed) > LONGEST:
        return None
    try:
        raw = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    except (binascii.Error, ValueError, UnicodeError):
        return None
    return raw if urlsafe_b64encode(raw).decode("ascii").rstrip("=") == sealed else None
