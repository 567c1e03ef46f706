"""One mail that came back, read: what it says of each recipient.

Fields for programs come first, since they are exact; then the words of a refusal that has none. Everything
else is named for what it is and has no effect.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable
from datetime import UTC
from email.utils import parsedate_to_datetime

from penfriend.delivery.reports import automatic, plain
from penfriend.delivery.reports.fields import ADDRESS, Recipient, blocks, one_address, read_recipients
from penfriend.delivery.reports.judging import has_words, kind_of
from penfriend.delivery.reports.mime import read_mail
from penfriend.delivery.reports.notice import Notice, read_notice
from penfriend.delivery.reports.notification import Notification, read_notification
from penfriend.domain.feedback import Kind
from penfriend.domain.plain_text import is_line, one_line
from penfriend.domain.reports import MAX_TEXT, Nothing, Report
from penfriend.domain.timing import Moment, from_datetime

log = logging.getLogger("penfriend.bounces")

_ENHANCED = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
_CODE = re.compile(r"(?:^|(?<=[\s:;>(,\"'\-=]))([45][0-5]\d)(?=[\s\-:;,.<>)\"']|$)")
_SENT_TO = (
    "X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "Original-Recipient",
    "To", "Cc",
)  # fmt: skip
_FOR = re.compile(r"\bfor <?([^\s<>;]{3,320})>?")
"""Where a server on the way says that it has put the mail."""
MAX_RECEIVED = 30
MAX_SERVER = 255
_DATES = ("last-attempt-date", "arrival-date", "received-date")
_NO_FAILURE = {
    "delayed": Nothing.DELAYED,
    "delivered": Nothing.RECEIPT,
    "relayed": Nothing.RELAYED,
    "expanded": Nothing.RELAYED,
}
"""The actions of RFC 3464 from which nothing follows."""
_COMPLAINTS = {
    **dict.fromkeys(("", "abuse", "fraud", "virus", "other"), Kind.COMPLAINED),
    **dict.fromkeys(("opt-out", "opt-out-list"), Kind.UNSUBSCRIBED),
}
"""The types of RFC 5965 that follow from what a person did; `auth-failure` (RFC 6591) and `not-spam` do
not."""
_TOLD: dict[str, Kind | Nothing] = {
    "complaint": Kind.COMPLAINED,
    "delivery": Nothing.RECEIPT,
    "deliverydelay": Nothing.DELAYED,
}
"""The notifications of Amazon SES beside bounces."""
_COMPLAINED = ("original-rcpt-to", "removal-recipient", "final-recipient")
_TO = re.compile(r"(?im)^(?:x-hmxmroriginalrecipient|to):[^\S\n]*(.{3,300}?)$")


def read_report(raw: bytes) -> list[Report]:
    """What one mail says, one `Report` for each recipient that it names; at least one. Never raises: a mail
    that trips something must not keep those behind it."""
    try:
        return reports_of(raw)
    except Exception:
        log.exception("a mail that came back trips its reader; it counts as no report")
        return [Report(key=f"mailbox:{hashlib.sha256(raw).hexdigest()[:32]}", nothing=Nothing.NO_REPORT)]


def reports_of(raw: bytes) -> list[Report]:
    """The same without that net."""
    notice = read_notice(read_mail(raw))
    maker = _Maker(notice)
    if notice.feedback or automatic.is_old_complaint(notice):
        return maker.complaints()
    whole, recipients = read_recipients(notice.status)
    if recipients:
        names = [one.address or "" for one in recipients]
        return [maker.of_recipient(one, whole, names) for one in recipients]
    told = read_notification(notice.said)
    if told is not None and told.recipients:
        return maker.told(told)
    nothing = automatic.why_nothing(notice)
    if nothing is not None:
        return [maker.report(nothing)]
    return maker.refusals(plain.named(notice))


class _Maker:
    """Makes the reports of one mail."""

    def __init__(self, notice: Notice) -> None:
        self.notice = notice
        self._key = _key(notice)
        self._made = 0
        self._sent_to = tuple(_sent_to(notice))
        self._at = _moment(notice.mail.header("Date"))

    @property
    def _about(self) -> str | None:
        found = self.notice.message_id
        return found if found and is_line(found) else None

    def report(
        self,
        what: Kind | Nothing,
        text: str = "",
        *,
        address: str | None = None,
        codes: tuple[int | None, str | None] = (None, None),
        server: str | None = None,
        at: Moment | None = None,
    ) -> Report:
        """The next report of this mail."""
        self._made += 1
        return Report(
            key=self._key if self._made == 1 else f"{self._key}:{self._made}",
            kind=what if isinstance(what, Kind) else None,
            nothing=what if isinstance(what, Nothing) else None,
            address=address if address and is_line(address) else None,
            code=codes[0],
            enhanced=codes[1],
            text=one_line(text)[:MAX_TEXT],
            server=one_line(server)[:MAX_SERVER] if server else None,
            message_id=self._about,
            return_paths=self._sent_to,
            at=at if at is not None else self._at,
        )

    def complaints(self) -> list[Report]:
        """What a feedback report says (RFC 5965), for each recipient that it names."""
        values: dict[str, list[str]] = {}
        for text in self.notice.feedback[:1]:
            for name, value in (pair for block in blocks(text) for pair in block):
                values.setdefault(name, []).append(value)
        sort = values.get("feedback-type", [""])[0].strip().lower()
        named = [one_address(value) for name in _COMPLAINED for value in values.get(name, [])]
        to = _TO.search(self.notice.original)
        known = dict.fromkeys(one for one in named if one)
        who: list[str | None] = [*known] or [one_address(to.group(1)) if to else None]
        server = next(iter(values.get("reporting-mta", values.get("user-agent", []))), None)
        at = _first_moment(value for name in _DATES for value in values.get(name, []))
        what = _COMPLAINTS.get(sort, Nothing.NO_REPORT)
        text = f"{sort or 'abuse'}: {self.notice.said}"
        return [self.report(what, text, address=one, server=server, at=at) for one in who[: plain.MAX_NAMED]]

    def of_recipient(self, one: Recipient, whole: dict[str, str], names: list[str]) -> Report:
        """What a delivery report says of one recipient (RFC 3464)."""
        diagnostic, status = one.get("diagnostic-code"), one.get("status")
        said = plain.about(one.address, names, self.notice.said)
        codes = _codes(status, diagnostic, "" if diagnostic else said)
        action = one.get("action").split(" ")[0].lower().strip("();,")
        what: Kind | Nothing | None = _NO_FAILURE.get(action)
        if what is None:
            what = Nothing.RECEIPT if status.startswith("2.") else kind_of(diagnostic, said, *codes)
        dates = (fields.get(name, "") for fields in (one.fields, whole) for name in _DATES)
        return self.report(
            what,
            diagnostic or said,
            address=one.address,
            codes=codes,
            server=Recipient(whole).get("reporting-mta") or None,
            at=_first_moment(dates),
        )

    def told(self, told: Notification) -> list[Report]:
        """What Amazon SES says of each recipient."""
        if told.message_id is not None:
            self.notice.original = f"Message-ID: {told.message_id}\n"
        recipients = [Recipient(fields) for fields in told.recipients[: plain.MAX_NAMED]]
        if told.sort == "bounce":
            self.notice.said = ""
            return [self.of_recipient(one, {}, []) for one in recipients]
        what = _TOLD.get(told.sort, Nothing.NO_REPORT)
        return [self.report(what, told.sort, address=one.address) for one in recipients]

    def refusals(self, addresses: list[str]) -> list[Report]:
        """What a refusal without fields says of each address that it names."""
        subject = self.notice.mail.header("Subject")
        reports = []
        named: list[str | None] = [*addresses] or [None]
        for address in named:
            said = plain.about(address, addresses, self.notice.said)
            codes = _codes("", said, "")
            told = said if has_words(said) else f"{said}\n\n{subject}"  # it may quote that of the letter
            kind = kind_of("", told, *codes)
            reports.append(self.report(kind, said, address=address, codes=codes))
        return reports


def _codes(status: str, diagnostic: str, said: str) -> tuple[int | None, str | None]:
    """Reply code and enhanced code: the most exact one of what the fields say, then of the text."""
    found = (_CODE.search(text[:4_000]) for text in (diagnostic, said))
    code = next((int(one.group(1)) for one in found if one), None)
    seen = [one for text in (status, diagnostic, said) for one in _ENHANCED.findall(text[:4_000])]
    exact = [one for one in seen if not one.endswith(".0.0")]
    return code, next(iter(exact or seen), None)


def _sent_to(notice: Notice) -> Iterable[str]:
    values = [value[:4_000] for name in _SENT_TO for value in notice.mail.all_of(name)]
    received = (_FOR.search(value[:4_000]) for value in notice.mail.all_of("Received")[:MAX_RECEIVED])
    values += [one.group(1) for one in received if one]
    return dict.fromkeys(one.group() for value in values for one in ADDRESS.finditer(value))


def _key(notice: Notice) -> str:
    """What the report is known by: the same whether its lines end in LF or CRLF, and whatever servers on the
    way have put above it."""
    digest = hashlib.sha256()
    for name in ("Message-ID", "Date", "To", "Subject"):
        digest.update(notice.mail.header(name).encode("utf-8", "replace") + b"\n")
    digest.update(notice.mail.raw.rstrip())
    return f"mailbox:{digest.hexdigest()[:32]}"


def _first_moment(values: Iterable[str]) -> Moment | None:
    return next((at for at in map(_moment, values) if at is not None), None)


def _moment(value: str) -> Moment | None:
    try:
        found = parsedate_to_datetime(value) if value else None
        return from_datetime(found if found.tzinfo else found.replace(tzinfo=UTC)) if found else None
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
