"""The reports and their columns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from penfriend.domain.results import MEANINGS


class Kind(StrEnum):
    """The type of a column."""

    TEXT = "text"
    NUMBER = "number"
    AMOUNT = "amount"
    """A decimal number of at most four places, in the currency that stands beside it."""
    MOMENT = "moment"
    """ISO 8601 in UTC, to the microsecond."""
    YES_NO = "yes_no"
    JSON = "json"
    DAY = "day"
    """A date of the brand's calendar."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    kind: Kind
    meaning: str


@dataclass(frozen=True, slots=True)
class Report:
    """One kind of row. Its columns only grow at the end: other programs rely on them."""

    name: str
    """The argument of `penfriend export`; the view is called `report_` and this."""
    rows: str
    """What one row is."""
    day: str
    """The column whose day, by the brand's calendar, says in which file a row stands. Where it is empty the
    row stands in no file, only in the view."""
    columns: tuple[Column, ...]

    @property
    def view(self) -> str:
        """The name of its view."""
        return f"report_{self.name}"


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


_T, _N, _A, _M, _Y, _J = Kind.TEXT, Kind.NUMBER, Kind.AMOUNT, Kind.MOMENT, Kind.YES_NO, Kind.JSON

_CONTACT = Column("contact", _T, "The shop's id of the person; their address where the shop gave no id.")
_CAMPAIGN = Column("campaign", _T, "The campaign's name in the files.")
_OCCURRENCE = Column("occurrence", _T, "What the run is about: a cart, a date, a year; often empty.")
_ENTRY = Column("entry", _N, "Which run of this person for this occurrence it is, from 1.")
_RUN = (_CAMPAIGN, _CONTACT, _OCCURRENCE, _ENTRY)
_MESSAGE_ID = Column("message_id", _T, "The header Message-ID of the mail.")
_DOMAIN = Column("domain", _T, "The domain of the address that it went to; empty before the first try.")
_CART = Column("cart_id", _T, "The shop's id of the cart that it is about.")
_ORDER = Column("order_id", _T, "The shop's id of the order that it is about.")
_PRODUCT = Column("product_id", _T, "The shop's id of the product that it is about.")

