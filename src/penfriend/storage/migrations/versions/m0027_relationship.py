"""Scores of orders (`contact.rfm.`) and how people stand with the shop by month."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint

from penfriend.storage.columns import BIG, TEXT, amount, count

revision, down_revision = "0027", "0025"

_SCORES = ("rfm_recency", "rfm_frequency", "rfm_monetary")


def upgrade() -> None:
    """Make them."""
    for name in _SCORES:
        op.add_column("contacts", Column(name, BIG))
    op.create_table(
        "relation_cohorts",
        Column("cohort", TEXT, nullable=False),
        Column("month", TEXT, nullable=False),
        count("buyers"),
        count("orders"),
        amount("revenue", null=False, start=0),
        count("repeated"),
        count("churned"),
        PrimaryKeyConstraint("cohort", "month", name="pk_relation_cohorts"),
    )
    op.create_table(
        "relation_steps",
        Column("month", TEXT, nullable=False),
        Column("step", TEXT, nullable=False),
        count("people"),
        PrimaryKeyConstraint("month", "step", name="pk_relation_steps"),
    )
    op.create_table(
        "relation_flows",
        Column("month", TEXT, nullable=False),
        Column("source", TEXT, nullable=False),
        Column("target", TEXT, nullable=False),
        count("people"),
        PrimaryKeyConstraint("month", "source", "target", name="pk_relation_flows"),
    )
    op.create_table(
        "relation_points",
        Column("month", TEXT, nullable=False),
        count("earned"),
        count("spent"),
        count("expired"),
        count("saved"),
        PrimaryKeyConstraint("month", name="pk_relation_points"),
    )


def downgrade() -> None:
    """Drop them."""
    for name in ("relation_points", "relation_flows", "relation_steps", "relation_cohorts"):
        op.drop_table(name)
    for name in _SCORES:
        op.drop_column("contacts", name)
