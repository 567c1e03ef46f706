"""The address that is signed in a tracked link: the one that a browser would have read."""

from __future__ import annotations

import pytest

from penfriend.rendering.tracked import Trackable, as_browsers_read

BASE = "https://acorn.example"


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("https://a.example/?a=1&amp;b=2", "https://a.example/?a=1&b=2"),
        ("https://a.example/?a=1&b=2", "https://a.example/?a=1&b=2"),
        ("https://a.example/?a=1&copy=2", "https://a.example/?a=1&copy=2"),
        ("https://a.example/?a=1&copyright=2", "https://a.example/?a=1&copyright=2"),
        ("https://a.example/?a=1&copy;=2", "https://a.example/?a=1©=2"),
        ("https://a.example/?a=&lt", "https://a.example/?a=<"),
        ("https://a.example/?a=&#39;&#x22;&#34", 'https://a.example/?a=\'""'),
        ("https://a.example/?a=&nothing;", "https://a.example/?a=&nothing;"),
        ("https://a.example/?&&=&amp;amp;", "https://a.example/?&&=&amp;"),
        ("  https://a.example/\n\tx y \n", "https://a.example/x y"),
    ],
)
def test_an_address_is_read_as_browsers_read_it(written: str, read_as: str) -> None:
    assert as_browsers_read(written) == read_as


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://a.example/x y", b"https://a.example/x%20y"),
        ("https://a.example/\u00fc?q=\u2764\ufe0f", b"https://a.example/%C3%BC?q=%E2%9D%A4%EF%B8%8F"),
        ("https://a.example/\r\nSet-Cookie: a=b", b"https://a.example/Set-Cookie:%20a=b"),
        ("https://a.example/\x00\x7f\u2028", b"https://a.example/%00%7F%E2%80%A8"),
        ("https://a.example/%0d%0a%zz", b"https://a.example/%0d%0a%zz"),
        ("HTTP://a.example", b"HTTP://a.example"),
        ("//a.example", None),
        ("javascript:alert(1)", None),
        ("https:///a.example", None),
        ("https://a.example\\@b.example/", None),
        ("", None),
    ],
)
def test_what_is_sent_is_one_line_of_ascii(written: str, sent: bytes | None) -> None:
    assert Trackable(BASE).target(written) == sent
