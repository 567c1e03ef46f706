"""Pauses: since when a campaign rests, until when it did, and the due times of those who wait in it.

Revision 0014.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column

from penfriend.storage.columns import BIG

revision, down_revision = "0014", "0013"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("campaign_states", Column("paused_at", BIG))
    op.add_column("campaign_states", Column("resumed_at", BIG))
    op.add_column("enrollments", Column("held_due_at", BIG))


def downgrade() -> None:
    """Drop the columns."""
    op.drop_column("enrollments", "held_due_at")
    op.drop_column("campaign_states", "resumed_at")
    op.drop_column("campaign_states", "paused_at")
