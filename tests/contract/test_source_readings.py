"""The reading of segments with `sql`, on both stores: what changes nothing, what is stopped, and what puts
itself right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.bootstrap.taking_up import apply
from penfriend.domain.sources import SourceRow
from penfriend.storage.looks_store import LookStore
from penfriend.storage.source_reads import SourceReads
from penfriend.storage.source_rows import stage, take_over
from tests.support.edited_shop import at
from tests.support.warehouse import CAMPAIGN, FANS, HEAD, Warehouse, WarehouseShop, warehouse_shop


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Iterator[WarehouseShop]:
    warehouse = Warehouse(f"sqlite:///{tmp_path / 'company.db'}")
    with warehouse_shop(tmp_path, database_url, warehouse) as made:
        yield made


def test_a_source_that_does_not_answer_changes_nothing(shop: WarehouseShop) -> None:
    leaving = "    exit_on: [left_segment]\n    steps: [{wait: 1 hour}, {send: one}]"
    shop.begin(campaigns=FANS + CAMPAIGN.replace("    steps: [{send: one}]", leaving))
    shop.warehouse.fans([("ann", "tea")])
    shop.go("Mo 12:30")
    shop.warehouse.run("ALTER TABLE fans RENAME TO gone")
    assert shop.go("Mo 13:00") == []
    (state,) = shop.rows("source_reads")
    assert str(state["error"]).startswith("source warehouse: ")
    assert "fans" in str(state["error"])
    assert state["failing_since"] == at("Mo 13:00")
    assert shop.go("Mo 13:31") == ["ann"]
    assert shop.rows("source_reads")[0]["failing_since"] == at("Mo 13:00")
    shop.warehouse.run("ALTER TABLE gone RENAME TO fans")
    shop.go("Mo 13:40")
    assert shop.rows("source_reads")[0]["error"] is None


MANY = [(f"p{number}", "tea") for number in range(200)]


def many(shop: WarehouseShop) -> None:
    """A hundred known people are among the rows since yesterday; two hundred are known."""
    for who, _ in MANY:
        shop.person(who)
    shop.begin(*MANY[:100])
    shop.go("Tu 12:00")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (MANY[:0], "nobody is among its rows, and 100 were yesterday"),
        (MANY[:49], "49 people are among its rows, less than half of yesterday's 100"),
        (MANY, "200 people are among its rows, more than double of yesterday's 99"),
    ],
)
def test_an_odd_reading_stops_and_the_next_normal_one_goes_on(
    shop: WarehouseShop, rows: list[tuple[str, str]], said: str
) -> None:
    many(shop)
    before = MANY[:99] if len(rows) == 200 else MANY[:100]
    shop.warehouse.fans(before)
    shop.go("Tu 12:30")
    shop.warehouse.fans(rows)
    assert shop.go("We 12:00") == []
    (state,) = shop.rows("source_reads")
    assert (state["stopped"], state["failing_since"]) == (said, at("We 12:00"))
    assert len(shop.rows("members")) == len(before)
    shop.warehouse.fans(MANY[:101])
    assert shop.go("We 12:30") == sorted(who for who, _ in MANY[len(before) : 101])
    assert shop.rows("source_reads")[0]["stopped"] is None


def test_a_yes_lets_a_stopped_reading_pass_at_once(shop: WarehouseShop) -> None:
    many(shop)
    shop.warehouse.fans(MANY[:10])
    shop.go("We 12:00")
    assert len(shop.rows("members")) == 100
    apply(shop.house, shop.house.read_files(), yes=True)
    shop.go("We 12:01")
    assert len(shop.rows("members")) == 10
    shop.warehouse.fans(MANY[:12])
    shop.go("We 12:30")
    assert len(shop.rows("members")) == 12


def test_few_people_may_change_freely(shop: WarehouseShop) -> None:
    shop.begin(("ann", "tea"))
    shop.warehouse.fans([("ann", "tea"), ("bob", "jam"), ("cid", "gin")])
    assert shop.go("Tu 12:00") == ["bob", "cid"]


def test_more_rows_than_may_be_change_nothing(shop: WarehouseShop) -> None:
    shop.begin(("ann", "tea"))
    shop.write((HEAD % shop.warehouse.url).replace('"}}', '", max_rows: 2}}') + FANS + CAMPAIGN)
    shop.house.apply(shop.house.read_files())
    shop.warehouse.fans([("ann", "tea"), ("bob", "jam"), ("cid", "gin")])
    assert shop.go("Mo 12:30") == []
    (state,) = shop.rows("source_reads")
    assert state["error"] == "source warehouse: sql/fans.sql: gives more than 2 rows (max_rows)"


def test_another_worker_has_the_lease(shop: WarehouseShop) -> None:
    shop.begin()
    shop.warehouse.fans([("ann", "tea")])
    readings = SourceReads(shop.house.db, LookStore(shop.house.db))
    assert readings.take_lease("fans", "somebody", at("Mo 12:00"), at("Mo 13:00"))
    assert shop.go("Mo 12:30") == []
    readings.give_back("fans", "somebody")
    assert shop.go("Mo 12:31") == ["ann"]


def test_a_crash_in_the_middle_is_put_right_by_the_next_reading(shop: WarehouseShop) -> None:
    """What was staged is left over, and half of it taken over."""
    shop.begin(("ann", "tea"))
    ann, bob, cid = (shop.house.contact_id(name) for name in ("ann", "bob", "cid"))
    with shop.house.db.write() as connection:
        stage(connection, "fans", [SourceRow("ann", None, "", {}), SourceRow("bob", None, "", {})], 0)
        take_over(connection, "fans", bob - 1, bob, at("Mo 12:05"))
    assert shop.go("Mo 12:06") == ["bob"]
    shop.warehouse.fans([("ann", "tea"), ("cid", "gin")])
    assert shop.go("Mo 12:30") == ["cid"]
    assert shop.rows("source_staged") == []
    assert [row["contact_id"] for row in shop.rows("members")] == [ann, cid]
