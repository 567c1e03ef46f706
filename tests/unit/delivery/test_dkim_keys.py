"""Keys from PEM: what can sign, and in words why another cannot."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from penfriend.delivery.dkim_keys import KeyUnusable, load_key, read_pem
from penfriend.domain.dkim import Dkim
from tests.support.dkim import ed25519_key, pem, rsa_key

PLAIN = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_keys_of_both_kinds_are_ready_to_sign() -> None:
    assert load_key(pem(rsa_key()).encode()).algorithm == "rsa-sha256"
    assert load_key(pem(rsa_key(1024)).encode()).bits == 1024
    assert load_key(pem(ed25519_key()).encode()).algorithm == "ed25519-sha256"


def test_the_older_form_of_an_rsa_key_is_read() -> None:
    old = rsa_key().private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    assert load_key(old).bits == 2048


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
            "it is locked with a passphrase; give it without one",
        ),
        (
            rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            "it is a public key, and the private one signs",
        ),
        (generate_private_key(SECP256R1()).private_bytes(*PLAIN), "it is neither RSA nor Ed25519"),
        (pem(rsa_key()).encode()[:300], "it is no private key in PEM"),
        (b"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n", "it is no private key in PEM"),
        (b"\xff\x00", "it is no private key in PEM"),
        (b"", "it is no private key in PEM"),
    ],
    ids=["locked", "public", "EC", "cut off", "broken", "bytes", "empty"],
)
def test_what_cannot_sign_says_why(text: bytes, why: str) -> None:
    with pytest.raises(KeyUnusable) as caught:
        load_key(text)
    assert str(caught.value) == why


def test_a_file_lies_beside_the_campaigns_or_anywhere(tmp_path: Path) -> None:
    (tmp_path / "dkim.pem").write_text("text")
    assert read_pem(Dkim("a.example", "s", "dkim.pem"), tmp_path) == b"text"
    assert read_pem(Dkim("a.example", "s", str(tmp_path / "dkim.pem")), Path("/elsewhere")) == b"text"


@pytest.mark.parametrize(
    ("name", "why"), [("none.pem", "there is no file"), ("folder.pem", "there is no file")]
)
def test_a_file_that_is_none_says_so(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "folder.pem").mkdir()
    os.mkfifo(tmp_path / "pipe.pem")  # it is not waited for
    for one in (name, "pipe.pem"):
        with pytest.raises(KeyUnusable) as caught:
            read_pem(Dkim("a.example", "s", one), tmp_path)
        assert str(caught.value) == f'{why} "{one}"'
