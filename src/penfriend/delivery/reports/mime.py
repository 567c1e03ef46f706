"""A mail taken apart so that nothing can stop it: broken MIME, missing boundaries, wrong charsets, megabytes.

The headers are read by the standard library, which takes anything. Bodies are split here: the library's own
parser follows nested mails as deep as they go, and decodes nothing inside a report. What does not fit is
text.
"""

from __future__ import annotations

import binascii
import codecs
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from functools import cached_property
from html import unescape

MAX_BYTES = 4_000_000
"""So much of a mail is read: what a report says stands before the mail that it returns."""
MAX_HEAD = 200_000
"""So much of the headers of one part."""
MAX_FIELD = 2_000
"""Of a header with parameters: reading those takes the square of its length."""
MAX_LINE = 20_000
"""Of any other header."""
MAX_DEPTH = 8
MAX_PARTS = 100
"""Parts of one multipart."""
_LINE_END = re.compile(rb"\r\n?")
_SURPLUS = re.compile(r"(?ai)<(style|script|head)\b")
_ENDS = {name: re.compile(f"(?ai)</{name}>") for name in ("style", "script", "head")}
LONGEST_SURPLUS = 20_000
_BREAK = re.compile(r"(?i)<(?:br|/?p|/?div|/?tr|/?li|/?table|/?h\d)\b[^<>]{0,500}>")
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]{0,2000}>")
_MAY_HOLD = re.compile(rb"[A-Za-z0-9+/=\s]*")
_NO_CHARSETS = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined"})
"""Codecs that are no charset of a mail: slow on much text, or of programs."""
_PARSER = BytesParser(policy=compat32)


@dataclass(frozen=True)
class Part:
    """One part of a mail, or the mail itself."""

    headers: Message
    head: bytes
    """The headers as they came, with LF."""
    raw: bytes
    """The body as it came, with LF."""
    depth: int

    @property
    def type(self) -> str:
        """`text/plain`; what cannot be read is `text/plain` as well."""
        return self.headers.get_content_type()

    def header(self, name: str) -> str:
        """The first header of that name in one line, decoded; empty where there is none."""
        return next(iter(self.all_of(name)), "")

    def all_of(self, name: str) -> list[str]:
        """Every header of that name, each in one line, decoded."""
        wanted = name.lower()
        return [_decoded(str(value)) for found, value in self.headers.raw_items() if found.lower() == wanted]

    @cached_property
    def content(self) -> bytes:
        """The body without its transfer encoding."""
        encoding = str(self.headers.get("Content-Transfer-Encoding", "")).strip().lower()
        if encoding == "base64":
            return _from_base64(self.raw)
        if encoding == "quoted-printable":
            return quopri.decodestring(self.raw)
        return self.raw

    @cached_property
    def text(self) -> str:
        """The body as a person would read it."""
        text = in_charset(self.content, _charset(self.headers))
        return without_tags(text) if self.type == "text/html" else text

    @cached_property
    def parts(self) -> list[Part]:
        """The parts of a multipart; none for everything else."""
        if self.headers.get_content_maintype() != "multipart" or self.depth >= MAX_DEPTH:
            return []
        return [part_of(piece, self.depth + 1) for piece in _pieces(self.content, self._boundary())]

    def walk(self) -> Iterator[Part]:
        """This part and all below it, in order; what a mail returns whole is one part of it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def _boundary(self) -> bytes | None:
        """As the header says it, or else as the first line that looks like one has it."""
        said = self.headers.get_boundary()
        if said:
            line = b"--" + said.rstrip().encode("utf-8", "surrogateescape")
            if line in self.content:
                return line
        found = re.search(rb"(?m)^--\S{4,200}[^\S\n]*$(?=\n(?:[A-Za-z-]{2,40}:|\n))", self.content)
        return found.group().rstrip() if found else None


def read_mail(raw: bytes) -> Part:
    """The whole mail. Takes any bytes."""
    return part_of(_LINE_END.sub(b"\n", raw[:MAX_BYTES]).replace(b"\0", b"").lstrip(), 0)


def part_of(raw: bytes, depth: int) -> Part:
    """A part whose lines end in LF; one that begins with an empty line has no headers."""
    head, _, body = (b"", b"", raw[1:]) if raw.startswith(b"\n") else raw.partition(b"\n\n")
    if b":" not in head.partition(b"\n")[0] and not head.startswith(b"From "):
        head, body = b"", raw  # a part, or what is no mail at all, that begins with its text
    head = head[:MAX_HEAD]
    headers = _PARSER.parsebytes(head + b"\n\n", headersonly=True)
    for name in ("Content-Type", "Content-Disposition"):
        value = str(headers.get(name, ""))
        if len(value) > MAX_FIELD:
            headers.replace_header(name, value[:MAX_FIELD])
    return Part(headers, head, body, depth)


def _pieces(body: bytes, line: bytes | None) -> list[bytes]:
    """What stands between the boundaries; a last one without its end is taken as well."""
    if line is None:
        return [b"\n" + body]  # no boundary at all: it can only be text
    pieces = re.split(rb"(?m)^" + re.escape(line) + rb"(?:--)?[^\S\n]*$\n?", body, maxsplit=MAX_PARTS)
    return [piece for piece in pieces[1:] if piece.strip()]


def _from_base64(raw: bytes) -> bytes:
    held = _MAY_HOLD.match(raw)
    letters = b"".join((held.group() if held else b"").split()).rstrip(b"=")
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
    except binascii.Error:
        return raw


def _charset(headers: Message) -> str:
    try:
        said = str(headers.get_content_charset() or "")
        return "" if said and codecs.lookup(said).name in _NO_CHARSETS else said
    except (ValueError, LookupError):
        return ""


def in_charset(raw: bytes, charset: str) -> str:
    """The text, in the charset that is said where it fits; else UTF-8, else bytes as Latin-1 has them."""
    guesses = ["iso2022_jp_ext"] if b"\x1b$" in raw or b"\x1b(" in raw else []
    for guess in (*guesses, charset, "utf-8"):
        try:
            return raw.decode(guess)
        except (LookupError, UnicodeError, ValueError):
            continue
    try:  # a few broken bytes in what is mostly right
        return raw.decode(charset or "latin-1", "replace")
    except (LookupError, UnicodeError, ValueError):
        return raw.decode("latin-1")


def without_tags(text: str) -> str:
    """HTML as plain text."""
    text = _BREAK.sub("\n", _without_surplus(text))
    return unescape(_TAG.sub("", text))


def _without_surplus(text: str) -> str:
    """Without what nobody sees. Each end is looked for once, however many begin."""
    kept, at, ends = list[str](), 0, dict[str, int]()
    for begin in _SURPLUS.finditer(text):
        name = begin.group(1).lower()
        if begin.start() < at:
            continue
        if ends.get(name, -1) < begin.end():
            end = _ENDS[name].search(text, begin.end())
            ends[name] = end.end() if end else len(text) + LONGEST_SURPLUS
        if ends[name] - begin.end() < LONGEST_SURPLUS:
            kept += [text[at : begin.start()], " "]
            at = ends[name]
    return "".join([*kept, text[at:]])


def _decoded(value: str) -> str:
    """A header in one line, its encoded words decoded where that can be done."""
    value = " ".join(value[:MAX_LINE].split())
    if "=?" not in value:
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        pieces = decode_header(value)
        read = (in_charset(one, charset or "") if isinstance(one, bytes) else one for one, charset in pieces)
        return " ".join("".join(read).split())
    except (LookupError, ValueError, binascii.Error, MessageError):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
