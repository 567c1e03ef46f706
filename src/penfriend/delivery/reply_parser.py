"""Reads SMTP replies out of a stream of bytes, with limits, so that a broken or hostile server costs one
connection and no memory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_LINE = 4096
"""Bytes of one reply line; RFC 5321 4.5.3.1.5 allows 512."""
MOST_LINES = 200
"""Lines of one reply; the longest EHLO answers in use have about thirty."""

_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
# RFC 2034 4: a code at the head of the text, of the class that the reply has; some servers leave it out of
# later lines
_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?:\s+|$)")


class GarbageError(Exception):
    """What came is not an SMTP reply."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole reply: its code, and the text of each line without code and line end."""

    code: int
    lines: tuple[str, ...]

    @property
    def enhanced(self) -> str | None:
        """The enhanced code at the head of the text (RFC 2034), where its class is that of the reply."""
        match = _ENHANCED.match(self.lines[0])
        if match is None or int(match[1]) != self.code // 100:
            return None
        return f"{match[1]}.{int(match[2])}.{int(match[3])}"

    @property
    def text(self) -> str:
        """Code and words in one line of at most 500 characters, an enhanced code repeated in later lines
        taken out.
        """
        head = self.enhanced
        words = [
            self.lines[0],
            *(line.removeprefix(head).lstrip() if head else line for line in self.lines[1:]),
        ]
        return one_line(f"{self.code} {' '.join(words)}")


NOTHING = Reply(0, ("",))
"""No reply, and none is needed."""


MOST_USUAL = 256
_USUAL: dict[bytes, Reply] = {}
"""The first replies of one line that came, by that line: a server says the same to nearly every command."""


class ReplyParser:
    """Collects bytes and gives whole replies. Not thread-safe; one per connection."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._code: int | None = None
        self._lines: list[str] = []

    def feed(self, data: bytes) -> None:
        """Take what was read."""
        self._bytes += data

    def next_reply(self) -> Reply | None:
        """The next whole reply, or None until more has come. Raises GarbageError where none can come."""
        while True:
            end = self._bytes.find(b"\n", 0, LONGEST_LINE)
            if end < 0:
                if len(self._bytes) >= LONGEST_LINE:
                    raise GarbageError(f"a reply line is longer than {LONGEST_LINE} bytes")
                return None
            line = bytes(self._bytes[:end]).removesuffix(b"\r")
            del self._bytes[: end + 1]
            if reply := self._add(line):
                return reply

    @property
    def empty(self) -> bool:
        """Whether nothing waits: no half reply and no byte behind the last one."""
        return not self._bytes and not self._lines

    def _add(self, line: bytes) -> Reply | None:
        if not self._lines and (known := _USUAL.get(line)) is not None:
            return known
        match = _LINE.fullmatch(line)
        if match is None:
            raise GarbageError(f"not an SMTP reply: {one_line(line.decode('utf-8', 'replace'))[:80]!r}")
        code = int(match[1])
        if self._code not in (None, code):
            raise GarbageError(f"one reply has the codes {self._code} and {code}")
        self._code = code
        self._lines.append((match[3] or b"").decode("utf-8", "replace"))
        if match[2] == b"-":
            if len(self._lines) >= MOST_LINES:
                raise GarbageError(f"a reply has more than {MOST_LINES} lines")
            return None
        reply = Reply(code, tuple(self._lines))
        if len(self._lines) == 1 and len(_USUAL) < MOST_USUAL:
            _USUAL[line] = reply
        self._code, self._lines = None, []
        return reply


def one_line(text: str) -> str:
    """`text` without control characters and runs of blanks, cut to 500 characters."""
    if len(text) <= 500 and text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join("".join(c if c.isprintable() else " " for c in text[:4000]).split())[:500]
