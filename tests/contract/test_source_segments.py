"""Segments with `sql`: who is among the rows of the company's database enters, stays and leaves, on both
stores. What differs between kinds of sources: test_source_kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.warehouse import (
    CAMPAIGN,
    FANS,
    SELECT,
    Warehouse,
    WarehouseShop,
    letter_with,
    warehouse_shop,
)


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Iterator[WarehouseShop]:
    warehouse = Warehouse(f"sqlite:///{tmp_path / 'company.db'}")
    with warehouse_shop(tmp_path, database_url, warehouse) as made:
        yield made


def test_who_is_there_at_the_first_reading_is_noted_and_who_comes_later_enters(shop: WarehouseShop) -> None:
    shop.warehouse.fans([("ann", "tea")])
    shop.house.apply(shop.house.read_files())
    assert shop.go("Mo 12:01") == []
    shop.warehouse.fans([("ann", "tea"), ("bob", "jam")])
    assert shop.go("Mo 12:05") == []  # read again each 15 minutes
    assert shop.go("Mo 12:16") == ["bob"]


def test_backfill_mails_those_who_are_there_at_the_first_reading(shop: WarehouseShop) -> None:
    shop.warehouse.fans([("ann", "tea")])
    shop.campaigns(FANS + CAMPAIGN.replace("topic:", "backfill: all\n    topic:"))
    shop.house.apply(shop.house.read_files())
    assert shop.go("Mo 12:01") == ["ann"]
    assert shop.go("Mo 12:20") == []


def test_who_is_no_longer_among_the_rows_leaves_and_joins_anew(shop: WarehouseShop) -> None:
    leaving = "    reentry: always\n    exit_on: [left_segment]\n    steps: [{wait: 1 hour}, {send: one}]"
    shop.begin(campaigns=FANS + CAMPAIGN.replace("    steps: [{send: one}]", leaving))
    shop.warehouse.fans([("ann", "tea"), ("bob", "jam")])
    shop.go("Mo 12:30")
    shop.warehouse.fans([("bob", "jam")])
    assert shop.go("Mo 13:00") == []
    assert shop.go("Mo 14:00") == ["bob"]
    assert shop.story("ann", "thanks", "Mo 12:00") == ["Mo 13:00 exit left_segment"]
    shop.warehouse.fans([("ann", "tea"), ("bob", "jam")])
    shop.go("Mo 15:00")
    assert shop.go("Mo 16:00") == ["ann"]


def test_each_occurrence_enters_and_leaves_by_itself(shop: WarehouseShop) -> None:
    leaving = "    exit_on: [left_segment]\n    steps: [{wait: 1 hour}, {send: one}]"
    shop.begin(
        campaigns=FANS + CAMPAIGN.replace("    steps: [{send: one}]", leaving),
        select="SELECT klant AS contact_id, kaart AS occurrence, lievelings AS favourite FROM fans",
    )
    shop.letter("one", "x")
    shop.warehouse.fans([("ann", "tea")], cards=["red", "blue"])
    shop.go("Mo 12:30")
    shop.warehouse.fans([("ann", "tea")], cards=["red"])
    assert shop.go("Mo 14:00") == ["ann"]
    ended = [(row["occurrence"], row["end_reason"]) for row in shop.rows("enrollments")]
    assert sorted(ended) == [("blue", "left_segment"), ("red", "completed")]


def test_addresses_name_people_and_who_is_unknown_is_counted_and_not_made(shop: WarehouseShop) -> None:
    shop.begin(select="SELECT upper(mail) AS EMAIL, lievelings AS favourite FROM fans")
    shop.warehouse.fans([("ann", "tea"), ("dan", "ham")])
    assert shop.go("Mo 12:30") == ["ann"]
    (state,) = shop.rows("source_reads")
    assert (state["rows"], state["unknown"]) == (1, 1)
    assert len(shop.rows("contacts")) == 3
    shop.person("dan")  # becomes known: found by the next reading
    assert shop.go("Mo 12:50") == ["dan"]


def test_a_column_reaches_the_letter_and_is_frozen_in_it(shop: WarehouseShop) -> None:
    (shop.folder / "templates" / "one.mjml").write_text(letter_with("You like {{ fans.favourite }}."))
    shop.begin()
    shop.warehouse.fans([("ann", "tea")])
    shop.go("Mo 12:30")
    assert "You like tea." in shop.letters[0]
    (message,) = shop.rows("messages")
    assert "tea" in str(message["facts"])


def test_a_letter_says_what_was_read_last_also_of_who_is_gone(shop: WarehouseShop) -> None:
    (shop.folder / "templates" / "one.mjml").write_text(letter_with("You like {{ fans.favourite }}."))
    shop.begin(campaigns=FANS + CAMPAIGN.replace("[{send: one}]", "[{wait: 1 hour}, {send: one}]"))
    shop.warehouse.fans([("ann", "tea")])
    shop.go("Mo 12:30")
    shop.warehouse.fans([("ann", "rum")])
    shop.go("Mo 13:00")
    shop.warehouse.fans([])
    assert shop.go("Mo 13:30") == ["ann"]
    assert "You like rum." in shop.letters[0]


def test_a_condition_names_the_segment(shop: WarehouseShop) -> None:
    steps = "[{wait: 1 hour}, {send: one, only_if: {segment: fans}}]"
    campaign = CAMPAIGN.replace("{segment: fans}", "{event: order_placed}").replace("[{send: one}]", steps)
    shop.begin(("ann", "tea"), campaigns=FANS + campaign)
    shop.happen("ann", "order_placed", total=10)
    shop.happen("bob", "order_placed", total=10)
    assert shop.go("Mo 14:00") == ["ann"]


def test_a_segment_of_both_joins_by_either(shop: WarehouseShop) -> None:
    segments = FANS.replace("}}\n", "}\n, both: {where: [{segment: fans}, {contact.country: TR}]}}\n")
    shop.begin(("ann", "tea"), campaigns=segments + CAMPAIGN.replace("segment: fans", "segment: both"))
    shop.person("ann", country="TR")
    assert shop.go("Mo 12:05") == ["ann"]
    shop.person("bob", country="TR")
    shop.warehouse.fans([("ann", "tea"), ("bob", "jam")])
    assert shop.go("Mo 12:30") == ["bob"]


def test_the_first_reading_notes_the_members_of_a_segment_that_rests_on_it(shop: WarehouseShop) -> None:
    segments = FANS.replace("}}\n", "}\n, both: {where: [{segment: fans}, {contact.country: TR}]}}\n")
    shop.person("ann", country="TR")
    shop.begin(("ann", "tea"), campaigns=segments + CAMPAIGN.replace("segment: fans", "segment: both"))
    assert shop.go("Mo 12:30") == []
    assert [row["noted"] for row in shop.rows("members")] == [1]


def test_another_select_notes_those_whom_it_brings_in_and_waits_for_its_source(shop: WarehouseShop) -> None:
    shop.begin(("ann", "tea"))
    shop.warehouse.fans([("ann", "tea"), ("bob", "jam")])
    shop.warehouse.run("ALTER TABLE fans RENAME TO gone")
    shop.select(SELECT + " AND 1 = 1")
    shop.house.apply(shop.house.read_files())
    assert shop.go("Mo 12:10") == []
    assert [row["contact_id"] for row in shop.rows("members")] == [1]  # as it was
    shop.warehouse.run("ALTER TABLE gone RENAME TO fans")
    assert shop.go("Mo 12:30") == []
    assert [row["noted"] for row in shop.rows("members")] == [1, 1]


def test_a_renamed_segment_keeps_its_people(shop: WarehouseShop) -> None:
    leaving = "    exit_on: [left_segment]\n    steps: [{wait: 1 hour}, {send: one}]"
    campaign = CAMPAIGN.replace("    steps: [{send: one}]", leaving)
    shop.begin(campaigns=FANS + campaign)
    shop.warehouse.fans([("ann", "tea")])
    shop.go("Mo 12:30")
    renamed = (FANS + campaign).replace("fans: {source", "lovers: {was: fans, source")
    shop.campaigns(renamed.replace("segment: fans", "segment: lovers"))
    shop.house.apply(shop.house.read_files())
    assert shop.go("Mo 13:40") == ["ann"]


def test_a_removed_segment_leaves_nothing_behind(shop: WarehouseShop) -> None:
    shop.begin(("ann", "tea"))
    shop.campaigns("")
    shop.house.apply(shop.house.read_files())
    assert shop.rows("source_rows") == shop.rows("source_reads") == shop.rows("members") == []


def test_people_who_are_merged_stay_among_the_rows(shop: WarehouseShop) -> None:
    leaving = "    exit_on: [left_segment]\n    steps: [{wait: 1 hour}, {send: one}]"
    shop.begin(campaigns=FANS + CAMPAIGN.replace("    steps: [{send: one}]", leaving))
    shop.warehouse.fans([("ann", "tea")])
    shop.go("Mo 12:30")
    shop.happen("ann", "contact_merged", into="bob")
    shop.go("Mo 12:40")
    assert [row["contact_id"] for row in shop.rows("source_rows")] == [shop.house.contact_id("bob")]
    assert len(shop.go("Mo 13:35")) == 1


def test_a_row_without_a_person_is_about_nobody(shop: WarehouseShop) -> None:
    shop.begin(select="SELECT NULL AS contact_id, mail AS email FROM fans UNION ALL SELECT NULL, NULL")
    shop.warehouse.fans([("ann", "tea")])
    assert shop.go("Mo 12:30") == ["ann"]
    assert shop.rows("source_reads")[0]["unknown"] == 1


def test_of_two_rows_about_the_same_the_first_counts(shop: WarehouseShop) -> None:
    shop.begin()
    shop.warehouse.fans([("ann", "tea"), ("ann", "rum")])
    assert shop.go("Mo 12:30") == ["ann"]
    assert [row["columns"] for row in shop.rows("source_rows")] == ['{"favourite":"tea"}']
