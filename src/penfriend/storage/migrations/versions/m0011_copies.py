"""Copies: what a mail that is sent again needs to have the same bytes."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSON, JSONB

from penfriend.storage.columns import BIG, TEXT

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Keep whom a mail was made for and the hash of its bytes; its facts in the order in which they were."""
    op.add_column("messages", Column("made_for", BIG))
    op.add_column("messages", Column("digest", TEXT))
    _retype_facts(JSON(), "facts::json")


def downgrade() -> None:
    """Take it away."""
    _retype_facts(JSONB(), "facts::jsonb")
    with op.batch_alter_table("messages") as table:
        table.drop_column("digest")
        table.drop_column("made_for")


def _retype_facts(kind: JSON, using: str) -> None:
    if op.get_bind().dialect.name == "postgresql":  # on SQLite a document is its text anyway
        op.alter_column("messages", "facts", type_=kind, postgresql_using=using)
