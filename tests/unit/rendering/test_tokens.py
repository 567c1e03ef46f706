"""Signed tokens: what is signed comes back, and nothing else does."""

from __future__ import annotations

import base64
import hmac
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.domain.tokens import Claim, Purpose
from penfriend.rendering.tokens import key_list, read, sign

NEW, OLD = b"n" * 32, b"o" * 32
CLAIM = Claim(Purpose.UNSUBSCRIBE, 12, 345, 0)
IDS = st.integers(0, 2**63 - 1)
CLAIMS = st.builds(Claim, st.sampled_from(Purpose), IDS, IDS, st.integers(0, 2**28 - 1))


@given(CLAIMS)
def test_what_is_signed_is_read_again(claim: Claim) -> None:
    assert read(sign(claim, NEW), claim.purpose, NEW) == claim


@given(CLAIMS)
def test_a_token_is_short_and_fits_into_an_address(claim: Claim) -> None:
    token = sign(claim, NEW)
    assert len(token) < 60
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.UNSUBSCRIBE])
def test_a_token_is_worth_nothing_for_another_purpose(purpose: Purpose) -> None:
    assert read(sign(CLAIM, NEW), purpose, NEW) is None


def test_every_changed_character_makes_a_token_worthless() -> None:
    token = sign(CLAIM, NEW)
    for at, character in enumerate(token):
        for other in "Ab0_-":
            if other != character:
                assert read(token[:at] + other + token[at + 1 :], CLAIM.purpose, NEW) is None


def test_a_token_has_one_spelling() -> None:
    token = sign(CLAIM, NEW)
    assert [read(token + end, CLAIM.purpose, NEW) for end in ("=", "==", "A", " ", "\n")] == [None] * 5


def test_the_first_key_signs_and_all_verify() -> None:
    old, new = sign(CLAIM, OLD), sign(CLAIM, [NEW, OLD])
    assert read(old, CLAIM.purpose, [NEW, OLD]) == CLAIM
    assert read(new, CLAIM.purpose, NEW) == CLAIM
    assert read(old, CLAIM.purpose, NEW) is None


@given(st.text() | st.text(alphabet=string.ascii_letters + string.digits + "-_", max_size=70))
def test_reading_anything_else_gives_nothing_and_never_raises(token: str) -> None:
    assert read(token, Purpose.SURVEY, NEW) is None


@pytest.mark.parametrize("keys", [b"short", [], [NEW, b"short"]])
def test_a_missing_or_short_key_is_refused(keys: bytes | list[bytes]) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        key_list(keys)


@pytest.mark.parametrize(
    "claim", [Claim(Purpose.VIEW, -1, 1), Claim(Purpose.VIEW, 1, 2**63), Claim(Purpose.VIEW, 1, 1, 2**28)]
)
def test_a_number_that_a_token_cannot_carry_is_refused(claim: Claim) -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        sign(claim, NEW)


@given(st.binary(min_size=16, max_size=100), st.integers(0, 2**60))
def test_a_token_ends_with_the_hmac_of_the_standard_library(key: bytes, message: int) -> None:
    raw = base64.urlsafe_b64decode(sign(Claim(Purpose.VIEW, 3, message), key) + "==")
    assert raw[-16:] == hmac.digest(key, b"penfriend/token/1/" + raw[:-16], "sha256")[:16]
