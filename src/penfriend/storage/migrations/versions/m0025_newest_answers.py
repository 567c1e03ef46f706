"""An index by which the newest answers are found, for the wall of comments on the dashboard."""

from __future__ import annotations

from alembic import op

revision, down_revision = "0025", "0024"


def upgrade() -> None:
    """Make it."""
    op.create_index("ix_answers_answered_at", "answers", ["answered_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_answers_answered_at", "answers")
