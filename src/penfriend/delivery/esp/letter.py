"""A finished mail taken apart again, since the APIs of mail providers want its pieces and not its bytes.

Read by hand as far as its head goes: the header parsers of Python 3.11.2 and 3.11.7 differ, and our own heads
are simple (UTF-8 or encoded words, one field of each name). The parts of the body are what
`email.parser` with the `compat32` policy finds, the same in each version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses

THEIRS = frozenset(
    {
        "from", "to", "cc", "bcc", "subject", "reply-to", "sender",  # handed over by name
        "date", "message-id", "mime-version", "return-path", "received",  # made by the provider
        "dkim-signature",  # over bytes that nobody will ever see; the provider signs
    }
)  # fmt: skip
"""Fields that do not go along as they stand. Nor do those that describe the body (Content-...)."""

_FIELD_END = re.compile(rb"\r\n(?![ \t])")
_FOLD = re.compile(r"\r\n[ \t]+")


class NotHandedOver(Exception):
    """The mail has something that cannot be handed over piece by piece; says what."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a provider's API is given."""

    sender: str
    """A mailbox: `"Acorn & Oak" <hello@shop.example>`, the name as people read it."""
    to: str
    """The mailbox of the To field where it is that of the envelope; else the envelope's address alone."""
    subject: str
    reply_to: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    """The other fields, in ASCII as they stand on the wire, unfolded."""
    text: str | None
    html: str | None


def pieces_of(content: bytes, envelope_to: str) -> Pieces:
    """The pieces of a mail whose bytes are `content`. Raises NotHandedOver."""
    head = list(_fields(content.partition(b"\r\n\r\n")[0]))
    by_name: dict[str, str] = {}
    for name, value in head:
        by_name.setdefault(name.lower(), value)
    senders = _mailboxes(by_name.get("from", ""))
    if len(senders) != 1:
        raise NotHandedOver("the mail has no single sender in From")
    named = [name for name, address in _mailboxes(by_name.get("to", "")) if address == envelope_to]
    bodies = dict(_bodies(BytesParser(policy=compat32).parsebytes(content)))
    return Pieces(
        sender=mailbox(*senders[0]),
        to=mailbox(named[0] if named else "", envelope_to),
        subject=_readable(by_name.get("subject", "")),
        reply_to=tuple(mailbox(*one) for one in _mailboxes(by_name.get("reply-to", ""))),
        fields=tuple(
            (name, value)
            for name, value in head
            if name.lower() not in THEIRS and not name.lower().startswith("content-") and value.isascii()
        ),
        text=bodies.get("text/plain"),
        html=bodies.get("text/html"),
    )


def mailbox(name: str, address: str) -> str:
    """A mailbox as anymail reads it: the name in quotes, not encoded."""
    if not name:
        return address
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>'


def _fields(head: bytes) -> Iterator[tuple[str, str]]:
    for field in _FIELD_END.split(head):
        try:
            name, found, value = field.decode().partition(":")
        except UnicodeDecodeError:
            raise NotHandedOver("the mail has a header that is not UTF-8") from None
        if found:
            yield name.strip(), _FOLD.sub(" ", value).strip()


def _mailboxes(value: str) -> list[tuple[str, str]]:
    return [(_readable(name), address) for name, address in getaddresses([value]) if address]


def _readable(value: str) -> str:
    try:
        text = str(make_header(decode_header(value)))
    except (LookupError, ValueError):
        raise NotHandedOver("the mail has a header in an encoding that nobody knows") from None
    return " ".join(text.splitlines())


def _bodies(mail: Message) -> Iterator[tuple[str, str]]:
    """The type and the text of each part."""
    seen = set()
    for part in mail.walk():
        kind = part.get_content_type()
        if part.is_multipart():
            continue
        if kind not in ("text/plain", "text/html") or kind in seen or part.get_filename():
            raise NotHandedOver(f"the mail has a part of type {kind} beside its text and its HTML")
        seen.add(kind)
        raw = part.get_payload(decode=True)
        assert isinstance(raw, bytes)  # noqa: S101 - what decode=True gives of a part that is no multipart
        try:
            yield kind, raw.decode(part.get_content_charset("utf-8"))
        except (LookupError, UnicodeDecodeError):
            raise NotHandedOver(f"the {kind} part is not in the encoding that it names") from None
