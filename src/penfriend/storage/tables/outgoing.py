"""What other systems are told: who asked for what, and what is still to be told."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, UniqueConstraint
from sqlalchemy import text as sql

from penfriend.storage.columns import TEXT, count, of_contact, own_id, text, tries
from penfriend.storage.tables.base import metadata

outgoing_targets = Table(
    "outgoing_targets",
    metadata,
    Column("kind", TEXT, primary_key=True),  # message, enrollment, consent, survey
    Column("target", TEXT, primary_key=True),  # the name in `outgoing`
    count("revision", start=None),  # which asks for it
)
"""Of the live revision alone: who writes reads here whether anybody wants to know."""

outgoing_calls = Table(
    "outgoing_calls",
    metadata,
    own_id(),
    of_contact(),
    text("target", null=False),
    count("revision", start=None),  # by which it was wanted: an earlier one does not know its target
    *tries(),
    UniqueConstraint("key"),
    Index(None, "contact_id"),
    Index(
        "ix_outgoing_calls_owner",  # what a worker that ends gives back
        "owner",
        sqlite_where=sql("owner IS NOT NULL"),
        postgresql_where=sql("owner IS NOT NULL"),
    ),
    Index(
        "ix_outgoing_calls_due",
        "due_at",
        sqlite_where=sql("status = 'due'"),
        postgresql_where=sql("status = 'due'"),
    ),
    Index(
        "ix_outgoing_calls_order",  # whether an earlier one of the same contact waits
        "target",
        "contact_id",
        "id",
        sqlite_where=sql("status = 'due'"),
        postgresql_where=sql("status = 'due'"),
    ),
    Index(None, "status", "over_at"),
    Index(
        "ix_outgoing_calls_failed",  # the newest of them are shown
        "id",
        sqlite_where=sql("status = 'failed'"),
        postgresql_where=sql("status = 'failed'"),
    ),
)
