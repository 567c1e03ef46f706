"""The law of looks: hourly steps and jumps over the moments find the same members since the same moments."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penfriend.domain.definitions import Definitions
from penfriend.domain.moments import FromNow, Weekday, Window
from penfriend.domain.segment import Condition, InSegment, Narrow, Op, Things
from penfriend.domain.timing import DAY, HOUR, Duration
from penfriend.storage.database import Database, open_database
from tests.contract.looks_shop import (
    DAYS,
    HOURS,
    MONTHS,
    NOW,
    Shop,
    cart,
    check,
    contact,
    definitions_of,
    members_of,
    order,
    seen,
)
from tests.contract.plain_reading import PlainReading
from tests.contract.random_segments import trees
from tests.contract.random_shops import keys, pick
from tests.contract.shop_world import Row, World

_STEP = HOUR
_DURATIONS = (
    Duration(1, HOURS),
    Duration(5, HOURS),
    Duration(1, DAYS),
    Duration(2, DAYS),
    Duration(1, MONTHS),
)
_NEAR = st.builds(
    lambda base, by: base + by * _STEP,
    st.sampled_from((NOW, NOW - 2 * DAY, NOW - 28 * DAY, NOW + DAY)),
    st.integers(-6, 50),
)

_DAYS = st.sampled_from((None, "2026-02-28", "2026-03-28", "2026-03-29", "2026-03-30", "2026-04-29"))
_KINDS = (Things.CONTACTS, Things.CARTS, Things.PURCHASES, Things.EVENTS)
_NAMES = (
    "cart.updated_at",
    "contact.subscribed_at",
    "contact.birthday",
    "orders.last_at",
    "orders.count",
    "cart",
    "contact.attributes.renews_at",
    "contact.attributes.due_on",
    "event.renews_at",
    "event.due_on",
    "product.attributes.renews_at",
    "product.attributes.due_on",
    "cart.items.attributes.renews_at",
    "order.items.attributes.due_on",
    "items.attributes.due_on",
)


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


@st.composite
def moving_tests(draw: st.DrawFn) -> Condition:
    expr = draw(
        st.one_of(
            st.builds(FromNow, st.sampled_from(_DURATIONS), st.sampled_from((-1, 1))),
            st.builds(Weekday, st.integers(0, 6)),
        )
    )
    window = Window(draw(st.sampled_from(_DURATIONS)), draw(st.sampled_from((-1, 1))))
    name = pick(draw, _NAMES)
    if name == "cart":
        return InSegment("carts")
    if name == "orders.count":
        ordered = check("order.items.attributes.due_on", Op.BEFORE, expr)
        narrow = pick(
            draw,
            (Narrow(within=window), Narrow(after=expr), Narrow(before=expr), Narrow(where=ordered)),
        )
        return check(name, draw(st.sampled_from((Op.AT_LEAST, Op.AT_MOST))), 1, narrow)
    op = draw(st.sampled_from((Op.BEFORE, Op.AFTER, Op.AT_LEAST, Op.LESS_THAN, Op.EQUAL, Op.NOT, Op.WITHIN)))
    return check(name, op, window if op is Op.WITHIN else expr)


moving_conditions = trees(moving_tests())


def item(kind: str, thing: int, product: str) -> Row:
    return {"kind": kind, "thing_id": thing, "position": 0, "contact_id": 1, "product_key": product}


@st.composite
def declared(draw: st.DrawFn) -> Row:
    """What `data` declares, near the end of the test."""
    return {"renews_at": draw(_NEAR), "due_on": draw(_DAYS)}


@st.composite
def moving_worlds(draw: st.DrawFn) -> World:
    known = {"subscribed_at": draw(_NEAR), "birthday": draw(_DAYS), "attributes": draw(declared())}
    world = World([contact(1, **known)])
    world.products = [{"key": key, "at": 0, "attributes": draw(declared())} for key in ("p1", "p2")]
    world.carts = [cart(number, draw(_NEAR)) for number in range(1, draw(st.integers(1, 3)))]
    world.orders = [order(number, draw(_NEAR)) for number in range(1, draw(st.integers(1, 3)))]
    world.items = [item("cart", row["id"], draw(keys)) for row in world.carts]
    world.items += [item("order", row["id"], draw(keys)) for row in world.orders]
    world.events = [
        seen(number, draw(_NEAR), product_id=draw(keys), **draw(declared()))
        for number in range(1, draw(st.integers(1, 3)))
    ]
    return world


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(where=moving_conditions, of=st.sampled_from(_KINDS), world=moving_worlds())
def test_stepping_and_jumping_find_the_same_members(
    database: Database, where: Condition, of: Things, world: World
) -> None:
    definitions = definitions_of(where, of, key="product_id" if of is Things.EVENTS else "")
    end = NOW + 2 * DAY + HOUR  # the clocks of London go forward in between
    shop = Shop(database, definitions, world)
    moments = []
    moment = shop.next_moment(NOW)
    while moment is not None and moment <= end:
        moments.append(moment)
        moment = shop.next_moment(moment)
    start = members_of(database)
    jumped = {at: shop.look(at) for at in moments}
    history = PlainHistory(world, definitions)
    assert history.changes(NOW, end) <= set(moments)
    for at, members in jumped.items():
        assert set(members) == history.members(at)
    shop = Shop(database, definitions, world)
    stepped = {}
    for at in range(NOW + _STEP, end + 1, _STEP):
        stepped[at] = shop.look(at)
    for at, members in stepped.items():
        before = [moment for moment in moments if moment <= at]
        assert members == (jumped[before[-1]] if before else start)


class PlainHistory:
    """The members by a plain reading at any moment."""

    def __init__(self, world: World, definitions: Definitions) -> None:
        self._world, self._definitions = world, definitions

    def members(self, at: int) -> set[tuple[int, str]]:
        return PlainReading(self._world, self._definitions, at).members(self._definitions.segments["tested"])

    def changes(self, start: int, end: int) -> set[int]:
        """The moments in (start, end] at which the members become others, found by halving steps that are
        short enough."""
        found = set()
        for low in range(start, end, _STEP):
            for begin, stop in ((low, low + 1), (low + 1, low + _STEP)):
                if self.members(begin) != self.members(stop):
                    found.add(self._first(begin, stop))
        return found

    def _first(self, low: int, high: int) -> int:
        before = self.members(low)
        while high - low > 1:
            middle = (low + high) // 2
            if self.members(middle) == before:
                low = middle
            else:
                high = middle
        return high
