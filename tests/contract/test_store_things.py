"""Carts, orders, purchases, rewards and answers, and the facts of the contact that come of them."""

from __future__ import annotations

from tests.contract.store_cases import Shop
from tests.support.clock import moment

DAY_1, DAY_2, DAY_3 = (f"2026-02-0{day}T10:00:00Z" for day in (1, 2, 3))
ITEMS = [
    {"product_id": "p-1", "price": 4, "quantity": 2, "category": "tea"},
    {"product_id": "p-2", "price": 1.5},
]


def orders_of(shop: Shop, contact: str = "c-1") -> tuple[object, ...]:
    row = shop.contact(contact)
    return row["orders_count"], row["orders_total"], row["orders_average"]


def test_orders_are_counted_and_summed(shop: Shop) -> None:
    shop.happen("order_placed", DAY_2, order_id="o-2", total=10)
    shop.happen("order_placed", DAY_1, order_id="o-1", total=5)
    contact = shop.contact()
    assert orders_of(shop) == (2, 150_000, 75_000)
    assert (contact["orders_first_at"], contact["orders_last_at"]) == (moment(DAY_1), moment(DAY_2))
    assert contact["latest_order"] == "o-2"


def test_refund_of_a_part_leaves_the_order_in_the_counts(shop: Shop) -> None:
    shop.happen("order_placed", DAY_1, order_id="o-1", total=10)
    shop.happen("order_refunded", DAY_2, order_id="o-1", amount=4)
    assert orders_of(shop) == (1, 60_000, 60_000)


def test_whole_refund_takes_the_order_and_its_purchases_out(shop: Shop) -> None:
    shop.happen("order_placed", DAY_1, order_id="o-1", total=9.5, items=ITEMS)
    shop.happen("order_refunded", DAY_2, order_id="o-1")
    assert orders_of(shop) == (0, 0, None)
    assert shop.rows("SELECT * FROM purchases") == []


def test_refund_before_its_order_counts_when_the_order_comes(shop: Shop) -> None:
    shop.happen("order_refunded", DAY_2, order_id="o-1", amount=4)
    assert orders_of(shop) == (0, 0, None)
    shop.happen("order_placed", DAY_1, order_id="o-1", total=10)
    assert orders_of(shop) == (1, 60_000, 60_000)


def test_order_of_the_same_id_replaces_the_earlier(shop: Shop) -> None:
    shop.happen("order_placed", DAY_1, order_id="o-1", total=10)
    shop.happen("order_placed", DAY_2, order_id="o-1", total=7)
    assert orders_of(shop) == (1, 70_000, 70_000)


def test_order_that_goes_to_another_contact_leaves_the_first(shop: Shop) -> None:
    shop.happen("order_placed", DAY_1, "c-1", order_id="o-1", total=10)
    shop.happen("order_placed", DAY_2, "c-2", order_id="o-1", total=10)
    assert (orders_of(shop, "c-1")[0], orders_of(shop, "c-2")[0]) == (0, 1)
    assert shop.contact("c-1")["version"] == 2


def test_order_without_an_id_takes_the_events(shop: Shop) -> None:
    shop.happen("order_placed", DAY_1, id="e-1", total=10)
    shop.happen("order_placed", DAY_1, id="e-2", total=10)
    assert orders_of(shop)[0] == 2
    assert [row["key"] for row in shop.rows("SELECT key FROM orders ORDER BY key")] == ["e-1", "e-2"]


def test_purchases_count_the_orders_with_a_product(shop: Shop) -> None:
    shop.happen("order_placed", DAY_1, order_id="o-1", total=9.5, items=ITEMS)
    shop.happen("order_placed", DAY_3, order_id="o-2", total=4, items=ITEMS[:1])
    found = shop.rows("SELECT product_key, first_at, last_at, count FROM purchases ORDER BY product_key")
    assert [(row["product_key"], row["count"]) for row in found] == [("p-1", 2), ("p-2", 1)]
    assert (found[0]["first_at"], found[0]["last_at"]) == (moment(DAY_1), moment(DAY_3))
    assert shop.contact()["latest_product"] == "p-1"


