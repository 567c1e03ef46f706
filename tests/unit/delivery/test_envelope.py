"""What no transport lets out, and the dots that a body gets on its way."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.delivery.envelope import LONGEST_ADDRESS, dot_stuffed, refusal
from penfriend.testing import make_email


@pytest.mark.parametrize(
    "address",
    [
        "a b@people.example",
        "a\tb@people.example",
        "a\r\nDATA@people.example",
        "a\x00@people.example",
        "a\x7f@people.example",
        "a\x85@people.example",
        "a\u00a0b@people.example",
        "a\u2028b@people.example",
        "a\ud800b@people.example",
        "a@people.example>",
        "<a@people.example",
        "a" * LONGEST_ADDRESS + "@people.example",
    ],
)
@pytest.mark.parametrize("whose", ["recipient", "envelope sender"])
def test_an_address_that_could_be_a_command_is_refused(whose: str, address: str) -> None:
    to_it, from_it = make_email(to=address), replace(make_email(), envelope_from=address)
    result = refusal(to_it if whose == "recipient" else from_it)
    assert result is not None
    assert f"the {whose} " in result.text
    assert result.text.isprintable()


@pytest.mark.parametrize(
    "address", ["a@people.example", "żółw@people.example", "o'neil+x=y@people.example", "x"]
)
def test_an_address_of_printable_characters_is_let_out(address: str) -> None:
    assert refusal(make_email(to=address)) is None


def test_a_sender_may_be_empty_and_a_recipient_may_not() -> None:
    assert refusal(replace(make_email(), envelope_from="")) is None
    assert refusal(make_email(to="")) is not None


def test_an_empty_mail_is_refused() -> None:
    assert refusal(replace(make_email(), content=b"")) is not None


@given(st.lists(st.sampled_from([b"\r\n", b"\r", b"\n", b".", b"x"]), max_size=12))
def test_every_cr_and_lf_must_be_part_of_a_pair(parts: list[bytes]) -> None:
    content = b"x" + b"".join(parts)
    bare = content.replace(b"\r\n", b"")
    assert (refusal(replace(make_email(), content=content)) is None) == (
        b"\r" not in bare and b"\n" not in bare
    )


@given(st.lists(st.sampled_from([b"\r\n", b".", b"x"]), min_size=1, max_size=12))
def test_a_stuffed_body_ends_once_and_reads_back_as_it_was(parts: list[bytes]) -> None:
    content = b"".join(parts)
    lines = dot_stuffed(replace(make_email(), content=content)).split(b"\r\n")
    assert lines[-2:] == [b".", b""]
    assert b"." not in lines[:-2]
    unstuffed = b"\r\n".join(line.removeprefix(b".") for line in lines[:-2]) + b"\r\n"
    assert unstuffed == (content if content.endswith(b"\r\n") else content + b"\r\n")
