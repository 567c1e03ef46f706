"""The house: revisions, leases, routes and small notes."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint

from penfriend.storage.columns import BIG, JSON_VALUE, TEXT

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "revisions",
        Column("number", BIG, nullable=False, autoincrement=False),
        Column("applied_at", BIG, nullable=False),
        Column("digest", TEXT, nullable=False),
        Column("files", JSON_VALUE),
        Column("entry", TEXT, nullable=False),
        PrimaryKeyConstraint("number", name="pk_revisions"),
    )
    op.create_index("ix_revisions_digest", "revisions", ["digest"])
    op.create_table(
        "leases",
        Column("name", TEXT, nullable=False),
        Column("owner", TEXT, nullable=False),
        Column("until", BIG, nullable=False),
        PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "routes",
        Column("name", TEXT, nullable=False),
        Column("paused_until", BIG),
        Column("reason", TEXT),
        Column("failures", BIG, nullable=False, server_default="0"),
        PrimaryKeyConstraint("name", name="pk_routes"),
    )
    op.create_table(
        "notes",
        Column("name", TEXT, nullable=False),
        Column("value", TEXT),
        PrimaryKeyConstraint("name", name="pk_notes"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "notes",
        "routes",
        "leases",
        "revisions",
    ):
        op.drop_table(table)
