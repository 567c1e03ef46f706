"""Who belongs: whose facts changed, what was last seen of each segment, how large it was, and its members."""

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
