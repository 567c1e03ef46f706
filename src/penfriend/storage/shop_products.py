"""Keeps the shop's products: the latest `product_updated` of each is what it is now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from penfriend.domain.exchange import as_it_came
from penfriend.domain.ingestion import CheckedEvent
from penfriend.domain.shop import units
from penfriend.storage.batch_sql import pairs, upsert_rows
from penfriend.storage.tables import products

_THERE = "SELECT p.key, p.at FROM KEYS AS wanted CROSS JOIN products AS p WHERE p.key = wanted.id"
_AT_THE_SAME_MOMENT = """
SELECT p.key, max(e.key) FROM KEYS AS wanted CROSS JOIN products AS p CROSS JOIN events AS e
WHERE p.key = wanted.id AND e.name = 'product_updated' AND e.at = p.at AND e.product_key = p.key
GROUP BY p.key
"""


def keep_products(connection: Connection, events: Iterable[CheckedEvent], currency: str) -> set[str]:
    """Take what the events say, after they were inserted; an older one that comes later changes nothing.

    Gives the products they name.
    """
    latest: dict[str, CheckedEvent] = {}
    for event in events:
        key = event.properties["product_id"]
        if key not in latest or (event.at, event.key) > (latest[key].at, latest[key].key):
            latest[key] = event
    if not latest:
        return set()
    there = pairs(connection, _THERE, keys=latest)
    newer = {key: event for key, event in latest.items() if event.at >= there.get(key, event.at)}
    ties = [key for key, event in newer.items() if event.at == there.get(key)]
    if ties:  # of two at one moment the greater key wins, whichever came first
        winners = pairs(connection, _AT_THE_SAME_MOMENT, keys=ties)
        newer = {key: event for key, event in newer.items() if winners.get(key, event.key) <= event.key}
    if newer:
        made = [_row(key, event, currency) for key, event in newer.items()]
        # another transaction may have been faster with a newer one
        upsert_rows(connection, products, made, where="excluded.at >= products.at")
    return set(latest)


def _row(key: str, event: CheckedEvent, currency: str) -> dict[str, Any]:
    said, own = event.properties, as_it_came(event.properties)
    return {
        "key": key,
        "at": event.at,
        "title": said.get("title"),
        "url": said.get("url"),
        "image": said.get("image"),
        "category": said.get("category"),
        "price": units(own.get("price")),
        "currency": own.get("currency") or currency,
        "value": units(said.get("price")),
        "stock": None if "stock" not in said else int(said["stock"]),
        "attributes": said.get("attributes"),
    }
