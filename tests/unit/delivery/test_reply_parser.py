"""SMTP replies out of bytes, however they are cut, and never more of them than the limits allow."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.delivery.reply_parser import (
    LONGEST_LINE,
    MOST_LINES,
    GarbageError,
    Reply,
    ReplyParser,
    one_line,
)


def parse(*pieces: bytes) -> list[Reply]:
    parser = ReplyParser()
    replies = []
    for piece in pieces:
        parser.feed(piece)
        while reply := parser.next_reply():
            replies.append(reply)
    return replies


@pytest.mark.parametrize(
    ("data", "reply"),
    [
        (b"250 Ok\r\n", Reply(250, ("Ok",))),
        (b"250 Ok\n", Reply(250, ("Ok",))),
        (b"250\r\n", Reply(250, ("",))),
        (b"250-a.example\r\n250-SIZE 10\r\n250 HELP\r\n", Reply(250, ("a.example", "SIZE 10", "HELP"))),
        (b"250-\r\n250 \r\n", Reply(250, ("", ""))),
        (b"550 caf\xc3\xa9 \xff\r\n", Reply(550, ("caf\u00e9 \ufffd",))),
    ],
)
def test_a_reply_is_read(data: bytes, reply: Reply) -> None:
    assert parse(data) == [reply]


@given(st.lists(st.integers(0, 70), max_size=8))
def test_replies_do_not_depend_on_how_the_bytes_are_cut(cuts: list[int]) -> None:
    data = b"220 hello\r\n250-a\r\n250-PIPELINING\r\n250 b\r\n354 go\r\n250 2.0.0 Ok\r\n"
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[start:end] for start, end in pairwise(edges)]
    assert parse(*pieces) == parse(data)


@pytest.mark.parametrize(
    "data",
    [
        b"hello\r\n",
        b"\r\n",
        b"25 Ok\r\n",
        b"2500 Ok\r\n",
        b"250_Ok\r\n",
        b"150 Ok\r\n",
        b"650 Ok\r\n",
        b"250-a\r\n251 b\r\n",
        b"\x00\x00\x00\n",
        "\u0662\u0665\u0660 Ok\r\n".encode(),
    ],
)
def test_what_is_no_reply_is_garbage(data: bytes) -> None:
    with pytest.raises(GarbageError):
        parse(data)


def test_a_line_may_be_long_but_not_without_end() -> None:
    assert parse(b"250 " + b"x" * (LONGEST_LINE - 6) + b"\r\n")
    with pytest.raises(GarbageError, match="longer than 4096"):
        parse(b"250 " + b"x" * LONGEST_LINE)


def test_a_reply_may_have_many_lines_but_not_without_end() -> None:
    assert parse(b"250-x\r\n" * (MOST_LINES - 1) + b"250 x\r\n")
    with pytest.raises(GarbageError, match="more than 200 lines"):
        parse(b"250-x\r\n" * MOST_LINES)


def test_what_waits_is_seen() -> None:
    parser = ReplyParser()
    assert parser.empty
    for piece in (b"25", b"0-a\r\n", b"250"):
        parser.feed(piece)
        assert parser.next_reply() is None
        assert not parser.empty
    parser.feed(b" b\r\n")
    assert parser.next_reply()
    assert parser.empty


@pytest.mark.parametrize(
    ("reply", "enhanced"),
    [
        (Reply(550, ("5.1.1 Unknown user",)), "5.1.1"),
        (Reply(550, ("5.7.515 Access denied",)), "5.7.515"),
        (Reply(250, ("2.0.0",)), "2.0.0"),
        (Reply(550, ("5.01.010 Unknown user",)), "5.1.10"),
        (Reply(550, ("4.1.1 The class is another",)), None),
        (Reply(550, ("Unknown user 5.1.1",)), None),
        (Reply(550, ("5.1.1Unknown",)), None),
        (Reply(550, ("5.1 Unknown",)), None),
        (Reply(550, ("5.1.1000 Unknown",)), None),
        (Reply(550, ("",)), None),
    ],
)
def test_an_enhanced_code_is_read_at_the_head_of_the_text(reply: Reply, enhanced: str | None) -> None:
    assert reply.enhanced == enhanced


def test_the_text_of_a_reply_is_one_line_of_at_most_500_characters() -> None:
    reply = Reply(550, ("5.1.1 No\x1b[31m such", "5.1.1   user\u2028here", "x" * 900))
    assert reply.text.startswith("550 5.1.1 No [31m such user here xxx")
    assert len(reply.text) == 500
    assert reply.text.isprintable()


@given(st.text())
def test_one_line_is_printable_and_short(text: str) -> None:
    line = one_line(text)
    assert line == "" or line.isprintable()
    assert len(line) <= 500