def test_delivery_is_kept_with_the_order(shop: Shop) -> None:
    shop.happen("order_delivered", DAY_2, order_id="o-1")
    shop.happen("order_placed", DAY_1, order_id="o-1", total=10)
    found = shop.row("SELECT placed_at, delivered_at FROM orders")
    assert found == {"placed_at": moment(DAY_1), "delivered_at": moment(DAY_2)}


def test_cart_is_what_the_last_update_says(shop: Shop) -> None:
    shop.happen("cart_updated", DAY_1, cart_id="k-1", items=ITEMS, url="https://shop.example/k-1")
    cart = shop.row("SELECT * FROM carts")
    assert (cart["status"], cart["total"], cart["items_count"]) == ("open", 95_000, 3)
    assert shop.contact()["latest_cart"] == "k-1"
    items = shop.rows("SELECT product_key, price, quantity, category FROM items ORDER BY position")
    assert items[0] == {"product_key": "p-1", "price": 40_000, "quantity": 2, "category": "tea"}


def test_late_cart_update_does_not_open_an_ordered_cart(shop: Shop) -> None:
    shop.happen("order_placed", DAY_2, total=4, cart_id="k-1")
    shop.happen("cart_updated", DAY_1, cart_id="k-1", total=4)
    assert shop.row("SELECT status FROM carts") == {"status": "ordered"}


def test_cart_without_items_is_emptied(shop: Shop) -> None:
    shop.happen("cart_updated", DAY_1, cart_id="k-1", items=[])
    shop.happen("cart_updated", DAY_1, cart_id="k-2", total=3)
    shop.happen("cart_emptied", DAY_2, cart_id="k-2")
    found = {row["key"]: row["status"] for row in shop.rows("SELECT key, status FROM carts")}
    assert found == {"k-1": "emptied", "k-2": "emptied"}


def test_rewards_are_available_until_used_or_past(shop: Shop) -> None:
    shop.happen("points_earned", amount=150)
    shop.happen("reward_unlocked", DAY_1, reward_id="r-1", cost=100)
    shop.happen("reward_unlocked", DAY_2, reward_id="r-2", cost=200)
    shop.happen("reward_unlocked", DAY_2, reward_id="r-3", cost=300, expires_at="2026-02-10")
    shop.happen("reward_used", DAY_3, reward_id="r-1")
    contact = shop.contact()
    assert (contact["rewards_available"], contact["rewards_next_cost"]) == (1, 200)
    assert (contact["latest_reward"], contact["rewards_last_at"]) == ("r-3", moment(DAY_2))


def test_reward_lapses_when_its_moment_has_passed(shop: Shop) -> None:
    shop.happen("reward_unlocked", DAY_1, reward_id="r-1", cost=100, expires_at="2026-03-05T12:00:00Z")
    assert shop.contact()["rewards_available"] == 1
    assert shop.expire("2026-03-05T12:00:00Z") == 1
    assert (shop.contact()["rewards_available"], shop.contact()["version"]) == (0, 2)
    assert shop.expire("2026-03-06T12:00:00Z") == 0


def test_answer_to_a_survey_is_kept(shop: Shop) -> None:
    shop.happen("survey_answered", DAY_1, survey="nps", score="9", comment="Good\nand warm")
    answer = shop.row("SELECT survey, score, comment, answered_at FROM answers")
    wanted = {"survey": "nps", "score": 9, "comment": "Good\nand warm", "answered_at": moment(DAY_1)}
    assert answer == wanted


def test_events_are_counted_by_name(shop: Shop) -> None:
    for day in (DAY_3, DAY_1, DAY_2):
        shop.happen("page", day, id=f"e-{day}")
    found = shop.row(
        "SELECT f.count, f.first_at, f.last_at, e.key"
        " FROM event_facts AS f JOIN events AS e ON e.id = f.latest_id"
    )
    assert found == {"count": 3, "first_at": moment(DAY_1), "last_at": moment(DAY_3), "key": f"e-{DAY_3}"}
