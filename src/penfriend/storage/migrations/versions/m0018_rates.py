"""Rates that hold over all workers: buckets, the days of routes, lanes of mails that are set aside for a slow
domain, and routes that are tried again."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint
from sqlalchemy import text as sql

from penfriend.storage.columns import BIG, TEXT

revision, down_revision = "0018", "0017"


def _index_of_due(where: str) -> None:
    op.create_index(
        "ix_messages_due",
        "messages",
        [sql("priority DESC"), "due_at", "id"],
        sqlite_where=sql(where),
        postgresql_where=sql(where),
    )


def upgrade() -> None:
    """Make the tables, the columns and the index of what is set aside."""
    op.create_table(
        "route_rates",
        Column("route", TEXT, nullable=False),
        Column("domain", TEXT, nullable=False),
        Column("full_at", BIG, nullable=False),
        PrimaryKeyConstraint("route", "domain", name="pk_route_rates"),
    )
    op.create_table(
        "route_days",
        Column("route", TEXT, nullable=False),
        Column("begins_at", BIG, nullable=False),
        Column("handed", BIG, nullable=False, server_default="0"),
        PrimaryKeyConstraint("route", "begins_at", name="pk_route_days"),
    )
    op.add_column("routes", Column("probing", Integer, nullable=False, server_default="0"))
    op.add_column("messages", Column("lane", TEXT))
    op.drop_index("ix_messages_due", "messages")
    _index_of_due("status = 'due' AND lane IS NULL")
    op.create_index(
        "ix_messages_lane",
        "messages",
        ["lane", sql("priority DESC"), "due_at", "id"],
        sqlite_where=sql("status = 'due' AND lane IS NOT NULL"),
        postgresql_where=sql("status = 'due' AND lane IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_messages_lane", "messages")
    op.drop_index("ix_messages_due", "messages")
    _index_of_due("status = 'due'")
    op.drop_column("messages", "lane")
    op.drop_column("routes", "probing")
    op.drop_table("route_days")
    op.drop_table("route_rates")
