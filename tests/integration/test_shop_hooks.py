"""Webhooks of Shopify and WooCommerce over a real server and store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from penfriend.bootstrap import House
from penfriend.domain.errors import StoreUnavailable
from penfriend.storage.ingest import IngestStore
from penfriend.storage.tables import contacts, orders
from penfriend.web.serving import serve_house
from tests.support import shop_posts as posts
from tests.support.served_house import served_house

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, currency: USD}
topics: {offers: {title: Offers}}
campaigns: {thanks: {topic: offers, trigger: {event: order_placed, key: order_id}, steps: [{send: hello}]}}
"""


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    secrets = {
        "PENFRIEND_WEBHOOK_SHOPIFY": f"the one before, {posts.SECRET}",
        "PENFRIEND_WEBHOOK_WOOCOMMERCE": posts.SECRET,
    }
    with served_house(tmp_path, database_url, CAMPAIGNS, **secrets) as opened:
        yield opened


@pytest.fixture
def client(house: House) -> Iterator[httpx.Client]:
    with serve_house(house) as server, httpx.Client(base_url=server.url, verify=False) as made:
        yield made


def post(client: httpx.Client, shop: str, topic: str, said: object, **other: str) -> httpx.Response:
    body, headers = posts.signed(shop, topic, said, **other)
    return client.post(f"/webhooks/{shop}", content=body, headers=headers)


@pytest.mark.both
@pytest.mark.parametrize(
    ("shop", "topic", "said", "total"),
    [
        ("shopify", "orders/create", posts.SHOPIFY_ORDER, 4_030_000),
        ("woocommerce", "order.created", posts.WOO_ORDER, 293_500),
    ],
)
def test_an_order_is_stored_once_with_who_bought(
    house: House, client: httpx.Client, shop: str, topic: str, said: dict[str, object], total: int
) -> None:
    first, again = (post(client, shop, topic, said) for _ in range(2))
    assert (first.status_code, first.json()) == (200, {"taken": 1, "repeated": 0, "rejected": 0})
    assert again.json() == {"taken": 0, "repeated": 1, "rejected": 0}
    changed = post(client, shop, topic, {**said, "total_price": "1.00", "total": "1.00"})
    assert (changed.status_code, changed.json()["repeated"]) == (200, 1)
    with house.db.read() as connection:
        assert [row.total for row in connection.execute(select(orders))] == [total]
        assert connection.execute(select(contacts.c.email)).scalars().all() in (
            ["bob@biller.example"],
            ["john@doe.example"],
        )


def test_what_is_not_signed_is_refused(house: House, client: httpx.Client) -> None:
    assert post(client, "shopify", "orders/create", posts.SHOPIFY_ORDER, secret="wrong").status_code == 403
    body, headers = posts.signed("shopify", "orders/create", posts.SHOPIFY_ORDER)
    assert client.post("/webhooks/shopify", content=body + b" ", headers=headers).status_code == 403
    assert client.post("/webhooks/shopify", content=body).status_code == 403
    with house.db.read() as connection:
        assert connection.execute(select(orders)).all() == []


def test_what_cannot_be_taken_is_told_in_the_log_and_not_to_the_shop(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    in_yen = post(client, "shopify", "orders/create", {**posts.SHOPIFY_ORDER, "currency": "JPY"})
    broken = post(client, "shopify", "orders/create", b"{")
    assert [one.json() for one in (in_yen, broken)] == [{"taken": 0, "repeated": 0, "rejected": 1}] * 2
    assert "Shopify, orders/create: an event was not taken: " in caplog.text
    assert "JPY" in caplog.text
    assert post(client, "shopify", "themes/publish", {"id": 1}).json()["rejected"] == 0


def test_woocommerce_asks_whether_somebody_is_there(client: httpx.Client) -> None:
    asked = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/webhooks/woocommerce", content=b"webhook_id=7", headers=asked).status_code == 200


def test_a_busy_store_says_come_again(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(IngestStore, "take_events", busy)
    assert post(client, "shopify", "orders/create", posts.SHOPIFY_ORDER).status_code == 503


def test_without_a_secret_there_is_nothing(house: House) -> None:
    environment = {**house.settings.environment, "PENFRIEND_WEBHOOK_SHOPIFY": ""}
    changed = House(house.settings.of(environment), house.db, house.clock)
    with serve_house(changed) as server, httpx.Client(base_url=server.url, verify=False) as client:
        assert post(client, "shopify", "orders/create", posts.SHOPIFY_ORDER).status_code == 404
