"""docs/recipes.md (LANGUAGE.md, "How it is said"): each recipe is lived by people whose story is known.

Each is tried to the minute, with somebody who must not get the mail. The campaigns are read out of the page.
The recipes of mails, dates and consent have test_recipes_of_mail.py.
"""

from __future__ import annotations

from penfriend.language import load
from tests.support.lived import london
from tests.support.recipes import HEAD, RECIPES, Open, shop

__all__ = ["shop"]


def test_all_recipes_together_are_one_shop() -> None:
    files = {f"campaigns/{number}.yaml": text for number, text in enumerate(RECIPES.values())}
    loaded = load({"campaigns.yaml": HEAD} | files, "campaigns.yaml", {}, None, london("2026-03-01 00:00"))
    problems = [str(one) for one in loaded.problems if "opens are a guess" not in one.text]
    assert (len(RECIPES), problems) == (12, [])


def test_browse_reminder(shop: Open) -> None:
    acorn = shop("Browse reminder", "2026-03-02 08:00")
    for name in ("ann", "bob", "cem", "dora", "eve"):
        acorn.person(name)
        acorn.happens("2026-03-02 10:00", "product_viewed", name, product_id="bowl", price=20)
    acorn.person("fay", "rewards")
    acorn.happens("2026-03-02 10:00", "product_viewed", "fay", product_id="bowl", price=20)
    acorn.happens("2026-03-02 11:00", "order_placed", "bob", order_id="o-1", total=20)
    acorn.happens("2026-03-02 11:30", "product_viewed", "cem", product_id="board", price=30)
    # dora looks again late: the letter waits for the morning, and she orders in the night
    acorn.happens("2026-03-09 19:30", "product_viewed", "dora", product_id="board", price=30)
    acorn.happens("2026-03-09 23:00", "order_placed", "dora", order_id="o-2", total=30)
    # eve looks again within the week, and once more after it
    acorn.happens("2026-03-05 10:00", "product_viewed", "eve", product_id="board", price=30)
    acorn.happens("2026-03-10 10:00", "product_viewed", "eve", product_id="linen", price=30)
    acorn.live_until("2026-03-20 00:00")
    assert acorn.story("browse_reminder", "ann") == [
        "03-02 12:00 sent browse/reminder",
        "03-02 12:00 exit completed",
    ]
    assert (acorn.story("browse_reminder", "bob"), acorn.refused("browse_reminder", "bob")) == ([], [])
    assert acorn.sent("browse_reminder", "cem") == ["03-02 13:30 browse/reminder"]
    assert acorn.story("browse_reminder", "dora")[2:] == [
        "03-09 21:30 postponed browse/reminder outside_window",
        "03-09 23:00 skipped browse/reminder exit_event",
        "03-09 23:00 exit exit_event",
    ]
    assert acorn.sent("browse_reminder", "eve") == [
        "03-02 12:00 browse/reminder",
        "03-10 12:00 browse/reminder",
    ]
    assert acorn.refused("browse_reminder", "eve") == ["too_soon"]
    assert acorn.refused("browse_reminder", "fay") == ["not_consented"]


def test_price_drop(shop: Open) -> None:
    acorn = shop("Price drop", "2026-03-02 08:00")
    acorn.happens("2026-03-01 09:00", "product_updated", None, product_id="bowl", title="Bowl", price=20)
    acorn.happens("2026-03-01 09:00", "product_updated", None, product_id="board", title="Board", price=30)
    for name, product, price in (("ann", "bowl", 20), ("bob", "bowl", 20), ("cem", "board", 30)):
        acorn.person(name)
        acorn.happens("2026-03-02 10:00", "product_viewed", name, product_id=product, price=price)
    acorn.happens("2026-03-03 10:00", "product_viewed", "ann", product_id="board", price=30)  # no matter
    acorn.happens("2026-03-06 13:07", "product_updated", None, product_id="bowl", price=15)
    # bob has seen the new price, and nothing is cheaper than that; the board costs more
    acorn.happens("2026-03-06 12:00", "product_viewed", "bob", product_id="bowl", price=15)
    acorn.happens("2026-03-06 13:07", "product_updated", None, product_id="board", price=33)
    acorn.happens("2026-03-16 13:07", "product_updated", None, product_id="bowl", price=12)
    acorn.live_until("2026-03-20 00:00")
    assert acorn.story("price_drop", "ann") == [
        "03-06 13:07 sent products/price_drop",
        "03-06 13:07 exit completed",
    ]
    assert acorn.sent("price_drop", "bob") == ["03-16 13:07 products/price_drop"]
    assert acorn.story("price_drop", "cem") == []


