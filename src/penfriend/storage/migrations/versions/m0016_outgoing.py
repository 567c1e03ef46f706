"""What other systems are told as it happens: who asked for what, and what is still to be told."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint, text

from penfriend.storage.columns import BIG, TEXT

revision, down_revision = "0016", "0015"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "outgoing_targets",
        Column("kind", TEXT, nullable=False),
        Column("target", TEXT, nullable=False),
        Column("revision", BIG, nullable=False),
        PrimaryKeyConstraint("kind", "target", name="pk_outgoing_targets"),
    )
    op.create_table(
        "outgoing_calls",
        Column("id", BIG, autoincrement=True, nullable=False),
        Column("contact_id", BIG, nullable=False),
        Column("target", TEXT, nullable=False),
        Column("revision", BIG, nullable=False),
        Column("key", TEXT, nullable=False),
        Column("body", TEXT, nullable=False),
        Column("status", TEXT, nullable=False),
        Column("attempts", BIG, nullable=False, server_default="0"),
        Column("created_at", BIG, nullable=False),
        Column("due_at", BIG, nullable=False),
        Column("over_at", BIG),
        Column("note", TEXT),
        Column("owner", TEXT),
        Column("lease_until", BIG),
        PrimaryKeyConstraint("id", name="pk_outgoing_calls"),
        ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_outgoing_calls_contact_id"),
        UniqueConstraint("key", name="uq_outgoing_calls_key"),
    )
    op.create_index("ix_outgoing_calls_contact_id", "outgoing_calls", ["contact_id"])
    op.create_index("ix_outgoing_calls_status_over_at", "outgoing_calls", ["status", "over_at"])
    due = text("status = 'due'")
    for name, columns in (("due", ["due_at"]), ("order", ["target", "contact_id", "id"])):
        op.create_index(
            f"ix_outgoing_calls_{name}", "outgoing_calls", columns, sqlite_where=due, postgresql_where=due
        )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("outgoing_calls")
    op.drop_table("outgoing_targets")
