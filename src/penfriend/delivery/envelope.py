"""What every transport asks of a mail before a byte of it leaves: clean addresses and CRLF line ends.

An address with a line break is a command of somebody else's making, and a bare LF before a dot ends the mail
early at some servers ("SMTP smuggling"): such a mail is refused here, whatever made it.
"""

from __future__ import annotations

import re

from penfriend.domain.delivery import Email, Fault, Outcome, Result, Stage

LONGEST_ADDRESS = 320
"""Bytes: 64 of local part, @, 255 of domain (RFC 5321 4.5.3.1)."""

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0<>\u2028\u2029\ud800-\udfff]")


def refusal(email: Email) -> Result | None:
    """Why no server may be given this mail, or None. Nothing has been written when this answers."""
    problem = (
        _address_problem("envelope sender", email.envelope_from, may_be_empty=True)
        or _address_problem("recipient", email.envelope_to, may_be_empty=False)
        or (None if email.sound else _content_problem(email.content))
    )
    if problem is None:
        return None
    return Result(Outcome.REJECTED, Stage.MAIL, text=problem, fault=Fault.MESSAGE)


def dot_stuffed(email: Email) -> bytes:
    """The content as it stands between 354 and the answer: dots at the start of a line doubled, the final dot
    at the end (RFC 5321 4.5.2).
    """
    content = email.content
    if not email.sound:
        if b"\r\n." in content:
            content = content.replace(b"\r\n.", b"\r\n..")
        if content.startswith(b"."):
            content = b"." + content
    return content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")


def _address_problem(whose: str, address: str, *, may_be_empty: bool) -> str | None:
    if not address:
        return None if may_be_empty else f"the {whose} is empty"
    if found := _FORBIDDEN.search(address):
        return f"the {whose} holds the character U+{ord(found[0]):04X}, which no address may hold"
    if len(address) > LONGEST_ADDRESS // 4 and len(address.encode()) > LONGEST_ADDRESS:
        return f"the {whose} is longer than {LONGEST_ADDRESS} bytes"
    return None


def _content_problem(content: bytes) -> str | None:
    if not content:
        return "the mail is empty"
    # every CR and LF is part of a pair; the quickest way to know for 40 kB, a quarter of what a regex takes
    if len(content) - len(content.translate(None, b"\r\n")) != 2 * content.count(b"\r\n"):
        return "the mail has a line that does not end with CRLF"
    return None
