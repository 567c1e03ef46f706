"""The facts of a contact as columns: computed anew from the contact's rows, never added up.

Refunds, late, repeated and replaced events then come out right. Each function takes the contacts of a batch.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from penfriend.storage.batch_sql import run

# {at}: `+ 0` keeps PostgreSQL, before it has statistics, from the index on name and time: a file of a million
# rows may have them all at one moment. SQLite takes the right one, and without it would read all the events
_EVENTS = """
INSERT INTO event_facts (contact_id, name, count, first_at, last_at, latest_id)
SELECT had.contact_id, had.name, had.number, had.first_at, had.last_at, (
    SELECT l.id FROM events AS l
    WHERE l.contact_id = had.contact_id AND l.name = had.name AND {at} = had.last_at
    ORDER BY l.key DESC LIMIT 1
)
FROM (
    SELECT e.contact_id, e.name, count(*) AS number, min(e.at) AS first_at, max(e.at) AS last_at
    FROM BATCH AS batch CROSS JOIN events AS e
    WHERE e.contact_id = batch.id AND e.name = :name
    GROUP BY e.contact_id, e.name
) AS had
WHERE 1 = 1
ON CONFLICT (contact_id, name) DO UPDATE SET
    count = excluded.count, first_at = excluded.first_at, last_at = excluded.last_at,
    latest_id = excluded.latest_id
"""
_ALL_EVENTS = _EVENTS.replace(" AND e.name = :name", "")
_ORDERS = """
UPDATE contacts SET
    (orders_count, orders_total, orders_average, orders_first_at, orders_last_at) = (
        SELECT count(*), coalesce(CAST(sum(net) AS bigint), 0),
            CASE WHEN count(*) > 0 THEN CAST(sum(net) AS bigint) / count(*) END,
            min(placed_at), max(placed_at)
        FROM orders WHERE orders.contact_id = contacts.id AND placed_at IS NOT NULL AND refunded = 0
    ),
    latest_order = (
        SELECT o.key FROM orders AS o WHERE o.contact_id = contacts.id AND o.placed_at IS NOT NULL
        ORDER BY o.placed_at DESC, o.key DESC LIMIT 1
    )
WHERE id IN (SELECT id FROM BATCH AS b)
"""
_FORGET_ALL_PURCHASES = "DELETE FROM purchases WHERE contact_id IN (SELECT id FROM BATCH AS b)"
_ALL_PURCHASES = """
INSERT INTO purchases (contact_id, product_key, first_at, last_at, count)
SELECT o.contact_id, i.product_key, min(o.placed_at), max(o.placed_at), count(DISTINCT o.id)
FROM BATCH AS batch CROSS JOIN orders AS o CROSS JOIN items AS i
WHERE o.contact_id = batch.id AND o.placed_at IS NOT NULL AND o.refunded = 0
    AND i.kind = 'order' AND i.thing_id = o.id AND i.product_key IS NOT NULL
GROUP BY o.contact_id, i.product_key
"""
_FORGET_PURCHASES = """
DELETE FROM purchases WHERE (contact_id, product_key) IN (SELECT id, key FROM PAIRS AS p)
"""
_PURCHASES = """
INSERT INTO purchases (contact_id, product_key, first_at, last_at, count)
SELECT pair.id, pair.key, min(o.placed_at), max(o.placed_at), count(DISTINCT o.id)
FROM PAIRS AS pair CROSS JOIN items AS i CROSS JOIN orders AS o
WHERE i.contact_id = pair.id AND i.product_key = pair.key AND i.kind = 'order'
    AND o.id = i.thing_id AND o.placed_at IS NOT NULL AND o.refunded = 0
GROUP BY pair.id, pair.key
"""
_CARTS = """
UPDATE contacts SET latest_cart = (
    SELECT k.key FROM carts AS k WHERE k.contact_id = contacts.id
    ORDER BY coalesce(k.updated_at, k.status_at) DESC, k.key DESC LIMIT 1
)
WHERE id IN (SELECT id FROM BATCH AS b)
"""
_PRODUCT = """
UPDATE contacts SET latest_product = (
    SELECT seen.product_key FROM (
        SELECT f.last_at AS at, (
            SELECT e.product_key FROM events AS e WHERE e.id = f.latest_id
        ) AS product_key
        FROM event_facts AS f WHERE f.contact_id = contacts.id
        UNION ALL SELECT p.last_at, p.product_key FROM purchases AS p WHERE p.contact_id = contacts.id
    ) AS seen WHERE seen.product_key IS NOT NULL ORDER BY seen.at DESC, seen.product_key DESC LIMIT 1
)
WHERE id IN (SELECT id FROM BATCH AS b)
"""


def renew_events(connection: Connection, names: Mapping[str, Collection[int]]) -> None:
    """How many events of each name, the first, the last; by name the contacts that had one."""
    for name in sorted(names):
        run(connection, _events(connection, _EVENTS), batch=names[name], name=name)


def renew_all_events(connection: Connection, contacts: Collection[int]) -> None:
    """The same for every name that these contacts ever had."""
    run(connection, _events(connection, _ALL_EVENTS), batch=contacts)


def _events(connection: Connection, statement: str) -> str:
    return statement.format(at="l.at" if connection.dialect.name == "sqlite" else "l.at + 0")


def renew_orders(connection: Connection, contacts: Collection[int]) -> None:
    """Count, sum, average, first and last of the orders."""
    if contacts:
        run(connection, _ORDERS, batch=contacts)


def renew_purchases(connection: Connection, bought: Collection[tuple[int, str]]) -> None:
    """How often each of these contacts bought each of these products: those that orders of the batch name, so
    that an order costs the same however many its contact has."""
    if bought:
        run(connection, _FORGET_PURCHASES, pairs=bought)
        run(connection, _PURCHASES, pairs=bought)


def renew_all_purchases(connection: Connection, contacts: Collection[int]) -> None:
    """The same for every product that these contacts ever bought."""
    run(connection, _FORGET_ALL_PURCHASES, batch=contacts)
    run(connection, _ALL_PURCHASES, batch=contacts)


def renew_carts(connection: Connection, contacts: Collection[int]) -> None:
    """The latest cart."""
    if contacts:
        run(connection, _CARTS, batch=contacts)


def renew_product(connection: Connection, contacts: Collection[int]) -> None:
    """The product that the contact last had to do with. After `renew_events` and `renew_purchases`."""
    if contacts:
        run(connection, _PRODUCT, batch=contacts)
