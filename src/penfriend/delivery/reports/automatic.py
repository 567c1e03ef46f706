"""Mails that are no refusal: answers by machines, receipts, delays, challenges; and how a refusal that is no
RFC 3464 is told from a letter."""

from __future__ import annotations

import re

from penfriend.delivery.reports import words_of_mails
from penfriend.delivery.reports.notice import Notice
from penfriend.domain.reports import Nothing

_AUTO_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Autorespond-Subject")
_REPLY = re.compile(r"(?<![\w.])(?:[45][0-5]\d[ -]|\(?#?[45]\.\d\.\d)")
"""A reply code of SMTP."""
_ANSWER = re.compile(r"(?:re|aw|sv|antw|rv|fw|fwd|wg|tr)\s*:")
"""The subject of an answer, whatever the letter was called."""
_READ = 3_000
"""Characters of the text in which to look for what it is."""


def why_nothing(notice: Notice) -> Nothing | None:
    """Why nothing follows from it; None where it may be a refusal. For mails without fields for programs."""
    subject = notice.mail.header("Subject").lower()
    if notice.disposition or words_of_mails.RECEIPT.search(subject):
        return Nothing.RECEIPT
    refused = _is_refusal(notice, subject)
    if _is_automatic(notice, subject) and not (refused and _is_of_a_system(notice)):
        challenge = words_of_mails.CHALLENGE.search(f"{subject}\n{_said(notice)}")
        return Nothing.CHALLENGE if challenge else Nothing.AUTO_REPLY
    if not refused:
        return Nothing.NO_REPORT
    return Nothing.DELAYED if _is_delay(notice, subject) else None


def is_old_complaint(notice: Notice) -> bool:
    """Whether it is a complaint of Outlook.com (JMRP), which is no RFC 5965."""
    return "\nx-hmxmroriginalrecipient:" in f"\n{notice.original[:4_000].lower()}"


def _said(notice: Notice) -> str:
    return notice.said[:_READ].lower()


def _is_of_a_system(notice: Notice) -> bool:
    """Whether a mail system wrote it, and not somebody's mailbox."""
    sender = notice.mail.header("From").lower()
    return _is_certain(notice) or words_of_mails.SYSTEM.search(sender) is not None


def _is_certain(notice: Notice) -> bool:
    """Whether it can only be a refusal: Exim's calls itself auto-replied, of some reports little is left."""
    daemon = words_of_mails.DAEMON.search(notice.mail.header("From").lower())
    report = notice.mail.type == "multipart/report" and not notice.feedback
    return report or daemon is not None or bool(notice.mail.header("X-Failed-Recipients"))


def _is_refusal(notice: Notice, subject: str) -> bool:
    """Whether it says that something was not delivered."""
    said = _said(notice)
    failed = words_of_mails.FAILED.search(said) is not None
    coded = _REPLY.search(said) is not None
    of_system = words_of_mails.SYSTEM.search(notice.mail.header("From").lower()) is not None
    return (
        _is_certain(notice)
        or (words_of_mails.FAILURE.search(subject) is not None and (of_system or not _ANSWER.match(subject)))
        or (failed and (of_system or bool(notice.original)))
        or (coded and of_system)
    )


def _is_delay(notice: Notice, subject: str) -> bool:
    """Whether it only says that the server still tries."""
    both = (subject, _said(notice))
    delayed = any(words_of_mails.DELAY.search(text) for text in both)
    return delayed and not any(words_of_mails.GIVEN_UP.search(text) for text in both)


def _is_automatic(notice: Notice, subject: str) -> bool:
    """Whether a machine answered for somebody (RFC 3834), by its headers or by what is usual."""
    mail = notice.mail
    return (
        mail.header("Auto-Submitted").lower().startswith("auto-replied")
        or mail.header("Precedence").lower() in ("auto_reply", "auto-reply")
        or any(mail.header(name) for name in _AUTO_HEADERS)
        or words_of_mails.AUTO_REPLY.search(subject) is not None
        or words_of_mails.CHALLENGE.search(subject) is not None
    )
