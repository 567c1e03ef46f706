"""Marks a finished mail as a test, so that nobody takes it for the real one."""

from __future__ import annotations

import re
from dataclasses import replace

from penfriend.domain.delivery import Email
from penfriend.rendering.headers import text_field

MARK = "[test]"
"""How the subject of a test mail begins."""
FIELD = b"X-Penfriend-Test: yes\r\n"
_SUBJECT = re.compile(rb"^Subject:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*", re.MULTILINE)


def marked_as_test(email: Email) -> Email:
    """The same mail with the mark before its subject and a header of its own."""
    subject = f"{MARK} {email.subject}"
    head, gap, body = email.content.partition(b"\r\n\r\n")
    fields = _SUBJECT.sub(lambda _: text_field("Subject", subject) + FIELD, head + b"\r\n", count=1)
    return replace(email, content=fields.removesuffix(b"\r\n") + gap + body, subject=subject)