MESSAGES = Report(
    "messages",
    "One intended mail: what became of it, also where it was not sent.",
    "over_at",
    (
        _MESSAGE_ID,
        *_RUN,
        Column("step", _T, "The step of the campaign that wanted it."),
        Column("template", _T, "The letter."),
        Column("topic", _T, "The topic that it belongs to; empty for transactional mail."),
        Column("transactional", _Y, "Whether it is transactional, and needs no consent."),
        Column("revision", _N, "The number of the campaign files that made it."),
        Column("status", _T, "due, claimed, sending, sent, unknown, failed or skipped (docs/reasons.md)."),
        Column("reason", _T, "Why it was not sent (docs/reasons.md)."),
        Column("transport", _T, "The transport that it left by."),
        _DOMAIN,
        Column("tries", _N, "How often it was tried."),
        Column("postponed", _N, "How often it was put off."),
        Column("held_by", _T, "Why it was last put off (docs/reasons.md)."),
        Column("wanted_at", _M, "When its step began."),
        Column("over_at", _M, "When it was settled: sent, failed, skipped or unknown."),
        Column("sent_at", _M, "When the provider took it."),
        Column("delivered_at", _M, "When the receiving server had it, where somebody says so."),
        Column("opened_at", _M, "When a person first opened it."),
        Column("clicked_at", _M, "When a person first clicked in it."),
        Column("bounced_at", _M, "When it came back."),
        Column("complained_at", _M, "When the person called it spam."),
    ),
)
ATTEMPTS = Report(
    "attempts",
    "One try to hand a mail to a provider.",
    "started_at",
    (
        _MESSAGE_ID,
        Column("number", _N, "Which try of this mail it is, from 1."),
        _CAMPAIGN,
        Column("step", _T, "The step of the campaign that wanted the mail."),
        Column("transport", _T, "The transport that was tried."),
        _DOMAIN,
        Column("started_at", _M, "When it began."),
        Column("dot_at", _M, "When the last byte was written: from then on the mail may be there."),
        Column("ended_at", _M, "When its outcome was known."),
        Column("stage", _T, "How far it had come (docs/reasons.md)."),
        Column("outcome", _T, "accepted, deferred, rejected or unknown; empty while it lasts."),
        Column("fault", _T, "Whose matter a refusal is: recipient, message or route (docs/reasons.md)."),
        Column("code", _N, "The reply code of SMTP, or the status of HTTP."),
        Column("enhanced", _T, "The enhanced status code, such as 5.1.1."),
        Column("server", _T, "The server that answered."),
        Column("answer", _T, "What it said, or what broke. Servers like to quote the address in it."),
    ),
)
EVENTS = Report(
    "events",
    "One thing that happened, as it came in or as Penfriend noted it.",
    "at",
    (
        Column("name", _T, "The event's name."),
        _CONTACT,
        Column("at", _M, "When it happened."),
        Column("received_at", _M, "When it came in."),
        Column("event_id", _T, "The id that it came with; empty for Penfriend's own events."),
        _CART,
        _ORDER,
        _PRODUCT,
        Column("amount", _A, "Of a cart or an order its total, of a refund what was given back."),
        Column("currency", _T, "The currency of the amount."),
        Column("value", _A, "The amount in the brand's currency, at the rate of the day it came in."),
        Column("message_id", _T, "For opened, clicked, bounced ... the Message-ID of the mail."),
        Column("properties", _J, "All its properties. They may hold names and addresses."),
    ),
)
ENROLLMENTS = Report(
    "enrollments",
    "One run of a person through a campaign.",
    "entered_at",
    (
        *_RUN,
        Column("revision", _N, "The number of the campaign files that it follows."),
        Column("entered_at", _M, "When they entered."),
        Column("status", _T, "active or ended."),
        Column("step", _T, "Where they stand, or stood at the end."),
        Column("due_at", _M, "When they move on by themselves."),
        Column("ended_at", _M, "When it ended."),
        Column("end_reason", _T, "Why it ended (docs/reasons.md); holdout: they get no mail."),
        Column("goal_until", _M, "Until when the goal counts."),
        Column("goal_at", _M, "When the goal was first reached."),
        Column("converted_at", _M, "When it was reached in time: they count as converted."),
        _CART,
        _ORDER,
        _PRODUCT,
        Column("reward_id", _T, "The shop's id of the reward that it is about."),
    ),
)
ANSWERS = Report(
    "answers",
    "One answer to a survey.",
    "answered_at",
    (
        Column("survey", _T, "The survey's name in the files."),
        _CONTACT,
        Column("answered_at", _M, "When they answered."),
        Column("score", _N, "The score."),
        Column("comment", _T, "What they wrote, in their own words."),
        Column("campaign", _T, "The campaign whose mail asked, where one did."),
        Column("occurrence", _T, "What that run was about."),
        Column("entry", _N, "Which run of this person it was."),
    ),
)

_METRICS = (
    "sent", "delivered", "bounced", "refused", "complained", "opened", "clicked", "unsubscribed", "answered",
    "converted",
)  # fmt: skip
RESULTS = Report(
    "results",
    "What came of the mails that went out on a day, one row for each group of them.",
    "",
    (
        Column("day", Kind.DAY, "The day on which they went out, by the brand's calendar."),
        _CAMPAIGN,
        Column("step", _T, "The step of the campaign that wanted them."),
        Column("template", _T, "The letter."),
        Column("locale", _T, "The language in which it was made; empty where that is not known."),
        Column("transport", _T, "The transport that they left by."),
        *(Column(name, _N, _sentence(MEANINGS[name])) for name in _METRICS),
        Column("revenue", _A, _sentence(MEANINGS["revenue"])),
    ),
)

REPORTS = {report.name: report for report in (MESSAGES, ATTEMPTS, EVENTS, ENROLLMENTS, ANSWERS)}
"""Those that are written as files of a day, by name."""
VIEWS = {**REPORTS, RESULTS.name: RESULTS}
"""Those that have a view, by name."""