def test_back_in_stock(shop: Open) -> None:
    acorn = shop("Back in stock", "2026-03-02 08:00")
    for product in ("bowl", "board"):
        acorn.happens("2026-03-01 09:00", "product_updated", None, product_id=product, title=product, stock=0)
    for name, product in (("ann", "bowl"), ("bob", "board")):
        acorn.person(name)
        acorn.happens("2026-03-02 10:00", "stock_alert", name, product_id=product)
    acorn.happens("2026-03-10 15:20", "product_updated", None, product_id="bowl", stock=7)
    acorn.happens("2026-03-12 09:00", "product_updated", None, product_id="bowl", stock=0)
    acorn.happens("2026-03-14 09:00", "product_updated", None, product_id="bowl", stock=3)
    acorn.live_until("2026-03-20 00:00")
    assert acorn.story("stock_alert", "ann") == [
        "03-10 15:20 sent products/back_in_stock",
        "03-10 15:20 exit completed",
    ]
    assert acorn.story("stock_alert", "bob") == []


def test_used_up(shop: Open) -> None:
    acorn = shop("Used up", "2026-03-02 08:00")
    acorn.happens("2026-03-01 09:00", "product_updated", None, product_id="beans", category="coffee")
    acorn.happens("2026-03-01 09:00", "product_updated", None, product_id="bowl", category="table")
    coffee = [{"product_id": "beans", "title": "Beans", "price": 9, "quantity": 1}]
    bowl = [{"product_id": "bowl", "title": "Bowl", "price": 20, "quantity": 1}]
    bought = {"ann": "03-02 10:00", "bob": "03-02 10:00", "cem": "03-02 10:00", "dora": "03-02 21:00"}
    for name, at in bought.items():
        acorn.person(name)
        items = bowl if name == "bob" else coffee
        acorn.happens(f"2026-{at}", "order_placed", name, order_id=f"{name}-1", total=9, items=items)
    acorn.happens("2026-03-20 10:00", "order_placed", "cem", order_id="cem-2", total=9, items=coffee)
    acorn.happens("2026-03-27 22:00", "order_placed", "dora", order_id="dora-2", total=9, items=coffee)
    acorn.live_until("2026-04-30 00:00")
    assert acorn.story("buy_again", "ann") == [
        "03-27 10:00 sent coffee/runs_out",
        "03-27 10:00 exit completed",
    ]
    assert acorn.story("buy_again", "bob") == []
    assert acorn.sent("buy_again", "cem") == ["04-14 10:00 coffee/runs_out"]
    assert acorn.story("buy_again", "dora") == [
        "03-27 21:00 postponed coffee/runs_out outside_window",
        "03-27 22:00 skipped coffee/runs_out left_segment",
        "03-27 22:00 exit left_segment",
        "04-21 22:00 postponed coffee/runs_out outside_window",
        "04-22 09:00 sent coffee/runs_out",
        "04-22 09:00 exit completed",
    ]


def test_renewal(shop: Open) -> None:
    acorn = shop("Renewal", "2026-03-02 08:00")
    moments = {"ann": "2026-04-01T12:00", "bob": "2026-04-01T12:00", "cem": "2026-04-01T23:00"}
    for name, at in moments.items():
        acorn.person(name)
        acorn.happens(
            "2026-03-03 10:00", "subscription_updated", name, subscription_id=f"{name}-s", renews_at=at
        )
    later = {"subscription_id": "bob-s", "renews_at": "2026-07-01T12:00"}
    acorn.happens("2026-03-10 10:00", "subscription_updated", "bob", **later)
    # cem's letter waits for the morning, and in the night the renewal is moved away
    later = {"subscription_id": "cem-s", "renews_at": "2027-04-01T12:00"}
    acorn.happens("2026-03-18 23:30", "subscription_updated", "cem", **later)
    later = {"subscription_id": "ann-s", "renews_at": "2026-05-01T12:00"}
    acorn.happens("2026-04-01 12:00", "subscription_updated", "ann", **later)
    acorn.live_until("2026-05-10 00:00")
    assert acorn.sent("renewal", "ann") == [
        "03-18 12:00 subscription/renews_soon",
        "04-17 12:00 subscription/renews_soon",
    ]
    assert acorn.story("renewal", "bob") == []
    assert acorn.story("renewal", "cem") == [
        "03-18 23:00 postponed subscription/renews_soon outside_window",
        "03-18 23:30 skipped subscription/renews_soon left_segment",
        "03-18 23:30 exit left_segment",
    ]
