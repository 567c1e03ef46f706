"""Dates and schedules: contacts by their zone, and how far a moment has let them in."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column

from penfriend.storage.columns import BIG

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the index and the column."""
    op.add_column("campaign_states", Column("dated_id", BIG, nullable=False, server_default="0"))
    op.create_index("ix_contacts_timezone_id", "contacts", ["timezone", "id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_contacts_timezone_id", "contacts")
    op.drop_column("campaign_states", "dated_id")
