"""How fast routes go: the buckets of their rates, what they handed over on each day, what became of tries."""

from __future__ import annotations

from sqlalchemy import Column, Table

from penfriend.storage.columns import BIG, TEXT, count, moment
from penfriend.storage.tables.base import metadata

route_rates = Table(
    "route_rates",
    metadata,
    Column("route", TEXT, primary_key=True),
    Column("domain", TEXT, primary_key=True),  # of per_domain; empty for the route's own rate
    moment("full_at", null=False),  # when the bucket is full again (penfriend.domain.pacing)
)

route_days = Table(
    "route_days",
    metadata,
    Column("route", TEXT, primary_key=True),
    Column("begins_at", BIG, primary_key=True, autoincrement=False),  # midnight, by the brand's clock
    count("handed"),  # tries begun that day and not taken back
)

send_counts = Table(
    "send_counts",
    metadata,
    Column("route", TEXT, primary_key=True),
    Column("outcome", TEXT, primary_key=True),  # accepted, deferred, rejected, unknown
    count("number"),
)
"""Of all tries that ever were, also those that `retention` has deleted since: never less than before."""

delivery_days = Table(
    "delivery_days",
    metadata,
    Column("begins_at", BIG, primary_key=True, autoincrement=False),  # of `route_days`
    Column("route", TEXT, primary_key=True),
    Column("receiver", TEXT, primary_key=True),  # a large provider, or a domain
    Column("fate", TEXT, primary_key=True),  # penfriend.domain.deliverability.Fate
    count("number"),
)
