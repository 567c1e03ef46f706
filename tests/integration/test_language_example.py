"""The example of the language's page (tests/unit/language/sample.yaml) loads as it stands and runs.

Each of its campaigns has its people, all at once, to the minute.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Table, func, select

from penfriend.storage.tables import (
    answers,
    enrollments,
    messages,
    outgoing_calls,
    webhook_calls,
)
from tests.support.lived import Shop, lived

EXAMPLE = (Path(__file__).parents[1] / "unit" / "language" / "sample.yaml").read_text("utf-8")
CRM = '\noutgoing: {crm: {url: "https://crm.acornandoak.example/", secret: "${CARE_DESK_SECRET}"}}\n'
CODES = "coupons/comeback_10.csv"
OLD = ("ann", "cem", "dora", "eve", "fay", "hal")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Two months of the example's shop."""
    files = {"campaigns.yaml": EXAMPLE + CRM, CODES: "".join(f"BACK-{number:03}\n" for number in range(600))}
    links = {"orders/confirmation": "view_online"}
    files["sql/fans.sql"] = "SELECT customer_ref AS contact_id FROM fans"
    more = {"CARE_DESK_SECRET": "a secret of the care desk", "WAREHOUSE_URL": "sqlite:///fans.db"}
    folder = tmp_path_factory.mktemp("example")
    with lived(folder, files, "2026-03-02 08:00", links=links, more=more) as example:
        for name in OLD:
            topics = ("offers", "rewards", "feedback")
            fields = {"eve": {"birthday": "1990-03-20"}, "fay": {"tier": "gold"}}.get(name, {})
            example.person(name, *topics, since="2026-01-10 10:00", **fields)
        example.person("bob", "offers", since="2026-03-03 10:00")
        example.person("gus", "offers", since="2026-04-01 10:00")
        example.happens("2026-03-03 02:13", "order_placed", "ann", order_id="A-1", total=40)
        example.happens("2026-03-03 10:00", "cart_updated", "cem", cart_id="C-1", total=40)
        example.happens("2026-03-04 12:00", "points_earned", "dora", amount=150, expires_at="2026-04-15")
        example.happens("2026-03-03 12:00", "order_placed", "hal", order_id="H-1", total=40)
        example.happens("2026-03-03 12:00", "order_delivered", "hal", order_id="H-1")
        said = {"survey": "after_delivery", "score": 4}
        example.hits("2026-03-14 10:20", "survey_answered", "hal", "survey/nps", **said)
        example.live_until("2026-04-30 00:00")
        yield example


def test_order_confirmation(shop: Shop) -> None:
    assert shop.sent("order_confirmation", "ann") == ["03-03 02:13 orders/confirmation"]
    assert shop.story("order_confirmation", "cem") == []


def test_welcome(shop: Shop) -> None:
    assert shop.story("welcome", "bob") == [
        "03-03 10:00 sent welcome/hello",
        "03-05 10:00 sent welcome/favourites",
        "03-08 10:00 postponed welcome/first_order_gift outside_window",  # a Sunday
        "03-09 09:00 sent welcome/first_order_gift",
        "03-09 09:00 exit completed",
    ]
    assert shop.story("welcome", "ann") == []


def test_abandoned_cart(shop: Shop) -> None:
    assert shop.sent("abandoned_cart", "cem") == [
        "03-03 11:00 abandoned_cart/reminder",
        "03-04 09:00 abandoned_cart/second",
    ]


def test_points_expiry(shop: Shop) -> None:
    assert shop.sent("points_expiry", "dora") == [
        "03-16 09:00 points_expiry/notice",
        "04-08 10:00 points_expiry/last_week",
        "04-14 10:00 points_expiry/last_day",
    ]


def test_birthday(shop: Shop) -> None:
    assert shop.sent("birthday", "eve") == ["03-17 09:00 birthday/gift"]


def test_points_statement(shop: Shop) -> None:
    assert shop.sent("points_statement", "fay") == ["04-01 10:00 points/statement"]
    assert shop.refused("points_statement", "dora") == ["condition_false"]


def test_spring_sale(shop: Shop) -> None:
    """Each gets one arm: at once by their share, or when the better one is known."""
    for name in (*OLD, "bob"):
        (line,) = shop.sent("spring_sale", name)
        assert line[:11] in ("04-02 10:00", "04-02 14:00")
        assert line[12:] in ("sale/short", "sale/long")
    assert shop.refused("spring_sale", "gus") == ["condition_false"]  # is being welcomed


def test_satisfaction(shop: Shop) -> None:
    assert shop.sent("satisfaction", "hal") == ["03-13 12:00 survey/nps", "03-14 10:20 survey/sorry"]
    with shop.house.db.read() as connection:
        (call,) = connection.execute(select(webhook_calls)).all()
    assert (call.webhook, call.contact_id) == ("care_desk", shop.house.contact_id("hal"))


def test_all_that_happened_was_told_once(shop: Shop) -> None:
    """Whatever way a mail or an enrollment came to its end."""
    with shop.house.db.read() as connection:
        bodies = connection.execute(select(outgoing_calls.c.body)).scalars()
        told = Counter(json.loads(body)["type"] for body in bodies)
        statuses = connection.execute(
            select(messages.c.status, func.count()).group_by(messages.c.status)
        ).all()
        wanted = {f"message.{status}": number for status, number in statuses if status != "due"}
        runs = list(connection.execute(select(enrollments.c.status)).scalars())
        wanted |= {"enrollment.began": len(runs), "enrollment.ended": runs.count("ended")}
        wanted["survey.answered"] = count(connection, answers)
    wanted["consent.subscribed"] = 2  # of bob and gus; who was there before is not told of
    assert min(wanted.values()) > 0
    assert told == wanted


def count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()
