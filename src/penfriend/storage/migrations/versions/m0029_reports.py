"""Indexes by which the tries and the runs of a day are found, for `penfriend export`. The views `report_...`
come with every migration (`penfriend.storage.reporting.views`)."""

from __future__ import annotations

from alembic import op

revision, down_revision = "0029", "0028"


def upgrade() -> None:
    """Make them."""
    op.create_index("ix_attempts_started_at", "attempts", ["started_at"])
    op.create_index("ix_enrollments_entered_at", "enrollments", ["entered_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_enrollments_entered_at", "enrollments")
    op.drop_index("ix_attempts_started_at", "attempts")
