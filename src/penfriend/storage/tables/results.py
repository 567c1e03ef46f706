"""What came of mails and of people who entered, by day: counted anew, day by day, whenever something about
their mails comes in, so that nobody has to count millions of rows to look (`penfriend.storage.results`)."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from penfriend.storage.columns import BIG, TEXT, amount, count, moment, own_id, text
from penfriend.storage.tables.base import metadata

result_days = Table(
    "result_days",
    metadata,
    Column("day", TEXT, primary_key=True),  # on which the mails went out, by the brand's clock
    Column("campaign", TEXT, primary_key=True),
    Column("step", TEXT, primary_key=True),
    Column("template", TEXT, primary_key=True),
    Column("locale", TEXT, primary_key=True),  # empty: not known
    Column("transport", TEXT, primary_key=True),
    count("revision"),  # the latest that made one of them
    count("sent"),
    count("delivered"),
    count("bounced"),
    count("refused"),
    count("complained"),
    count("opened"),
    count("clicked"),
    count("unsubscribed"),
    count("answered"),
    count("converted"),
    amount("revenue", null=False, start=0),
    Index(None, "campaign", "day"),
)

entry_days = Table(
    "entry_days",
    metadata,
    Column("day", TEXT, primary_key=True),  # on which they entered, by the brand's clock
    Column("campaign", TEXT, primary_key=True),
    Column("held_out", Integer, primary_key=True, autoincrement=False),
    count("people"),
    count("converted"),
    amount("revenue", null=False, start=0),
    text("revenue_squares", null=False),  # the digits of a sum that 64 bits may not hold
    moment("over_at"),  # when the time for the goal is over for all of them; none without a goal
    Index(None, "campaign", "day"),
)

result_states = Table(
    "result_states",
    metadata,
    Column("kind", TEXT, primary_key=True),  # mails, entries
    Column("day", TEXT, primary_key=True),
    count("marked"),  # how often something about the day has come in
    count("counted"),  # what `marked` was when it was counted last
    count("rounds"),  # how often it was counted
    moment("counted_at"),
    count("took"),  # microseconds
)

result_news = Table(
    "result_news",
    metadata,
    own_id(),
    Column("enrollment_id", BIG, nullable=False),  # which was held out, or has converted
)
