"""Mails that came back, as mail systems write them: all made for these tests, with `.example` addresses."""

from __future__ import annotations

import base64

TO = "ann@shop.example"
MESSAGE_ID = "<5d41402abc4b2a76b9719d911017c592@mail.acorn.example>"
RETURN_PATH = "bounces@mail.acorn.example"
ORIGINAL = f"""\
Received: from mail.acorn.example by mx.shop.example; Mon, 2 Mar 2026 10:00:01 +0000
From: Acorn & Oak <hello@mail.acorn.example>
To: <{TO}>
Subject: No such user is as dear to us; your mailbox is full of spam
Date: Mon, 2 Mar 2026 10:00:00 +0000
Message-ID: {MESSAGE_ID}
"""
"""What comes back of the letter. Its subject holds what a reader of words must not take for the report's."""


def dsn(
    diagnostic: str = "smtp; 550 5.1.1 <ann@shop.example>: Recipient address rejected: User unknown",
    *,
    status: str = "5.1.1",
    action: str = "failed",
    said: str = "I'm sorry to have to inform you that your message could not be delivered.",
    to: str = RETURN_PATH,
    original: str = ORIGINAL,
    more: str = "",
    encoding: str = "7bit",
    message: str = "delivery-status",
    recipient: str = f"Final-Recipient: rfc822; {TO}",
) -> bytes:
    """A report of RFC 3464 about one recipient, as Postfix writes it; `more` are others' fields."""
    fields = (
        f"Reporting-MTA: dns; mx.shop.example\nArrival-Date: Mon, 2 Mar 2026 10:00:01 +0000\n\n{recipient}\n"
    )
    fields += f"Action: {action}\n" if action else ""
    fields += f"Status: {status}\n" if status else ""
    fields += f"Diagnostic-Code: {diagnostic}\n" if diagnostic else ""
    fields += more
    if encoding == "base64":
        fields = base64.encodebytes(fields.encode()).decode()
    return f"""\
From: MAILER-DAEMON@mx.shop.example (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Date: Mon, 2 Mar 2026 10:00:05 +0000
Message-ID: <bounce-1@mx.shop.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

This is a MIME-encapsulated message.

--=_b
Content-Type: text/plain; charset=us-ascii

{said}

--=_b
Content-Type: message/{message}
Content-Transfer-Encoding: {encoding}

{fields}
--=_b
Content-Type: message/rfc822

{original}
Letters may say: user unknown, mailbox full, blocked.

--=_b--
""".encode()


def plain(
    said: str,
    *,
    sender: str = "Mail Delivery System <MAILER-DAEMON@mx.shop.example>",
    subject: str = "failure notice",
    to: str = RETURN_PATH,
    head: str = "",
    content_type: str = "text/plain; charset=utf-8",
) -> bytes:
    """A mail without fields for programs."""
    return f"""\
From: {sender}
To: {to}
Subject: {subject}
Date: Mon, 2 Mar 2026 10:00:05 +0000
Message-ID: <notice-1@mx.shop.example>
{head}Content-Type: {content_type}

{said}
""".encode()


def qmail(answer: str) -> bytes:
    """A refusal of qmail-send."""
    return plain(
        "Hi. This is the qmail-send program at mx.shop.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{TO}>:\n{answer}\n\n--- Below this line is a copy of the message.\n\n{ORIGINAL}\nuser unknown\n"
    )


def exim(stage: str, answer: str) -> bytes:
    """A refusal of Exim, which calls itself auto-replied."""
    return plain(
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n"
        f"  {TO}\n    SMTP error from remote mail server after {stage}:\n"
        f"    host mx.shop.example [192.0.2.1]: {answer}\n\n"
        f"------ This is a copy of the message, including all the headers. ------\n\n{ORIGINAL}\nfull\n",
        subject="Mail delivery failed: returning message to sender",
        head=f"X-Failed-Recipients: {TO}\nAuto-Submitted: auto-replied\n",
    )


def arf(sort: str = "abuse", *, to: str = RETURN_PATH, who: str = f"Original-Rcpt-To: {TO}\n") -> bytes:
    """A complaint of RFC 5965."""
    return f"""\
From: <feedback@isp.example>
To: {to}
Subject: FW: hello
Date: Mon, 2 Mar 2026 11:00:00 +0000
Message-ID: <arf-1@isp.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="=_f"

--=_f
Content-Type: text/plain

This is an email abuse report.

--=_f
Content-Type: message/feedback-report

Feedback-Type: {sort}
User-Agent: IspLoop/1.0
Version: 1
{who}Arrival-Date: Mon, 2 Mar 2026 10:30:00 +0000

--=_f
Content-Type: message/rfc822

{ORIGINAL}
Hello

--=_f--
""".encode()
