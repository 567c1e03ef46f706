"""Sources: rows that segments read from the company's own databases, and how the reading goes.

Revision 0015.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, PrimaryKeyConstraint

from penfriend.storage.columns import BIG, TEXT

revision, down_revision = "0015", "0014"


def upgrade() -> None:
    """Make the tables, and let members and enrollments be about a row."""
    op.create_table(
        "source_rows",
        Column("segment", TEXT, nullable=False),
        Column(
            "contact_id", BIG, ForeignKey("contacts.id", name="fk_source_rows_contact_id"), nullable=False
        ),
        Column("occurrence", TEXT, nullable=False),
        Column("columns", TEXT, nullable=False),
        Column("gone_at", BIG),
        PrimaryKeyConstraint("segment", "contact_id", "occurrence", name="pk_source_rows"),
    )
    op.create_index("ix_source_rows_contact_id", "source_rows", ["contact_id"])
    op.create_table(
        "source_staged",
        Column("segment", TEXT, nullable=False),
        Column("place", BIG, nullable=False, autoincrement=False),
        Column("contact_key", TEXT),
        Column("email", TEXT),
        Column("occurrence", TEXT, nullable=False),
        Column("columns", TEXT, nullable=False),
        Column("contact_id", BIG),
        PrimaryKeyConstraint("segment", "place", name="pk_source_staged"),
    )
    op.create_index(
        "ix_source_staged_segment_contact_id_occurrence",
        "source_staged",
        ["segment", "contact_id", "occurrence"],
    )
    op.create_table(
        "source_reads",
        Column("segment", TEXT, nullable=False),
        Column("definition", TEXT),
        Column("tried", TEXT),
        Column("read_at", BIG),
        Column("tried_at", BIG),
        Column("took", BIG, nullable=False, server_default="0"),
        Column("rows", BIG, nullable=False, server_default="0"),
        Column("unknown", BIG, nullable=False, server_default="0"),
        Column("base", BIG),
        Column("day", TEXT),
        Column("failing_since", BIG),
        Column("error", TEXT),
        Column("stopped", TEXT),
        Column("let_pass", Integer(), nullable=False, server_default="0"),
        PrimaryKeyConstraint("segment", name="pk_source_reads"),
    )
    for table in ("members", "enrollments"):
        op.add_column(table, Column("row_key", TEXT))


def downgrade() -> None:
    """Drop them."""
    for table in ("enrollments", "members"):
        op.drop_column(table, "row_key")
    for table in ("source_reads", "source_staged", "source_rows"):
        op.drop_table(table)
