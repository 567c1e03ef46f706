"""The private keys of DKIM: read from PEM, for RSA-SHA256 (RFC 6376) and Ed25519-SHA256 (RFC 8463). With
`penfriend.delivery.esp.public_keys` the only home of `cryptography`.

A signature by RSA in pure Python takes twelve times as long.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from penfriend.domain.dkim import Dkim
from penfriend.domain.dkim_record import PublicHalf

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

SHORTEST_RSA = 1024
"""Bits; receivers must ignore signatures by shorter keys (RFC 8301 3.2)."""
GOOD_RSA = 2048
"""Bits that a signer should have (RFC 8301 3.2)."""
LONGEST_RSA = 4096
"""Bits that every receiver can check (RFC 8301 3.2)."""
LONGEST_FILE = 20_000
"""Bytes; the PEM of an RSA key of 4096 bits has 3,300."""


class KeyUnusable(Exception):
    """A key that cannot sign; says why, in a clause without a full stop."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, ready to sign."""

    algorithm: str
    """The a= of the signature."""
    sign: Callable[[bytes], bytes] = field(repr=False)
    """From what is signed to the raw signature; the same bytes give the same signature."""
    bits: int | None = None
    """The length of an RSA key."""


def read_pem(dkim: Dkim, folder: Path) -> bytes:
    """The PEM of a key. Raises KeyUnusable where its file cannot be read."""
    if dkim.file is None:
        return dkim.key.encode()
    path = folder / dkim.file
    try:
        if not path.is_file():  # a pipe or a device is not waited for
            raise KeyUnusable(f'there is no file "{dkim.file}"')
        with path.open("rb") as file:
            return file.read(LONGEST_FILE)
    except OSError as error:
        raise KeyUnusable(f'the file "{dkim.file}" cannot be read ({error.strerror})') from None


def load_key(pem: bytes) -> SigningKey:
    """The key of a PEM. Raises KeyUnusable where it is none, is locked, or of another kind."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    key = _private(pem)
    if isinstance(key, RSAPrivateKey):
        return SigningKey("rsa-sha256", _rsa(key), key.key_size)
    # RFC 8463 3: the hash is signed, not the text
    return SigningKey("ed25519-sha256", lambda data: key.sign(hashlib.sha256(data).digest()))


def public_half(pem: bytes) -> PublicHalf:
    """What of a PEM's key stands in the DNS. Raises KeyUnusable."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = _private(pem)
    public = key.public_key()
    if isinstance(key, RSAPrivateKey):
        formats = (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1)
        return PublicHalf("rsa", *(public.public_bytes(Encoding.DER, one) for one in formats))
    return PublicHalf("ed25519", public.public_bytes(Encoding.Raw, PublicFormat.Raw))


def _private(pem: bytes) -> RSAPrivateKey | Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if b"PUBLIC KEY-----" in pem:
        raise KeyUnusable("it is a public key, and the private one signs")
    try:
        key = load_pem_private_key(pem, None)
    except TypeError:
        raise KeyUnusable("it is locked with a passphrase; give it without one") from None
    except (ValueError, UnsupportedAlgorithm):
        raise KeyUnusable("it is no private key in PEM") from None
    if isinstance(key, RSAPrivateKey):
        if not SHORTEST_RSA <= key.key_size <= LONGEST_RSA:
            raise KeyUnusable(
                f"it has {key.key_size} bits, and receivers take RSA of {SHORTEST_RSA} to {LONGEST_RSA}"
            )
        return key
    if isinstance(key, Ed25519PrivateKey):
        return key
    raise KeyUnusable("it is neither RSA nor Ed25519")


def _rsa(key: RSAPrivateKey) -> Callable[[bytes], bytes]:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    padding, digest = PKCS1v15(), SHA256()
    return lambda data: key.sign(data, padding, digest)
