"""Indexes with which a million rows cost the claims, `status` and `messages` no more than they must."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text as sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Renew the indexes whose order lacked the id; add those that `status` counts by."""
    op.drop_index("ix_messages_status", "messages")
    op.create_index("ix_messages_status", "messages", ["status", "id"])
    op.drop_index("ix_messages_campaign_status", "messages")
    op.create_index("ix_messages_campaign_status_id", "messages", ["campaign", "status", "id"])
    op.drop_index("ix_enrollments_due", "enrollments")
    _partial("ix_enrollments_due", "enrollments", ["due_at", "id"], "status = 'active'")
    _partial("ix_enrollments_ended", "enrollments", ["campaign", "end_reason"], "status = 'ended'")
    _partial("ix_enrollments_converted", "enrollments", ["campaign"], "converted_at IS NOT NULL")
    _partial("ix_decisions_postponed", "decisions", ["message_id", "reason"], "what = 'postponed'")


def downgrade() -> None:
    """Bring back those of before."""
    op.drop_index("ix_decisions_postponed", "decisions")
    op.drop_index("ix_enrollments_converted", "enrollments")
    op.drop_index("ix_enrollments_ended", "enrollments")
    op.drop_index("ix_enrollments_due", "enrollments")
    _partial("ix_enrollments_due", "enrollments", ["due_at"], "status = 'active'")
    op.drop_index("ix_messages_campaign_status_id", "messages")
    op.create_index("ix_messages_campaign_status", "messages", ["campaign", "status"])
    op.drop_index("ix_messages_status", "messages")
    op.create_index("ix_messages_status", "messages", ["status", "over_at"])


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sql(where), postgresql_where=sql(where))
