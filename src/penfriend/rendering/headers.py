"""Header fields as RFC 5322 and RFC 2047 want them, such that no value can end its field or begin another.

Texts are made one line of printable characters; what is not plain ASCII, or looks like an encoded word, is
encoded. Addresses are not repaired: what is no address is refused.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from penfriend.domain.errors import RenderFailed

MAX_LINE = 76
"""Characters of a header line, by RFC 2047 (2); RFC 5322 allows 998."""
MAX_NAME = 120
"""Characters of a display name; what is longer is cut."""
_PLAIN_RUN = re.compile(r"[ -~]*")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_ADDRESS = re.compile(
    r"(?=.{3,254}\Z)(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)


def one_line(text: str) -> str:
    """The text without control characters and line ends, runs of space as one, nothing at its ends."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _UNPRINTABLE.sub(_space_or_mark, text).strip()


def _space_or_mark(found: re.Match[str]) -> str:
    run = found.group()
    if any("\ud800" <= character <= "\udfff" for character in run):
        return "\N{REPLACEMENT CHARACTER}"
    return "" if run == "\ufeff" else " "


def text_field(name: str, text: str) -> bytes:
    """`Subject: ...` with its line end, folded. `text` must be one line."""
    if _is_plain(text):
        folded = _fold_words(f"{name}:", text)
        if folded is not None:
            return folded
    return f"{name}: {encoded_words(text, len(name) + 2)}\r\n".encode("ascii")


def mailbox_field(name: str, display: str, address: str) -> bytes:
    """`To: "Name" <address>` with its line end, folded before the address where it would be long. The address
    is one that was checked."""
    display = one_line(display)[:MAX_NAME].strip()
    if not display or "@" in display:
        return f"{name}: <{address}>\r\n".encode()
    phrase = _phrase(display, len(name) + 2)
    last = phrase.rpartition("\r\n")[2]
    used = len(last) if "\r\n" in phrase else len(name) + 2 + len(last)
    gap = "\r\n " if used + len(address) + 3 > MAX_LINE else " "
    return f"{name}: {phrase}{gap}<{address}>\r\n".encode()


def _phrase(display: str, used: int) -> str:
    if not _is_plain(display) or len(display) > 60:
        return encoded_words(display, used)
    if _ATOMS.fullmatch(display):
        return display
    escaped = display.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _is_plain(text: str) -> bool:
    return _PLAIN_RUN.fullmatch(text) is not None and "=?" not in text


def _fold_words(start: str, text: str) -> bytes | None:
    """The words of a plain text over lines; None where a word is too long for one, or spaces could be
    lost."""
    lines, line = [], start
    for word in text.split(" "):
        if not word:
            return None
        if len(line) + 1 + len(word) > MAX_LINE:
            lines.append(line)
            line = ""
        line += f" {word}"
        if len(line) > MAX_LINE:
            return None
    return ("\r\n".join([*lines, line]) + "\r\n").encode("ascii")


def encoded_words(text: str, used: int) -> str:
    """The text as encoded words in base64, each at most 75 characters, folded; `used` is what the first line
    already holds.

    A word is not split inside a character, nor before what combines with the one before it.
    """
    words: list[str] = []
    room = _room(used)
    current = text.encode()
    if len(current) <= room:
        return _word(current)
    current = b""
    for cluster in _clusters(text):
        raw = cluster.encode()
        if current and len(current) + len(raw) > room:
            words.append(_word(current))
            current, room = b"", _room(1)
        current += raw
    words.append(_word(current))
    return "\r\n ".join(words)


def _word(raw: bytes) -> str:
    return f"=?utf-8?b?{b64encode(raw).decode('ascii')}?="


def _room(used: int) -> int:
    """Bytes that fit into one encoded word behind `used` characters: 12 go for `=?utf-8?b?` and `?=`, and
    base64 takes 4 for 3."""
    return max((min(MAX_LINE - used, 75) - 12) // 4 * 3, 12)


def _clusters(text: str) -> list[str]:
    """Characters with what combines with them, at most 40 bytes together."""
    clusters: list[str] = []
    for character in text:
        joins = (
            unicodedata.combining(character)
            or character in "\u200d\ufe0f"
            or (clusters and clusters[-1].endswith("\u200d"))
        )
        if clusters and joins and len(clusters[-1].encode()) < 30:
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


@lru_cache(maxsize=4096)
def mail_address(address: str) -> tuple[str, bool]:
    """The address as it goes over the wire, its domain in ASCII (IDNA), and whether its local part needs
    SMTPUTF8.

    Raises RenderFailed for what is no address.
    """
    if _ADDRESS.fullmatch(address):
        return address, False
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True, strict=True)
    except (EmailNotValidError, UnicodeError, ValueError):
        shown = "".join(c if c.isprintable() else "?" for c in address[:80])
        raise RenderFailed(f'"{shown}" is no mail address.') from None
    wire = f"{found.local_part}@{found.ascii_domain}"
    if any(character.isspace() or not character.isprintable() for character in wire):
        raise RenderFailed("the mail address holds a character that no header can carry.")
    return wire, not found.local_part.isascii()
