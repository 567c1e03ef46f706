"""Who belongs: whose facts changed, what was last seen of each segment, and its members."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from penfriend.storage.columns import BIG, TEXT, flag, moment, of_contact, own_id, subject, text
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
