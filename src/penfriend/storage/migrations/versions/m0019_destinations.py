"""Destinations that rest: recipients' domains that have failed over a route, for all workers to know."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint

from penfriend.storage.columns import BIG, TEXT

revision, down_revision = "0019", "0018"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "destinations",
        Column("route", TEXT, nullable=False),
        Column("domain", TEXT, nullable=False),
        Column("failures", BIG, nullable=False, server_default="0"),
        Column("resting_until", BIG, nullable=False),
        Column("reason", TEXT),
        PrimaryKeyConstraint("route", "domain", name="pk_destinations"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("destinations")
