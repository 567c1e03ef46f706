"""Marks contacts as touched: the next look asks about them, and what was decided before is decided again."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from penfriend.domain.timing import Moment
from penfriend.storage.batch_sql import insert_values, run
from penfriend.storage.tables import touched

_RAISE = "UPDATE contacts SET version = version + 1 WHERE id IN (SELECT id FROM BATCH AS b)"
_NAMING = """
SELECT i.contact_id FROM KEYS AS k CROSS JOIN items AS i WHERE i.product_key = k.id
UNION SELECT p.contact_id FROM KEYS AS k CROSS JOIN purchases AS p WHERE p.product_key = k.id
UNION SELECT e.contact_id FROM KEYS AS k CROSS JOIN events AS e
    WHERE e.product_key = k.id AND e.contact_id IS NOT NULL
"""


def touch(connection: Connection, by: Sequence[tuple[int, int | None]], at: Moment) -> None:
    """Mark each contact, with the event that did it where it was one; `at` is when that came in."""
    insert_values(
        connection, touched, ("contact_id", "event_id", "at"), [(who, event, at) for who, event in by]
    )
    if by:
        run(connection, _RAISE, batch={who for who, _ in by})


def touch_by_product(connection: Connection, products: Collection[str], at: Moment) -> None:
    """Mark all whose carts, orders or events name one of the products."""
    if products:
        found = run(connection, _NAMING, keys=products).scalars().all()
        touch(connection, [(who, None) for who in found], at)
