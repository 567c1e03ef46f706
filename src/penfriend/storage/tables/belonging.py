"""Who belongs: whose facts changed, what was last seen of each segment, how large it was, who joined and
left, its members, and the rows of segments that are read from the company's own databases."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from penfriend.storage.columns import BIG, TEXT, count, flag, moment, of_contact, own_id, subject, text
from penfriend.storage.tables.base import metadata

touched = Table(
    "touched",
    metadata,
    own_id(),
    of_contact(),
    Column("event_id", BIG),
    moment("at", null=False),  # the arrival
    Index(None, "contact_id"),
)

segment_looks = Table(
    "segment_looks",
    metadata,
    Column("segment", TEXT, primary_key=True),
    text("definition", null=False),  # hash of the condition tree that the members were found with
    moment("looked_at", null=False),
)

segment_sizes = Table(
    "segment_sizes",
    metadata,
    Column("segment", TEXT, primary_key=True),
    Column("day", TEXT, primary_key=True),  # the brand's date
    count("members"),
)

segment_moves = Table(
    "segment_moves",
    metadata,
    Column("segment", TEXT, primary_key=True),
    Column("day", TEXT, primary_key=True),  # the brand's date
    count("joined"),
    count("left"),
    count("redefined"),  # by so many larger or smaller: it was defined anew, and nobody moved
)

members = Table(
    "members",
    metadata,
    Column("segment", TEXT, primary_key=True),
    of_contact(primary_key=True),
    Column("occurrence", TEXT, primary_key=True),
    moment("since", null=False),
    flag("noted"),  # was there when the campaign was activated
    Column("look", BIG),  # the look that brought the member in
    *subject(),
    Index(None, "segment", "look"),
    Index(None, "contact_id"),
)

source_rows = Table(
    "source_rows",
    metadata,
    Column("segment", TEXT, primary_key=True),
    of_contact(primary_key=True),
    Column("occurrence", TEXT, primary_key=True),
    text("columns", null=False),  # the further columns as JSON, as last read
    moment("gone_at"),  # no longer among the rows; kept for the letters of those who are inside
    Index(None, "contact_id"),
)

source_staged = Table(
    "source_staged",
    metadata,
    Column("segment", TEXT, primary_key=True),
    Column("place", BIG, primary_key=True, autoincrement=False),  # 1 is the first row that came
    text("contact_key"),
    text("email"),
    text("occurrence", null=False),
    text("columns", null=False),
    Column("contact_id", BIG),  # none: nobody whom the store knows
    Index(None, "segment", "contact_id", "occurrence"),
)

source_reads = Table(
    "source_reads",
    metadata,
    Column("segment", TEXT, primary_key=True),
    text("definition"),  # hash of the SELECT that was last read whole
    text("tried"),  # of the one that was tried last
    moment("read_at"),
    moment("tried_at"),
    count("took"),
    count("rows"),
    count("unknown"),
    Column("base", BIG),
    text("day"),
    moment("failing_since"),
    text("error"),
    text("stopped"),
    flag("let_pass"),
)
