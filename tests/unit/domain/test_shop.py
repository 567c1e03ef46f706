"""What events say of carts, orders and products."""

from __future__ import annotations

from typing import Any

import pytest

from penfriend.domain import segment
from penfriend.domain.campaign import IfHappening, Step, WaitHappening, WaitUntil
from penfriend.domain.definitions import Definitions
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import OfField
from penfriend.domain.segment import Narrow, Not, Op, Segment
from penfriend.domain.shop import (
    CartStatus,
    Happening,
    fold_cart,
    fold_order,
    fold_rewards,
    items_of,
)
from penfriend.domain.timing import Duration, Moment, Unit
from penfriend.domain.watched import reads_products, segments_read_event
from tests.support.mail_pieces import campaign


def happening(name: str, at: int, key: str = "", **properties: Any) -> Happening:
    return Happening(at, 1, name, Moment(at), key or f"e-{at}", properties)


def test_order_at_the_moment_of_the_cart_counts_as_later() -> None:
    cart = fold_cart([happening("order_placed", 5, "a"), happening("cart_updated", 5, "b")])
    assert cart is not None
    assert cart.status is CartStatus.ORDERED


def test_total_of_a_cart_is_what_its_items_come_to_where_none_is_given() -> None:
    cart = fold_cart([happening("cart_updated", 5, items=[{"price": 2.5, "quantity": 2}, {"price": 1}])])
    assert cart is not None
    assert (cart.total, cart.items_count) == (60_000, 3)


def test_total_of_a_cart_is_missing_where_a_price_is() -> None:
    cart = fold_cart([happening("cart_updated", 5, items=[{"price": 2.5}, {}])])
    assert cart is not None
    assert cart.total is None


def test_refunds_up_to_the_total_are_the_whole() -> None:
    order = fold_order(
        [
            happening("order_placed", 1, total=10),
            happening("order_refunded", 2, amount=4),
            happening("order_refunded", 3, amount=6),
        ]
    )
    assert order is not None
    assert (order.refunded, order.net) == (True, 0)


def test_order_of_nothing_is_not_refunded() -> None:
    order = fold_order([happening("order_placed", 1, total=0)])
    assert order is not None
    assert (order.refunded, order.net) == (False, 0)


def test_reward_unlocked_again_is_available() -> None:
    [reward] = fold_rewards(
        [
            happening("reward_unlocked", 1, reward_id="r"),
            happening("reward_used", 2, reward_id="r"),
            happening("reward_unlocked", 3, reward_id="r"),
        ]
    )
    assert not reward.used


def test_entry_without_a_quantity_is_one() -> None:
    assert items_of([{"product_id": "p"}])[0].quantity == 1


PRICE = Field("product.price", "product", "price", FieldType.AMOUNT)
CATEGORY = Field("order.items.category", "order", "category", FieldType.TEXT, "items")
COUNT = Field("orders.count", "orders", "count", FieldType.COUNT, narrows=True)
PLACED = Field("event.renews_at", "event", "renews_at", FieldType.MOMENT)


@pytest.mark.parametrize(
    ("condition", "reads"),
    [
        (segment.Test(PRICE, Op.AT_MOST, 5), True),
        (Not(segment.Test(CATEGORY, Op.EQUAL, "tea")), True),
        (segment.Test(COUNT, Op.AT_LEAST, 1, Narrow(where=segment.Test(CATEGORY, Op.EQUAL, "tea"))), True),
        (segment.Test(COUNT, Op.AT_LEAST, PRICE), True),
        (segment.Test(PLACED, Op.BEFORE, OfField(PLACED)), False),
        (segment.Test(COUNT, Op.AT_LEAST, 1), False),
    ],
)
def test_segment_that_reads_products_is_recognised(condition: segment.Condition, reads: bool) -> None:
    assert reads_products(Definitions(segments={"s": Segment("s", condition)})) is reads


RELEASED = Field("product.attributes.out_at", "product", "out_at", FieldType.MOMENT, "attributes")
CHEAP = IfHappening(segment.Test(PRICE, Op.AT_MOST, 5))
BOUGHT = IfHappening(segment.Test(COUNT, Op.AT_LEAST, 1))
WEEK = Duration(7, Unit.DAYS)


@pytest.mark.parametrize(
    ("steps", "exit_on", "reads"),
    [
        ((WaitHappening(id="w", happenings=(BOUGHT, CHEAP), at_most=WEEK),), (), True),
        ((), (BOUGHT, CHEAP), True),
        ((WaitUntil(id="w", until=OfField(RELEASED)),), (), True),
        ((WaitHappening(id="w", happenings=(BOUGHT,), at_most=WEEK),), (BOUGHT,), False),
        ((WaitUntil(id="w", until=OfField(PLACED)),), (), False),
    ],
)
def test_what_enrollments_wait_for_reads_products(
    steps: tuple[Step, ...], exit_on: tuple[IfHappening, ...], reads: bool
) -> None:
    waiting = campaign(*steps, exit_on=exit_on)
    assert reads_products(Definitions(campaigns={waiting.name: waiting})) is reads


def _counts(event: str) -> segment.Test:
    field = Field(f"events.{event}.count", "events", "count", FieldType.COUNT, event, narrows=True)
    return segment.Test(field, Op.AT_LEAST, 1)


@pytest.mark.parametrize(
    ("asking", "reads"),
    [
        (Segment("s", _counts("mail_sent")), True),
        (Segment("s", Not(_counts("mail_sent"))), True),
        (Segment("s", _counts("product_viewed")), False),
        (Segment("s", segment.All(()), segment.Things.EVENTS, "mail_sent", "step"), True),
        (Segment("s", segment.All(()), segment.Things.EVENTS, "product_viewed", "product_id"), False),
    ],
)
def test_segment_that_asks_for_an_event_is_recognised(asking: Segment, reads: bool) -> None:
    assert segments_read_event(Definitions(segments={"s": asking}), "mail_sent") is reads
