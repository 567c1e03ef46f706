"""Addresses and secrets are taken out of any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.domain.masking import forms_of, hide, mask_addresses, secrets_in


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("550 5.1.1 <ann@post.example>: no such user", "550 5.1.1 <a***@post.example>: no such user"),
        ("to:ann.o'neill+x@post.example,bob@b.example", "to:a***@post.example,b***@b.example"),
        ('"ann of the mill"@post.example', "a***@post.example"),
        ("Key (email)=(ann@post.example) already exists", "Key (email)=(a***@post.example) already exists"),
        ("ann%40post.example", "a***@post.example"),
        (
            "GET /v1/contacts/ann@post.example?x=%3Cbob%40b.example",
            "GET /v1/contacts/a***@post.example?x=%***@b.example",
        ),
        ("zażółć@pocztą.example", "z***@pocztą.example"),
        ("ann@[192.0.2.1]", "a***@[192.0.2.1]"),
        (
            "postgresql://penfriend@db.example/penfriend: away",
            "postgresql://penfriend@db.example/penfriend: away",
        ),
        ("nobody @ home", "nobody @ home"),
        ("pf_abcdefgh_" + "x" * 43, "pf_abcdefgh_..."),
    ],
)
def test_an_address_keeps_its_first_letter_and_its_domain(text: str, masked: str) -> None:
    assert mask_addresses(text) == masked


@given(
    st.from_regex(r"[a-z][a-z0-9._+-]{2,20}[a-z0-9]", fullmatch=True),
    st.sampled_from(["", "<", "to=", "RCPT TO:<", "('", '"', "\n", "mailto:", ", ", "\t", "[", "x: "]),
)
def test_no_local_part_is_left(local: str, before: str) -> None:
    text = mask_addresses(f"{before}{local}@post.example> and so on")
    assert local not in text
    assert "@post.example" in text


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("smtp://user:pa%2Fss@relay.example:587?tls=require&rate=50/s", ["pa%2Fss"]),
        ("anymail+postmark://?server_token=abc-def&rate=2/s", ["abc-def"]),
        ("postgresql://penfriend@db.example/penfriend", []),
        ("postgresql://penfriend:hunter22@db.example/penfriend", ["hunter22"]),
        ("sqlite:///penfriend.db", []),
        ("https://[broken", ["https://[broken"]),
    ],
)
def test_what_is_secret_in_an_address(url: str, secrets: list[str]) -> None:
    assert list(secrets_in(url)) == secrets


def test_a_secret_is_hidden_in_each_of_its_forms() -> None:
    forms = forms_of(["pa/ss wörd", "short"])
    for form in ("pa/ss wörd", "pa%2Fss%20w%C3%B6rd", "pa%2Fss+w%C3%B6rd"):
        assert hide(f"login {form} refused", forms) == "login [secret] refused"
    assert hide("a short story", forms) == "a short story"


def test_the_longer_of_two_secrets_is_hidden_whole() -> None:
    assert hide("x secret-and-more y", forms_of(["secret", "secret-and-more"])) == "x [secret] y"
