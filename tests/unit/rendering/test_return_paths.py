"""Return paths with a token: what was signed is read again, nothing else is, and all fit into an envelope."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.domain.definitions import Brand
from penfriend.domain.delivery import Email
from penfriend.rendering import TemplateRenderer
from penfriend.rendering.return_paths import Returned, has_token, read_return_path, return_path
from tests.unit.rendering.letters import BRAND, DEFINITIONS, letter, text_letter

NEW, OLD = b"n" * 32, b"o" * 32
BACK = "bounces@mail.acorn.example"
LONG = "bounces-of-the-acorn@mail.acorn.example"  # as long as `brand.return_path` may be
IDS = st.integers(0, 2**49 - 1)
RETURNED = Returned(12, 345)
MADE = return_path(BACK, RETURNED, NEW)


@given(st.builds(Returned, IDS, IDS))
def test_what_is_signed_is_read_again_in_any_case(returned: Returned) -> None:
    made = return_path(BACK, returned, NEW)
    assert [read_return_path(one, NEW) for one in (made, made.lower(), made.upper())] == [returned] * 3


@given(st.builds(Returned, IDS, IDS))
def test_a_return_path_fits_into_an_envelope(returned: Returned) -> None:
    local = return_path(LONG, returned, NEW).rpartition("@")[0]
    assert len(local) <= 64
    assert local.isascii()


@pytest.mark.parametrize(
    ("letter", "twin"), [("s", "\N{LATIN SMALL LETTER LONG S}"), ("k", "\N{KELVIN SIGN}")]
)
def test_letters_that_only_become_ours_are_no_token(letter: str, twin: str) -> None:
    """Upper or lower case makes ASCII of them: such an address is not ours, and trips nobody."""
    made = (return_path("x@y.example", Returned(number, number), NEW) for number in range(200))
    forged = [one.replace(letter, twin, 1) for one in made if letter in one]
    assert forged
    assert [read_return_path(one, NEW) for one in forged] == [None] * len(forged)


def test_every_changed_character_makes_it_worthless() -> None:
    start = len("bounces+")
    for at in range(start, MADE.index("@")):
        for other in "abyz27":
            if other != MADE[at]:
                assert read_return_path(MADE[:at] + other + MADE[at + 1 :], NEW) is None


def test_a_token_has_one_spelling() -> None:
    local, _, domain = MADE.rpartition("@")
    assert [read_return_path(f"{local}{end}@{domain}", NEW) for end in ("a", "aaaaaaaa", "=")] == [None] * 3


def test_the_separator_and_the_name_before_it_are_the_servers_matter() -> None:
    assert read_return_path(MADE.replace("bounces+", "other="), NEW) == RETURNED


def test_the_first_key_signs_and_all_verify() -> None:
    assert read_return_path(return_path(BACK, RETURNED, OLD), [NEW, OLD]) == RETURNED
    assert read_return_path(return_path(BACK, RETURNED, [NEW, OLD]), NEW) == RETURNED
    assert read_return_path(return_path(BACK, RETURNED, OLD), NEW) is None


@given(st.text() | st.from_regex(r"bounces\+[a-z2-7]{18,42}@x\.example", fullmatch=True))
def test_reading_anything_else_gives_nothing_and_never_raises(address: str) -> None:
    assert read_return_path(address, NEW) is None


@pytest.mark.parametrize(
    ("address", "looks"),
    [(MADE, True), (f"x+{'a' * 32}@y.example", True), (BACK, False), ("ann+x@y.example", False)],
)
def test_what_looks_like_a_token_is_told_from_what_does_not(address: str, looks: bool) -> None:
    assert has_token(address) is looks


def made(brand: Brand, *keys: bytes) -> Email:
    definitions = replace(DEFINITIONS, brand=brand)
    files = {"welcome/hello.mjml": text_letter("Hello")}
    return TemplateRenderer(files, definitions, keys or (NEW,), 1).render(letter())


def test_a_mail_leaves_from_its_own_return_path() -> None:
    email = made(replace(BRAND, return_path=BACK))
    one = letter()
    assert read_return_path(email.envelope_from, NEW) == Returned(one.contact, one.message)
    assert email.envelope_from.startswith("bounces+")
    assert email.envelope_from.encode() not in email.content  # a receiving server writes Return-Path


def test_without_one_it_leaves_from_the_sender() -> None:
    assert made(BRAND).envelope_from == "hello@mail.acorn.example"


def test_the_bytes_are_the_same_with_and_without() -> None:
    assert made(BRAND).content == made(replace(BRAND, return_path=BACK)).content


def test_a_copy_made_after_a_new_key_leaves_from_the_same_return_path() -> None:
    brand = replace(BRAND, return_path=BACK)
    first = made(brand, OLD)
    files = {"welcome/hello.mjml": text_letter("Hello")}
    renderer = TemplateRenderer(files, replace(DEFINITIONS, brand=brand), (NEW, OLD), 1)
    assert renderer.render(replace(letter(), digest=first.digest)).envelope_from == first.envelope_from
