"""Points in the store: lots, expiry dates and the columns of the contact."""

from __future__ import annotations

from tests.contract.store_cases import Shop

DAY_1, DAY_2 = "2026-02-01T10:00:00Z", "2026-02-02T10:00:00Z"


def test_spending_takes_the_oldest_lots(shop: Shop) -> None:
    shop.happen("points_earned", DAY_1, lot_id="l-1", amount=100, expires_at="2026-06-30")
    shop.happen("points_earned", DAY_2, lot_id="l-2", amount=50, expires_at="2026-05-31")
    shop.happen("points_spent", "2026-02-03T10:00:00Z", amount=120)
    found = shop.rows("SELECT key, amount, remaining FROM lots ORDER BY key")
    assert [(row["key"], row["remaining"]) for row in found] == [("l-1", 0), ("l-2", 30)]
    contact = shop.contact()
    assert (contact["points_balance"], contact["points_earned"], contact["points_spent"]) == (30, 150, 120)
    assert (contact["points_expires_on"], contact["points_remaining"]) == ("2026-05-31", 30)


def test_lots_of_one_date_are_one_expiry(shop: Shop) -> None:
    for lot in ("l-1", "l-2"):
        shop.happen("points_earned", DAY_1, lot_id=lot, amount=40, expires_at="2026-06-30")
    assert shop.row("SELECT expires_on, remaining FROM expiries") == {
        "expires_on": "2026-06-30",
        "remaining": 80,
    }


def test_points_are_good_to_the_end_of_their_date_in_the_brands_zone(shop: Shop) -> None:
    shop.happen("points_earned", DAY_1, amount=40, expires_at="2026-06-30")
    # 2026-06-30 ends in London at 23:00 UTC
    assert shop.expire("2026-06-30T22:59:59Z") == 0
    assert shop.contact()["points_balance"] == 40
    assert shop.expire("2026-06-30T23:00:00Z") == 1
    contact = shop.contact()
    assert (contact["points_balance"], contact["points_lifetime"], contact["points_expires_on"]) == (
        0,
        40,
        None,
    )
    assert shop.rows("SELECT * FROM expiries") == []
    assert shop.row("SELECT event_id FROM touched ORDER BY id DESC LIMIT 1") == {"event_id": None}


def test_late_spending_counts_where_it_belongs(shop: Shop) -> None:
    shop.happen("points_earned", DAY_1, lot_id="l-1", amount=100, expires_at="2026-02-10")
    shop.happen("points_earned", DAY_2, lot_id="l-2", amount=100)
    assert shop.contact()["points_balance"] == 100
    shop.happen("points_spent", "2026-02-05T10:00:00Z", amount=60)
    assert shop.contact()["points_balance"] == 100
