"""What stands in a mail that came back: what it says, the fields for programs, and the headers of the mail
that it returns.

What it returns must not be read as what it says: a letter of ours may hold every phrase of a refusal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from penfriend.delivery.reports.mime import Part

MAX_SAID = 20_000
"""Characters of what is read as said."""
MAX_ORIGINAL = 40_000
"""Characters of what is read of the returned headers."""
_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_NOTIFICATION = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
_RETURNED = frozenset({
    "message/rfc822", "message/global", "message/partial", "text/rfc822-headers", "text/rfc822",
    "message/global-headers", "message/rfc822-headers", "message/news", "message/external-body",
})  # fmt: skip
_COPY_FOLLOWS = re.compile(
    r"""(?imx)^[^\S\n>]{0,20}[-=*_.<\[]{0,40}[^\S\n]{0,9}(?:
      below\ this\ line\ is\ (?:a\ copy\ of\ the\ message|the\ original)
    | this\ is\ a\ copy\ of\ (?:the|your)\ (?:original\ )?message.{0,80}
    | a\ copy\ of\ the\ (?:original\ )?message.{0,30}(?:follows|below).{0,20}
    | (?:the\ )?(?:header|body|text|contents?)s?\ of\ the\ (?:original|returned)?\ ?(?:message|mail)
      \ .{0,30}follow.{0,20}
    | (?:your\ |the\ )?(?:original|returned|undelivered|failed|rejected|unsent|bounced)\ ?
      (?:e-?mail|message|mail)(?:\ (?:header|text|body|content)s?)?
      (?:\ (?:follows?|attached|below|is\ (?:attached|below|returned).{0,20}))?
    | (?:unsent|undelivered|returned)\ (?:message|mail)\ (?:below|follows?)
    | message\ (?:header|text|content)s?(?:\ follows?)?
    | (?:start|begin(?:ning)?)\ of\ (?:the\ )?(?:original|returned)\ message
    | original\ message\ headers?
    | ursprüngliche\ nachricht | message\ d'origine | mensaje\ original | mensagem\ original
    | messaggio\ originale
    )[^\S\n]{0,9}[-:=*_.>\]]{0,60}[^\S\n]{0,9}$"""
)
_HEAD_LINE = re.compile(
    r"(?i)(?:received|return-path|message-id|from|to|subject|date|mime-version|x-[a-z-]+|dkim-signature|"
    r"content-type|delivered-to|reply-to|authentication-results):[ \t]?\S"
)
_CERTAIN_HEAD = re.compile(r"(?i)(?:received|return-path|message-id|mime-version|dkim-signature):[ \t]?\S")
_FIELDS = re.compile(r"(?im)^(?:final|original)-recipient:")
_MESSAGE_ID = re.compile(r"(?im)^[^\S\n>]{0,20}message-id:[^\S\n]{0,20}\n?[^\S\n]{0,20}(<[^<>\s]{3,900}>)")


@dataclass(slots=True)
class Notice:
    """The pieces of one mail that came back."""

    mail: Part
    said: str = ""
    """What it says to a person, without what it returns."""
    status: list[str] = field(default_factory=list)
    """The fields of `message/delivery-status` (RFC 3464), or what looks like them."""
    feedback: list[str] = field(default_factory=list)
    """Those of `message/feedback-report` (RFC 5965)."""
    disposition: list[str] = field(default_factory=list)
    """Those of a read receipt (RFC 8098)."""
    original: str = ""
    """The headers of the mail that it is about, as far as they came back, with what follows them."""

    @property
    def message_id(self) -> str | None:
        """The Message-ID of the mail that it is about."""
        found = _MESSAGE_ID.search(self.original)
        return found.group(1) if found else None


def read_notice(mail: Part) -> Notice:
    """Take a mail apart."""
    notice = Notice(mail)
    said: list[str] = []
    for part in mail.walk():
        if not part.parts:
            _place(part, notice, said)
    text, copy = without_copy("\n".join(said)[: 4 * MAX_SAID])
    notice.said = text[:MAX_SAID]
    if "X-HmXmrOriginalRecipient" in mail.headers:  # Outlook.com: the letter itself, as it was
        copy = mail.head.decode("latin-1")
    notice.original = (notice.original or copy)[:MAX_ORIGINAL]
    fields = _FIELDS.search(notice.said)
    if fields and not notice.status:
        start = notice.said.rfind("\n\n", 0, fields.start()) + 1  # others of this recipient may stand above
        notice.status.append(notice.said[start:])
        notice.said = notice.said[:start]
    return notice


def _place(part: Part, notice: Notice, said: list[str]) -> None:
    if part.type in _STATUS:
        notice.status.append(part.text[:MAX_SAID])
    elif part.type == "message/feedback-report":
        notice.feedback.append(part.text[:MAX_SAID])
    elif part.type in _NOTIFICATION:
        notice.disposition.append(part.text[:MAX_SAID])
    elif part.type in _RETURNED:
        notice.original = notice.original or part.text[:MAX_ORIGINAL]
    elif part.depth and "Received" in part.headers:  # the mail itself where a part should be
        notice.original = notice.original or part.head.decode("latin-1")[:MAX_ORIGINAL]
    elif _is_said(part) and (part.type != "text/html" or not any(one.strip() for one in said)):
        said.append(part.text)


def _is_said(part: Part) -> bool:
    """Whether a person would read it."""
    return part.headers.get_content_maintype() == "text" and not part.headers.get_filename()


def without_copy(text: str) -> tuple[str, str]:
    """What a text says, and the mail that it quotes below."""
    announced = _COPY_FOLLOWS.search(text)
    at = announced.start() if announced and announced.start() else len(text)
    at = min(at, _head_in(text))
    return text[:at], text[at:]


def _head_in(text: str) -> int:
    """Where the headers of a mail stand in a text: three such lines close together, one of them certain."""
    place, begins, seen, certain = 0, 0, 0, False
    for line in text.splitlines(keepends=True):
        bare = line.lstrip(">|").removeprefix(" ") if line[0] in ">|" else line
        if _HEAD_LINE.match(bare):
            if not seen:
                begins = place
            seen, certain = seen + 1, certain or _CERTAIN_HEAD.match(bare) is not None
            if seen >= 3 and certain:
                return begins
        elif not bare.strip() or not bare[0].isspace():
            seen, certain = 0, False
        place += len(line)
    return len(text)
