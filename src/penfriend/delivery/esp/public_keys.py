"""Signatures of others checked by their public keys: RSA (Amazon SNS, Postal) and ECDSA (SendGrid). Beside
`penfriend.delivery.dkim_keys`, which signs, the only home of `cryptography`.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from penfriend.domain.errors import SettingError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    RsaKey = RSAPublicKey

Digest = Literal["sha1", "sha256"]
SHORTEST_RSA = 1024
"""Bits; Postal's own keys have so many by default."""


_ARMOUR = re.compile(r"-----[A-Z ]+-----")


def _der(text: str) -> bytes:
    return base64.b64decode("".join(_ARMOUR.sub("", text).split()), validate=True)


def read_rsa(setting: str, text: str) -> RSAPublicKey:
    """A public key in base64, as the provider shows it. Raises SettingError."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    key = _read(setting, text)
    if not isinstance(key, RSAPublicKey) or key.key_size < SHORTEST_RSA:
        raise SettingError(f"{setting}: the key is not a public RSA key in base64")
    return key


def read_ecdsa(setting: str, text: str) -> EllipticCurvePublicKey:
    """The same for elliptic curves. Raises SettingError."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    key = _read(setting, text)
    if not isinstance(key, EllipticCurvePublicKey):
        raise SettingError(f"{setting}: the key is not a public ECDSA key in base64")
    return key


def _read(setting: str, text: str) -> object:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        return load_der_public_key(_der(text))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        raise SettingError(f"{setting}: the key is not a public key in base64") from None


def rsa_signed(key: RSAPublicKey, signature: str, message: bytes, digest: Digest) -> bool:
    """Whether `signature`, in base64, is of this message (PKCS #1 v1.5)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    # SHA-1 is what Amazon's SignatureVersion 1 and Postal sign with; neither leaves us the choice
    algorithm = hashes.SHA256() if digest == "sha256" else hashes.SHA1()  # noqa: S303
    try:
        key.verify(base64.b64decode(signature, validate=True), message, padding.PKCS1v15(), algorithm)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def ecdsa_signed(key: EllipticCurvePublicKey, signature: str, message: bytes) -> bool:
    """Whether `signature`, in base64, is of this message (SHA-256)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        key.verify(base64.b64decode(signature, validate=True), message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def key_of_certificate(pem: bytes, now: datetime) -> RSAPublicKey | None:
    """The RSA key of a certificate that is valid now; None where it is no such thing."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key = certificate.public_key()
        valid = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
    except ValueError:
        return None
    return key if valid and isinstance(key, RSAPublicKey) and key.key_size >= 2 * SHORTEST_RSA else None
