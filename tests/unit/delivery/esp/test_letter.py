"""A finished mail taken apart: nothing of it is lost, and what cannot be handed over is said."""

import pytest

from penfriend.delivery.esp.letter import NotHandedOver, mailbox, pieces_of

HEAD = b"From: a@shop.example\r\nTo: Ana <ana@people.example>\r\nSubject: Hello\r\n"


def test_names_are_read_and_quoted() -> None:
    content = b"From: =?utf-8?q?O=27Brien=2C_=22Joe=22?= <joe@shop.example>\r\n\r\nHello\r\n"
    assert pieces_of(content, "a@b.example").sender == '"O\'Brien, \\"Joe\\"" <joe@shop.example>'


def test_a_folded_header_is_one_line() -> None:
    content = b"From: a@shop.example\r\nSubject: one\r\n two\r\nX-Long: a\r\n\tb\r\n\r\nHello\r\n"
    pieces = pieces_of(content, "a@b.example")
    assert (pieces.subject, pieces.fields) == ("one two", (("X-Long", "a b"),))


def test_an_encoded_line_break_makes_no_header() -> None:
    content = b"From: a@shop.example\r\nSubject: =?utf-8?q?a=0D=0ABcc=3A_x=40y.example?=\r\n\r\nHello\r\n"
    assert pieces_of(content, "a@b.example").subject == "a Bcc: x@y.example"


def test_the_envelope_decides_who_gets_it() -> None:
    assert pieces_of(HEAD + b"\r\nHello\r\n", "eva@people.example").to == "eva@people.example"


def test_the_name_in_the_field_goes_with_its_own_address() -> None:
    assert pieces_of(HEAD + b"\r\nHello\r\n", "ana@people.example").to == '"Ana" <ana@people.example>'


def test_fields_of_the_provider_and_of_the_body_stay_here() -> None:
    names = (
        "Date Message-ID Received Return-Path Sender MIME-Version DKIM-Signature Bcc Cc "
        "Content-Transfer-Encoding"
    )
    own = "".join(f"{name}: x\r\n" for name in names.split()).encode()
    pieces = pieces_of(HEAD + own + b"X-Own: yes\r\n\r\nHello\r\n", "a@b.example")
    assert pieces.fields == (("X-Own", "yes"),)


def test_html_alone_is_html() -> None:
    pieces = pieces_of(HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>\xc3\xa9</p>", "a@b.example")
    assert (pieces.text, pieces.html) == (None, "<p>é</p>")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"To: a@b.example\r\n\r\nHello", "no single sender"),
        (b"From: a@b.example, c@d.example\r\n\r\nHello", "no single sender"),
        (HEAD + b"X-Odd: \xff\r\n\r\nHello", "not UTF-8"),
        (HEAD.replace(b"Hello", b"=?nonsense?q?a?=") + b"\r\nHello", "an encoding that nobody knows"),
        (HEAD + b"Content-Type: image/png\r\n\r\nHello", "a part of type image/png"),
        (HEAD + b"Content-Type: text/plain; charset=nonsense\r\n\r\nHello", "not in the encoding"),
        (HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xff", "not in the encoding"),
        (
            HEAD
            + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--",
            "a part of type text/plain beside",
        ),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b--", "a part of type multipart/mixed"),
    ],
)
def test_what_cannot_be_handed_over_is_said(content: bytes, says: str) -> None:
    with pytest.raises(NotHandedOver, match=says):
        pieces_of(content, "a@b.example")


def test_an_address_without_a_name_is_bare() -> None:
    assert mailbox("", "a@b.example") == "a@b.example"
