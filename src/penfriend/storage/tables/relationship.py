"""How people stand with the shop, by month of the brand's clock (`2026-03`): worked out once a day, and read
by pages. Nothing in it is about one person."""

from __future__ import annotations

from sqlalchemy import Column, Table

from penfriend.storage.columns import TEXT, amount, count
from penfriend.storage.tables.base import metadata

relation_cohorts = Table(
    "relation_cohorts",  # those whose first order was in one month: what they did in that and each later one
    metadata,
    Column("cohort", TEXT, primary_key=True),
    Column("month", TEXT, primary_key=True),
    count("buyers"),  # who ordered in that month; in the first one all of them
    count("orders"),
    amount("revenue", null=False, start=0),  # of the month's orders, net of refunds
    count("repeated"),  # had ordered twice or more by the end of the month
    count("churned"),  # had lapsed at the end of the month
)

relation_steps = Table(
    "relation_steps",
    metadata,
    Column("month", TEXT, primary_key=True),
    Column("step", TEXT, primary_key=True),  # of the loyalty ladder, at the end of the month
    count("people"),
)

relation_flows = Table(
    "relation_flows",
    metadata,
    Column("month", TEXT, primary_key=True),
    Column("source", TEXT, primary_key=True),  # the step at the end of the month before; empty: not known yet
    Column("target", TEXT, primary_key=True),  # another step at the end of this month; empty: erased
    count("people"),
)

relation_points = Table(
    "relation_points",
    metadata,
    Column("month", TEXT, primary_key=True),
    count("earned"),
    count("spent"),
    count("expired"),
    count("saved"),  # spent out of a lot after a letter about it and before it expired
)
