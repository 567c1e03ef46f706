"""Activation makes the indexes by which passed moments are found, and the queries use them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from penfriend.domain.definitions import Brand, Definitions
from penfriend.domain.moments import FromNow, Window
from penfriend.domain.segment import All, Condition, Narrow, Op, Segment, Things
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import Duration, Unit
from penfriend.storage.database import Database, open_database
from penfriend.storage.passed_moments import PassedMoments, make_indexes, recording
from tests.contract.shop_world import named

WINDOW = Window(Duration(14, Unit.DAYS), 1)
AGO = FromNow(Duration(90, Unit.DAYS), -1)


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def within(name: str) -> Condition:
    return FieldTest(named(name), Op.WITHIN, WINDOW)


SEGMENTS = {
    "lapsed": Segment("lapsed", FieldTest(named("orders.last_at"), Op.BEFORE, AGO)),
    "attribute": Segment("attribute", within("contact.attributes.renews_at")),
    "birthday": Segment("birthday", within("contact.birthday")),
    "renewal": Segment("renewal", within("event.renews_at"), Things.EVENTS, "seen", "product_id"),
    "carts": Segment("carts", FieldTest(named("cart.updated_at"), Op.BEFORE, AGO), Things.CARTS),
    "points": Segment("points", within("points.expires_at"), Things.POINTS),
    "events": Segment("events", FieldTest(named("events.seen.last_at"), Op.BEFORE, AGO)),
    "counted": Segment(
        "counted", FieldTest(named("orders.count"), Op.AT_LEAST, 1, Narrow(within=WINDOW, where=All(())))
    ),
    "product": Segment("product", within("product.attributes.renews_at"), Things.PURCHASES),
    "best_before": Segment("best_before", within("cart.items.attributes.due_on"), Things.CARTS),
    "ordered": Segment("ordered", within("items.attributes.due_on")),
    "campaign": Segment("campaign", FieldTest(named("campaign.other.entered_at"), Op.BEFORE, AGO)),
}


def plan_of(connection: Connection, statement: object, values: dict[str, object]) -> str:
    compiled = statement.compile(dialect=connection.dialect)  # type: ignore[attr-defined]  # a statement of SQLAlchemy
    named_values = compiled.construct_params(values)
    if connection.dialect.name == "sqlite":
        places = tuple(named_values[name] for name in compiled.positiontup)
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", places)
        return "\n".join(str(row[3]) for row in rows)
    connection.execute(
        text("SET LOCAL enable_seqscan = off")
    )  # the tables are empty: anything else costs as much
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {compiled}", named_values))


@pytest.mark.parametrize("name", SEGMENTS)
def test_a_passed_moment_is_found_by_an_index(database: Database, name: str) -> None:
    definitions = Definitions(brand=Brand(timezone="Europe/London"), segments=SEGMENTS)
    with database.write() as connection:
        make_indexes(connection, SEGMENTS[name], definitions)
        assert make_indexes(connection, SEGMENTS[name], definitions) == []
        passed = PassedMoments(SEGMENTS[name], definitions)
        for watch in passed.watches:
            values: dict[str, object] = {"low": 0, "high": 1, "moves": 1, "moved": 0, "turn": 1}
            dates: dict[str, object] = {"day": "2026-01-01", "moment": 0, "turn": 1}
            plan = plan_of(
                connection, recording(watch.source).select, dates if watch.source.is_date else values
            )
            assert "SCAN" not in plan.replace("SCAN CONSTANT", "")
            assert "Seq Scan" not in plan
            assert "index" in plan.lower() or "PRIMARY KEY" in plan
