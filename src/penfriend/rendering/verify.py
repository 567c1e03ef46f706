"""The last look at a finished mail: its bytes are read again, and what is not exactly what was meant is
refused.

Each line of the head either begins a field or goes on with one (RFC 5322, 2.2); line ends and characters are
looked at before, so that no receiver can see another line. The standard library's parser says the same
(a test holds them together) and takes ten times as long.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header

from penfriend.domain.errors import RenderFailed

TRANSACTIONAL = (
    "from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type"
)  # fmt: skip
"""The headers of every mail, each once; Reply-To comes where the brand has one."""
MARKETING = (*TRANSACTIONAL, "list-id", "list-unsubscribe", "list-unsubscribe-post")
MAX_LINE = 998
"""Characters of a line without its CRLF (RFC 5322, 2.1.1)."""

_FIELD_NAME = re.compile(r"[!-9;-~]+")
_OWN_WORD = re.compile(r"=\?utf-8\?b\?([A-Za-z0-9+/]+={0,2})\?=( <[!-;=?-~]*>)?")
"""One encoded word as we write it, and an address. The library reads it as well, and takes fifty times as
long."""
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def verify(
    content: bytes,
    intended: Sequence[str],
    has_reply_to: bool,
    boundary: bytes,
    subject: str,
    *,
    needs_smtputf8: bool,
) -> None:
    """Raises RenderFailed unless the mail has the intended headers and its two parts, sound lines and the
    subject that was meant."""
    head, _, body = content.partition(b"\r\n\r\n")
    _verify_bytes(content, head, needs_smtputf8)
    fields = read_fields(head)
    names = sorted(name for name, _ in fields)
    wanted = [*intended, "reply-to"] if has_reply_to else [*intended]
    if names != sorted(wanted):
        held, meant = Counter(names), Counter(wanted)
        odd = sorted((held - meant) + (meant - held))
        raise RenderFailed(f"the finished mail has headers that were not meant: {', '.join(odd)[:200]}.")
    _verify_words(dict(fields), subject)
    if not _has_two_parts(body, b"--" + boundary):
        raise RenderFailed("the finished mail does not have exactly two parts.")


def _verify_bytes(content: bytes, head: bytes, needs_smtputf8: bool) -> None:
    # to replace one byte takes a third of the time that looking for two takes
    if content.replace(b"\r", b"").replace(b"\n", b"\r\n") != content or b"\x00" in content:
        raise RenderFailed("the finished mail has a bare line end or a NUL in it.")
    if not content.isascii() and not (needs_smtputf8 and content[len(head) :].isascii()):
        raise RenderFailed("the finished mail has bytes outside ASCII.")
    if _has_long_line(content):
        raise RenderFailed(f"the finished mail has a line of more than {MAX_LINE} characters.")


def _has_long_line(content: bytes) -> bool:
    """Jumps from line end to line end, as far as each jump may be."""
    at, end = 0, len(content)
    while end - at > MAX_LINE:
        found = content.rfind(b"\r\n", at, at + MAX_LINE + 2)
        if found < 0:
            return True
        at = found + 2
    return False


def read_fields(head: bytes) -> list[tuple[str, str]]:
    """Small names and unfolded values of the head's fields. Raises RenderFailed for a line of none."""
    fields: list[tuple[str, str]] = []
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and fields and line.strip():
            last, begun = fields[-1]
            fields[-1] = last, begun + line
        elif colon and _FIELD_NAME.fullmatch(name):
            fields.append((name.lower(), value.lstrip(" \t")))
        else:
            raise RenderFailed("the finished mail has a line among its headers that is none.")
    return fields


def _verify_words(fields: Mapping[str, str], subject: str) -> None:
    for name in ("Subject", "To", "From", "List-Id"):
        value = fields.get(name.lower())
        if value is None:
            continue
        text = _decoded(value)
        if _CONTROL.search(text):
            raise RenderFailed(f"the header {name} decodes to a control character.")
        if name == "Subject" and text != subject:
            raise RenderFailed("the subject does not read as it was written.")


def _decoded(value: str) -> str:
    if "=?" not in value:
        return value
    if found := _OWN_WORD.fullmatch(value):
        with suppress(ValueError):
            return a2b_base64(found[1], strict_mode=True).decode() + (found[2] or "")
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, UnicodeError):
        return "\x00"


def _has_two_parts(body: bytes, line: bytes) -> bool:
    """Whether a first part begins, then another, and then the last one ends, and there is no such line
    besides."""
    between, end = b"\r\n" + line, b"\r\n" + line + b"--\r\n"
    second = body.find(between)
    return (
        body.startswith(line + b"\r\n")
        and body.startswith(b"\r\n", second + len(between))
        and body.find(between, second + 1) == len(body) - len(end)
        and body.endswith(end)
    )
