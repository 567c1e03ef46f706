"""Puts a mail together: a fixed skeleton of headers and two encoded parts, and a look at the finished bytes
before they are let out.

Python's own EmailMessage takes a hundred times as long, and its writer decodes what it should not (FACTS.md
11 and 12); nothing here parses or rewrites a value. Always quoted-printable: no server has to offer 8BITMIME,
no line is long, no dot begins one.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime, parseaddr
from functools import lru_cache

from penfriend.domain.definitions import Brand
from penfriend.domain.delivery import Email
from penfriend.domain.errors import RenderFailed
from penfriend.domain.letter import Letter
from penfriend.domain.timing import Moment, to_datetime
from penfriend.rendering.headers import mail_address, mailbox_field, text_field
from penfriend.rendering.verify import MARKETING, TRANSACTIONAL, verify

_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-Z^-~\[\]]+>")
_URL = re.compile(r"https?://[!-;=?-~]{1,900}")
_ID_PART = re.compile(r"[^A-Za-z0-9_-]+")
_TEXT_TYPE = (
    b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
)
_HTML_TYPE = (
    b'Content-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes, as the brand says it; `fault` is why no mail can go out."""

    name: str
    address: str
    reply_to: str | None
    return_path: str | None = None
    """Where what comes back goes, without a token; None is to the sender."""
    fault: str = ""

    @classmethod
    def of(cls, brand: Brand) -> Sender:
        """The brand's `from` and `reply_to`, read once."""
        name, address = parseaddr(brand.sender)
        reply_to = parseaddr(brand.reply_to)[1] if brand.reply_to else None
        try:
            wire = mail_address(address)[0]
            back = mail_address(reply_to)[0] if reply_to is not None else None
            returned = mail_address(brand.return_path)[0] if brand.return_path else None
        except RenderFailed as error:
            return cls("", "", None, fault=f"brand.from, brand.reply_to or brand.return_path: {error}")
        if not (wire + (back or "")).isascii():
            return cls(
                "",
                "",
                None,
                fault=(
                    "brand.from and brand.reply_to: the part before the @ must be ASCII, not every "
                    "server takes another."
                ),
            )
        return cls(name, wire, back, returned)


@lru_cache(maxsize=256)
def _date(moment: Moment) -> str:
    """The mails of a group are of one moment."""
    return format_datetime(to_datetime(moment).replace(microsecond=0).astimezone(UTC))


@lru_cache(maxsize=256)
def _list_id(topic: str, title: str, sender: str) -> bytes:
    part = _ID_PART.sub("-", topic).strip("-") or "list"
    return mailbox_field("List-Id", title, f"{part}.{sender.rpartition('@')[2]}")


class Assembler:
    """Puts the mails of one brand together."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self._from = mailbox_field("From", sender.name, sender.address) if not sender.fault else b""
        self._reply_to = f"Reply-To: <{sender.reply_to}>\r\n".encode() if sender.reply_to else b""

    def assemble(
        self,
        letter: Letter,
        topic_title: str,
        unsubscribe: str | None,
        subject: str,
        html: bytes,
        text: bytes,
        *,
        locale: str,
        sent_from: str | None = None,
    ) -> Email:
        """The finished mail; `html` and `text` are encoded already. `sent_from`: where what comes back goes,
        the sender's address where nothing is said. Raises RenderFailed where a header would not be what it is
        meant to be."""
        if self.sender.fault:
            raise RenderFailed(self.sender.fault)
        if not _MESSAGE_ID.fullmatch(letter.message_id):
            raise RenderFailed("the Message-ID is not one that a header can carry.")
        address, needs_smtputf8 = mail_address(letter.to)
        boundary = b"=_" + hashlib.sha256(letter.message_id.encode()).hexdigest()[:32].encode()
        content = b"".join(
            (
                self._from,
                mailbox_field("To", letter.to_name, address),
                text_field("Subject", subject),
                f"Date: {_date(letter.date)}\r\nMessage-ID: {letter.message_id}\r\n".encode("ascii"),
                self._reply_to,
                self._list_fields(letter, topic_title, unsubscribe),
                (
                    b"Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: "
                    b'multipart/alternative;\r\n boundary="'  # unfolded it is longer than 78 (RFC 5322 2.1.1)
                ),
                boundary + b'"\r\n\r\n--' + boundary + b"\r\n",
                _TEXT_TYPE + text,
                b"\r\n--" + boundary + b"\r\n",
                _HTML_TYPE + html,
                b"\r\n--" + boundary + b"--\r\n",
            )
        )
        intended = TRANSACTIONAL if letter.topic is None else MARKETING
        verify(content, intended, bool(self._reply_to), boundary, subject, needs_smtputf8=needs_smtputf8)
        return Email(
            letter.message_id,
            self.sender.address if sent_from is None else sent_from,
            address,
            content,
            subject,
            needs_smtputf8,
            locale,
            sound=True,  # `verify` has seen the line ends, and quoted-printable begins no line with a dot
        )

    def _list_fields(self, letter: Letter, topic_title: str, unsubscribe: str | None) -> bytes:
        """List-Id (RFC 2919), List-Unsubscribe (RFC 2369) and its one click (RFC 8058), unfolded: some
        signers break folded ones."""
        if letter.topic is None:
            return b""
        if unsubscribe is None or not _URL.fullmatch(unsubscribe):
            raise RenderFailed("brand.public_url makes no address that List-Unsubscribe can carry.")
        return _list_id(letter.topic, topic_title, self.sender.address) + (
            f"List-Unsubscribe: <{unsubscribe}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        ).encode("ascii")
