"""Quoted-printable (RFC 2045, 6.7) for whole parts of a mail, such that no line begins with a dot: no
transport has to stuff one."""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Iterable, Mapping

MAX_LINE = 76
"""Characters of an encoded line, a soft break's `=` included."""
_DOT_LINE = re.compile(rb"\n\.([^\r\n]*)")
"""Begins with a literal: a search for anything else takes longer than the encoding."""


def quoted_printable(text: str) -> bytes:
    """The text encoded as UTF-8, with CRLF line ends; what UTF-8 cannot say becomes a question mark."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    raw = text.encode("utf-8", "replace").replace(b"\n", b"\r\n")
    # b2a_qp writes bare LF at soft breaks unless its input has a CRLF, so one is always there.
    encoded = b2a_qp(b"\r\n" + raw)
    if b"\n." in encoded:
        encoded = _DOT_LINE.sub(_without_dot, encoded)
    return encoded[2:]


def quoted_parts(parts: Iterable[str], known: Mapping[str, bytes]) -> bytes:
    """The same for a text in parts, of which some are `known`, as `quoted_part` has them."""
    chunks: list[bytes] = []
    others: list[str] = []
    for part in parts:
        chunk = known.get(part)
        if chunk is None:
            others.append(part)
            continue
        if others:
            chunks.append(quoted_part("".join(others)))
            others = []
        chunks.append(chunk)
    if others:
        chunks.append(quoted_part("".join(others)))
    return b"".join(chunks).removesuffix(_SOFT_BREAK)


_SOFT_BREAK = b"=\r\n"


def quoted_part(text: str) -> bytes:
    """A part of a text, encoded, with a soft break behind it where no line ends there."""
    encoded = quoted_printable(text)
    if not encoded or encoded.endswith(b"\r\n"):
        return encoded
    begun = encoded.rfind(b"\n") + 1
    if len(encoded) - begun < MAX_LINE:
        return encoded + _SOFT_BREAK
    at = begun + MAX_LINE // 2
    while b"=" in encoded[at - 2 : at]:
        at -= 1
    rest = encoded[at:]
    dot = b"=2E" if rest[:1] == b"." else b""
    return b"".join((encoded[:at], _SOFT_BREAK, dot, rest[1:] if dot else rest, _SOFT_BREAK))


def _without_dot(found: re.Match[bytes]) -> bytes:
    """A line end and a line whose leading dot is encoded, the line broken again where that makes it too
    long."""
    line = b"=2E" + found.group(1)
    if len(line) <= MAX_LINE:
        return b"\n" + line
    at = MAX_LINE - 1
    while b"=" in line[at - 2 : at]:
        at -= 1
    rest = line[at:]
    return b"\n" + line[:at] + b"=\r\n" + (b"=2E" + rest[1:] if rest[:1] == b"." else rest)
