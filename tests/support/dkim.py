"""Keys that sign mail, made for the tests, and other software (dkimpy) that looks at the signatures."""

from __future__ import annotations

from base64 import b64encode
from functools import cache

import dkim
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

PrivateKey = RSAPrivateKey | Ed25519PrivateKey


@cache
def rsa_key(bits: int = 2048, number: int = 0) -> RSAPrivateKey:
    """An RSA key, the same each time it is asked for."""
    return generate_private_key(65537, bits)


@cache
def ed25519_key() -> Ed25519PrivateKey:
    """An Ed25519 key, the same each time it is asked for."""
    return Ed25519PrivateKey.generate()


def pem(key: PrivateKey) -> str:
    """As `openssl genpkey` writes it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def record(key: PrivateKey) -> str:
    """What stands in the DNS."""
    public = key.public_key()
    if isinstance(key, Ed25519PrivateKey):
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k=ed25519; p={b64encode(raw).decode()}"
    raw = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={b64encode(raw).decode()}"


def is_signed(content: bytes, records: dict[str, str], number: int = 0) -> bool:
    """Whether the signature of that number, from above, holds."""

    def lookup(name: bytes, timeout: int = 5) -> str | None:
        return records.get(name.decode().rstrip("."))

    try:
        return bool(dkim.DKIM(content).verify(idx=number, dnsfunc=lookup))
    except dkim.ValidationError:
        return False


def tags(content: bytes) -> dict[str, str]:
    """The tags of the uppermost signature."""
    head = content.split(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").split(b"\r\n")[0]
    assert head.startswith(b"DKIM-Signature: ")
    pairs = (tag.split("=", 1) for tag in head.decode().removeprefix("DKIM-Signature: ").split("; "))
    return {name.strip(): value.replace(" ", "") for name, value in pairs}
