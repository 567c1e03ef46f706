"""Hashes of passwords, seals, and the codes of the second factor."""

from __future__ import annotations

import base64
import threading

import pytest

from penfriend.accounts import hashing
from penfriend.accounts.hashing import Hasher
from penfriend.accounts.sealing import Seals
from penfriend.accounts.totp import (
    CODES,
    STEP_SECONDS,
    address_of,
    grouped,
    new_recovery_codes,
    new_secret,
    picture_of,
    recovery_code,
    step_of,
)
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.timing import SECOND, Moment

KEYS = (b"the key of today, long enough", b"the key of before, long enough")
RFC_6238 = base64.b32encode(b"12345678901234567890").decode()
"""The secret of RFC 6238, appendix B."""


def at(seconds: int) -> Moment:
    return Moment(seconds * SECOND)


def test_a_password_is_kept_as_argon2id_with_the_costs_of_rfc_9106() -> None:
    kept = Hasher().hash("walnut ladder seventeen")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert kept != Hasher().hash("walnut ladder seventeen"), "each has a salt of its own"


def test_a_password_is_right_in_every_way_of_typing_it_and_no_other_is() -> None:
    hasher = Hasher(cheap=True)
    kept = hasher.hash("caf\u00e9 au lait, s'il vous pla\u00eet")
    assert hasher.verify(kept, "cafe\u0301 au lait, s'il vous plai\u0302t")
    assert not hasher.verify(kept, "cafe au lait, s'il vous plait")
    assert not hasher.verify("no hash at all", "x")


def test_nobodys_password_is_checked_as_somebodys_is() -> None:
    hasher = Hasher(cheap=True)
    assert not hasher.verify(None, "\0")
    assert hasher.outdated(Hasher().hash("x"))
    assert not hasher.outdated(hasher.hash("x"))


def test_only_so_many_passwords_are_checked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "WAIT_SECONDS", 0.01)
    hasher = Hasher(cheap=True)
    taken = [hasher._turn() for _ in range(hashing.AT_ONCE)]
    for turn in taken:
        turn.__enter__()
    with pytest.raises(StoreUnavailable):
        hasher.verify(None, "x")
    for turn in taken:
        turn.__exit__(None, None, None)
    assert not hasher.verify(None, "x")


def test_what_is_sealed_opens_for_its_purpose_alone() -> None:
    seals = Seals(KEYS)
    sealed = seals.seal("a secret", "totp/1")
    assert seals.open(sealed, "totp/1") == "a secret"
    assert seals.open(sealed, "totp/2") is None
    assert "secret" not in sealed
    assert sealed != seals.seal("a secret", "totp/1")


def test_a_former_key_still_opens_and_a_strange_one_does_not() -> None:
    sealed = Seals(KEYS[1:]).seal("a secret", "totp/1")
    assert Seals(KEYS).open(sealed, "totp/1") == "a secret"
    assert Seals(KEYS[:1]).open(sealed, "totp/1") is None


def test_no_bit_of_what_is_sealed_can_be_turned() -> None:
    seals = Seals(KEYS)
    sealed = seals.seal("a secret", "totp/1")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for place, letter in enumerate(sealed):
        for other in (letters[(letters.index(letter) + 1) % 64], letters[letters.index(letter) ^ 32]):
            assert seals.open(sealed[:place] + other + sealed[place + 1 :], "totp/1") is None


@pytest.mark.parametrize("nonsense", ["", "a", "\u00e9", "====", "A" * 10_000, "a b", "\0"])
def test_nonsense_opens_nothing_and_raises_nothing(nonsense: str) -> None:
    assert Seals(KEYS).open(nonsense, "totp/1") is None
    assert not Seals(KEYS).is_marked(nonsense, "text", "form")


def test_a_mark_is_of_its_text_and_purpose() -> None:
    seals = Seals(KEYS)
    mark = seals.mark("session/1", "form")
    assert seals.is_marked(mark, "session/1", "form")
    assert not seals.is_marked(mark, "session/2", "form")
    assert not seals.is_marked(mark, "session/1", "browser")
    assert Seals(KEYS).is_marked(Seals(KEYS[1:]).mark("x", "form"), "x", "form"), "of a former key"


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (2000000000, "279037")]
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert step_of(code, RFC_6238, at(seconds)) == seconds // STEP_SECONDS


def test_a_code_is_good_one_step_later() -> None:
    assert [step_of("287082", RFC_6238, at(second)) for second in (30, 59, 60, 89, 90)] == [
        1,
        1,
        1,
        1,
        None,
    ]


@pytest.mark.parametrize("code", ["", "28708", "2870822", "28708a", "\u0662\u0668\u0667\u0660\u0668\u0662"])
def test_what_is_no_code(code: str) -> None:
    assert step_of(code, RFC_6238, at(59)) is None


def test_a_code_is_good_one_step_early() -> None:
    assert step_of("081804", RFC_6238, at(1111111109 - STEP_SECONDS)) == 1111111109 // STEP_SECONDS
    assert step_of("081804", RFC_6238, at(1111111109 - 2 * STEP_SECONDS)) is None


def test_a_code_may_be_typed_with_its_space() -> None:
    assert step_of(" 287 082", RFC_6238, at(59)) == 1


def test_recovery_codes_are_all_different_and_forgiving_to_type() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == CODES
    assert recovery_code(codes[0].upper().replace("-", " ")) == codes[0]
    assert recovery_code(codes[0][:-1]) is None
    assert recovery_code("287082") is None


def test_the_secret_is_shown_as_text_and_as_a_picture_without_styles() -> None:
    secret = new_secret()
    assert grouped(secret).replace(" ", "") == secret
    address = address_of(secret, "anna", "Penfriend Acorn & Oak")
    assert address.startswith(f"otpauth://totp/Penfriend%20Acorn%20%26%20Oak:anna?secret={secret}")
    picture = picture_of(address)
    assert picture.startswith("<svg")
    assert "style" not in picture


def test_seals_can_be_used_by_many_threads() -> None:
    seals = Seals(KEYS)
    wrong: list[str | None] = []

    def work() -> None:
        opened = [seals.open(seals.seal("x", "p"), "p") for _ in range(50)]
        wrong.extend(one for one in opened if one != "x")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert wrong == []
