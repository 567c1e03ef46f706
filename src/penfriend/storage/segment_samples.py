"""A few members of a segment by chance, and what the things are that they are members with. Each is found by
one step in an index."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, RowMapping, func, select

from penfriend.domain.dossier import link_of
from penfriend.domain.segment import Things
from penfriend.domain.segment_pages import Sample, Thing
from penfriend.storage import tables as t

_m, _c = t.members.c, t.contacts.c
_MEMBER = (
    select(t.members, _c.key, _c.email, _c.email_hash, _c.first_name, _c.last_name)
    .join(t.contacts, _c.id == _m.contact_id)
    .order_by(_m.contact_id, _m.occurrence)
    .limit(1)
)


def samples(connection: Connection, segment: str, of: Things, seed: str, most: int) -> list[Sample]:
    """Some members of a segment whose members are kept; the same for the same seed."""
    newest = connection.execute(select(func.max(_m.contact_id)).where(_m.segment == segment)).scalar()
    found: dict[tuple[int, str], Sample] = {}
    for number in range(most if newest else 0):
        row = _near(connection, segment, _pivot(f"{seed}/{segment}/{number}", newest or 0))
        if row is not None:
            found.setdefault((row["contact_id"], row["occurrence"]), _sample(connection, row, of))
    return list(found.values())


def _pivot(text: str, newest: int) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % newest + 1


def _near(connection: Connection, segment: str, pivot: int) -> RowMapping | None:
    """The first member from that contact on: there is one, since the pivot is not beyond the last."""
    query = _MEMBER.where(_m.segment == segment, _m.contact_id >= pivot)
    return connection.execute(query).mappings().first()


def _sample(connection: Connection, row: RowMapping, of: Things) -> Sample:
    name = " ".join(part for part in (row["first_name"], row["last_name"]) if part)
    find = _THINGS.get(of)
    return Sample(
        link=link_of(row["key"], row["email_hash"]),
        name=name or row["email"] or row["key"] or "",
        since=row["since"],
        thing=None if find is None else find(connection, row) or Thing(row["occurrence"]),
    )


def _cart(connection: Connection, row: RowMapping) -> Thing | None:
    c = t.carts.c
    query = select(c.value, c.items_count, c.updated_at).where(c.key == row["cart_key"])
    one = connection.execute(query).first()
    return one and Thing(row["cart_key"], one.value, one.items_count, one.updated_at)


def _order(connection: Connection, row: RowMapping) -> Thing | None:
    o = t.orders.c
    one = connection.execute(select(o.net, o.placed_at).where(o.key == row["order_key"])).first()
    return one and Thing(row["order_key"], one.net, at=one.placed_at)


def _purchase(connection: Connection, row: RowMapping) -> Thing | None:
    p, b = t.products.c, t.purchases.c
    title = connection.execute(select(p.title).where(p.key == row["product_key"])).scalar()
    mine = (b.contact_id == row["contact_id"]) & (b.product_key == row["product_key"])
    at = connection.execute(select(b.last_at).where(mine)).scalar()
    return Thing(title or row["product_key"] or row["occurrence"], at=at)


def _points(connection: Connection, row: RowMapping) -> Thing | None:
    e = t.expiries.c
    mine = (e.contact_id == row["contact_id"]) & (e.expires_on == row["expires_on"])
    number = connection.execute(select(e.remaining).where(mine)).scalar()
    return Thing(row["expires_on"] or row["occurrence"], number=number)


def _reward(connection: Connection, row: RowMapping) -> Thing | None:
    r = t.rewards.c
    mine = (r.contact_id == row["contact_id"]) & (r.key == row["reward_key"])
    one = connection.execute(select(r.title, r.cost).where(mine)).first()
    return one and Thing(one.title or row["reward_key"], number=one.cost)


def _event(connection: Connection, row: RowMapping) -> Thing | None:
    e = t.events.c
    one = connection.execute(select(e.name, e.at).where(e.id == row["event_id"])).first()
    return one and Thing(one.name, at=one.at)


_THINGS: Mapping[Things, Callable[[Connection, RowMapping], Thing | None]] = {
    Things.CARTS: _cart,
    Things.ORDERS: _order,
    Things.PURCHASES: _purchase,
    Things.POINTS: _points,
    Things.REWARDS: _reward,
    Things.EVENTS: _event,
    Things.ROWS: lambda _, row: Thing(row["occurrence"]) if row["occurrence"] else None,
}
