"""Header fields: what is written is read again, and nothing ends a field early."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.domain.errors import RenderFailed
from penfriend.rendering.headers import mail_address, mailbox_field, one_line, text_field

NAUGHTY = [
    "Zoë ❤️",
    "नमस्ते दुनिया",
    "مرحبًا بالعالم",
    "a\u00a0b",
    'say "hi"',
    "back\\slash",
    "=?utf-8?q?a=0D=0ABcc=3A_x=40y.example?=",
    "x\r\nBcc: eve@evil.example",
    "x\nBcc: eve@evil.example",
    "nul\x00",
    "line\u2028sep",
    "nel\x85x",
    "\ud800",
    "👨‍👩‍👧‍👦" * 20,
    "word " * 80,
    "w" * 300,
    "a=?b?=c",
    "comma, semicolon; <angle>",
    "",
    "  spaces  inside  ",
]


def read_back(field: bytes) -> EmailMessage:
    message = message_from_bytes(field + b"\r\n", policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize("text", NAUGHTY)
def test_a_text_field_reads_as_it_was_written(text: str) -> None:
    line = one_line(text)
    message = message_from_bytes(text_field("Subject", line) + b"\r\n")
    assert message.keys() == ["Subject"]
    assert str(make_header(decode_header(message["Subject"].replace("\r\n", "")))) == line


@given(st.text(max_size=200))
def test_any_text_makes_one_field_of_short_ascii_lines(text: str) -> None:
    field = text_field("Subject", one_line(text))
    lines = field.split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= 76 and line.isascii() for line in lines)
    assert all(line.startswith(b" ") and line.strip() for line in lines[1:])
    assert b"\r" not in field.replace(b"\r\n", b"")
    assert b"\n" not in field.replace(b"\r\n", b"")


@pytest.mark.parametrize("name", NAUGHTY)
def test_a_display_name_adds_no_header_and_no_address(name: str) -> None:
    message = read_back(mailbox_field("To", name, "ann@shop.example"))
    assert message.keys() == ["To"]
    assert [address.addr_spec for address in message["To"].addresses] == ["ann@shop.example"]


def test_a_display_name_is_read_again_as_it_was() -> None:
    for name in ("Ann", 'Ann "Bee" O\'Neil', "Zoë ❤️", "back\\slash", "Doe, Ann"):
        message = read_back(mailbox_field("To", name, "ann@shop.example"))
        assert message["To"].addresses[0].display_name == name


def test_a_display_name_that_looks_like_an_address_is_left_out() -> None:
    assert mailbox_field("To", "ceo@bank.example", "ann@shop.example") == b"To: <ann@shop.example>\r\n"


def test_an_encoded_word_does_not_split_an_emoji_family() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    words = [
        part for part, _ in decode_header(text_field("Subject", family * 6)[9:].decode().replace("\r\n", ""))
    ]
    assert (
        b"".join(word if isinstance(word, bytes) else word.encode() for word in words).decode() == family * 6
    )
    for line in text_field("Subject", family * 6).split(b"\r\n")[:-1]:
        word = str(make_header(decode_header(line.decode().partition("=?")[2].join(["=?", ""]))))
        assert not word.startswith(("\u200d", "\ufe0f"))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "ann@",
        "@shop.example",
        "a b@shop.example",
        "ann@shop.example\r\nBcc: eve@evil.example",
        "ann@shop.example,eve@evil.example",
        "ann@[127.0.0.1]",
        "<ann@shop.example>",
        "ann@shop..example",
        "ann@-shop.example",
        "x" * 65 + "@shop.example",
        "ann@shop.example\x00",
        "\ud800@shop.example",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(RenderFailed):
        mail_address(address)


def test_a_domain_in_another_script_goes_over_the_wire_in_ascii() -> None:
    assert mail_address("ann@bücher.example") == ("ann@xn--bcher-kva.example", False)


def test_a_local_part_in_another_script_needs_smtputf8() -> None:
    assert mail_address("zoë@shop.example") == ("zoë@shop.example", True)
