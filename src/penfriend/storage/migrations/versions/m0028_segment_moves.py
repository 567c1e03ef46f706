"""Who joined and left each segment, counted by day from here on: for the pages of segments. Who is there
already stands in a row of a day before all others, so that the sum of a segment's rows is its size."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint

from penfriend.storage.columns import BIG, TEXT

revision, down_revision = "0028", "0027"


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "segment_moves",
        Column("segment", TEXT, nullable=False),
        Column("day", TEXT, nullable=False),
        Column("joined", BIG, nullable=False, server_default="0"),
        Column("left", BIG, nullable=False, server_default="0"),
        Column("redefined", BIG, nullable=False, server_default="0"),
        PrimaryKeyConstraint("segment", "day", name="pk_segment_moves"),
    )
    op.execute(
        "INSERT INTO segment_moves (segment, day, redefined)"
        " SELECT segment, '1970-01-01', count(*) FROM members GROUP BY segment"
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("segment_moves")
