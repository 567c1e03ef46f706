"""The last look at a finished mail: its bytes are read again, and what is not exactly what was meant is
refused.

The headers are parsed by the standard library's parser, so that whatever slipped in is seen as a receiver
would see it.
"""

from __future__ import annotations

import re
from collections import Counter
from email.errors import HeaderParseError, MultipartInvariantViolationDefect
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32

from penfriend.domain.errors import RenderFailed

TRANSACTIONAL = Counter(
    ["from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type"]
)
"""The headers of every mail, each once; Reply-To comes where the brand has one."""
MARKETING = TRANSACTIONAL + Counter(["list-id", "list-unsubscribe", "list-unsubscribe-post"])
MAX_LINE = 998
"""Characters of a line without its CRLF (RFC 5322, 2.1.1)."""

_PARSER = BytesHeaderParser(policy=compat32)
_NO_PARTS = MultipartInvariantViolationDefect
"""Python before 3.11.5 misses the parts where only headers are read (python/cpython#106186)."""
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def verify(
    content: bytes,
    intended: Counter[str],
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
    message: Message = _PARSER.parsebytes(head + b"\r\n\r\n")
    names = Counter(name.lower() for name in message.keys())  # noqa: SIM118 - iterating a Message is over indexes in old versions
    wanted = intended + Counter(["reply-to"]) if has_reply_to else intended
    if names != wanted or not all(isinstance(defect, _NO_PARTS) for defect in message.defects):
        odd = sorted((names - wanted) + (wanted - names)) or ["their form"]
        raise RenderFailed(f"the finished mail has headers that were not meant: {', '.join(odd)[:200]}.")
    _verify_words(message, subject)
    if _boundaries(body, boundary) != (2, 1):
        raise RenderFailed("the finished mail does not have exactly two parts.")


def _verify_bytes(content: bytes, head: bytes, needs_smtputf8: bool) -> None:
    line_ends = content.count(b"\r\n")
    if content.count(b"\r") != line_ends or content.count(b"\n") != line_ends or b"\x00" in content:
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


def _verify_words(message: Message, subject: str) -> None:
    for name in ("Subject", "To", "From", "List-Id"):
        value = message[name]
        if value is None:
            continue
        text = _decoded(str(value).replace("\r\n", ""))
        if _CONTROL.search(text):
            raise RenderFailed(f"the header {name} decodes to a control character.")
        if name == "Subject" and text != subject:
            raise RenderFailed("the subject does not read as it was written.")


def _decoded(value: str) -> str:
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, UnicodeError):
        return "\x00"


def _boundaries(body: bytes, boundary: bytes) -> tuple[int, int]:
    """How often a part begins and how often the last one ends."""
    opened = body.count(b"\r\n--" + boundary + b"\r\n") + body.startswith(b"--" + boundary + b"\r\n")
    return opened, body.count(b"\r\n--" + boundary + b"--\r\n")
