"""Who belongs: whose facts changed, what was last seen of each segment, and its members."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, PrimaryKeyConstraint

from penfriend.storage.columns import BIG, TEXT

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "touched",
        Column("id", BIG, nullable=False, autoincrement=True),
        Column("contact_id", BIG, ForeignKey("contacts.id", name="fk_touched_contact_id"), nullable=False),
        Column("event_id", BIG),
        Column("at", BIG, nullable=False),
        PrimaryKeyConstraint("id", name="pk_touched"),
    )
    op.create_index("ix_touched_contact_id", "touched", ["contact_id"])
    op.create_table(
        "segment_looks",
        Column("segment", TEXT, nullable=False),
        Column("definition", TEXT, nullable=False),
        Column("looked_at", BIG, nullable=False),
        PrimaryKeyConstraint("segment", name="pk_segment_looks"),
    )
    op.create_table(
        "members",
        Column("segment", TEXT, nullable=False),
        Column("contact_id", BIG, ForeignKey("contacts.id", name="fk_members_contact_id"), nullable=False),
        Column("occurrence", TEXT, nullable=False),
        Column("since", BIG, nullable=False),
        Column("noted", Integer(), nullable=False, server_default="0"),
        Column("look", BIG),
        Column("cart_key", TEXT),
        Column("order_key", TEXT),
        Column("product_key", TEXT),
        Column("reward_key", TEXT),
        Column("expires_on", TEXT),
        Column("event_id", BIG),
        PrimaryKeyConstraint("segment", "contact_id", "occurrence", name="pk_members"),
    )
    op.create_index("ix_members_contact_id", "members", ["contact_id"])
    op.create_index("ix_members_segment_look", "members", ["segment", "look"])


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "members",
        "segment_looks",
        "touched",
    ):
        op.drop_table(table)
