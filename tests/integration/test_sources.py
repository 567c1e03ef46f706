"""Sources in what people see: plan, apply, simulate, status, segment, why, source check, a watched file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.bootstrap import Wish, campaign_tests, simulate, tell_why
from penfriend.bootstrap.planning import Planning
from penfriend.bootstrap.source_check import check_source
from penfriend.bootstrap.taking_up import apply
from penfriend.bootstrap.watching import FileWatch
from penfriend.cli.future.words import sentences
from penfriend.cli.main import run_command
from penfriend.domain.errors import GuardObjects, NotFound
from penfriend.domain.plan import Plan, Resized
from tests.support.edited_shop import at
from tests.support.warehouse import CAMPAIGN, FANS, SELECT, Warehouse, WarehouseShop, warehouse_shop

MANY = [(f"p{number}", "tea") for number in range(120)]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[WarehouseShop]:
    """Ann is a fan, and everything is applied and read."""
    warehouse = Warehouse(f"sqlite:///{tmp_path / 'company.db'}")
    with warehouse_shop(tmp_path, f"sqlite:///{tmp_path / 'penfriend.db'}", warehouse) as made:
        made.warehouse.fans([("ann", "tea")])
        apply(made.house, made.house.read_files())
        made.go("Mo 12:01")
        yield made


def planned(shop: WarehouseShop) -> Plan:
    """What `penfriend plan` finds."""
    files = shop.house.read_files()
    return Planning(shop.house, files, shop.house.check(files)).plan()


def test_a_plan_shows_a_changed_select_with_its_sizes(shop: WarehouseShop) -> None:
    shop.warehouse.fans([("ann", "tea"), ("bob", "jam"), ("cid", "gin")])
    assert planned(shop).changes == ()
    shop.select(SELECT + " AND klant <> 'cid'")
    found = planned(shop)
    assert [(one.kind, one.name, one.words) for one in found.changes] == [
        ("segment", "fans", ("sql changed",))
    ]
    assert found.sizes == (Resized("fans", 1, 2),)
    assert shop.rows("source_rows") == shop.rows("source_rows")
    assert [row["contact_id"] for row in shop.rows("source_rows")] == [1]  # a plan changes nothing


def test_a_plan_counts_the_mails_of_a_first_reading(shop: WarehouseShop) -> None:
    shop.select(SELECT + " AND klant <> 'ann'", "others")
    both = FANS.replace("}}\n", "}, others: {source: warehouse, sql: sql/others.sql}}\n")
    more = CAMPAIGN + CAMPAIGN.replace("campaigns:\n", "").replace("thanks:", "hello:").replace(
        "segment: fans}", "segment: others}\n    backfill: all"
    )
    shop.campaigns(both + more)
    shop.warehouse.fans([("ann", "tea"), ("bob", "jam"), ("cid", "gin")])
    found = planned(shop)
    assert (found.planned.at_once, found.planned.mails) == ({"hello": 2}, {"hello": 2})
    apply(shop.house, shop.house.read_files())
    assert shop.go("Mo 12:02") == ["bob", "cid"]


def test_a_plan_says_that_a_source_does_not_answer(shop: WarehouseShop) -> None:
    shop.select(SELECT.replace("fans", "nowhere"))
    (problem,) = planned(shop).problems
    assert (problem.level, problem.place.file) == ("warning", "campaigns.yaml")
    assert problem.text.startswith("source warehouse: ")
    assert problem.text.endswith("nowhere; its people stay as they are, and are counted so.")


def test_a_changed_select_with_an_odd_audience_waits_for_a_yes(shop: WarehouseShop) -> None:
    for who, _ in MANY:
        shop.person(who)
    shop.warehouse.fans(MANY[:20])
    shop.go("Mo 13:00")
    shop.warehouse.fans(MANY)
    shop.select(SELECT + " AND 1 = 1")
    with pytest.raises(
        GuardObjects, match="fans, whom thanks is for, would have 120 members, more than double"
    ):
        apply(shop.house, shop.house.read_files())
    apply(shop.house, shop.house.read_files(), yes=True)
    assert shop.go("Mo 13:01") == []
    assert [row["noted"] for row in shop.rows("members")].count(1) == 100


def test_a_simulation_leaves_the_source_alone_and_says_so(shop: WarehouseShop) -> None:
    shop.warehouse.fans([("ann", "tea"), ("bob", "jam")])
    forecast = simulate(shop.house, Wish(3, shop.clock.now()))
    assert len(forecast.mails) == 0
    told = (
        "Segment fans stands as it was last read, 2026-03-09 12:01: its source is not asked about the future."
    )
    assert told in sentences(forecast)


def test_in_a_test_nobody_is_a_member(shop: WarehouseShop) -> None:
    shop.campaigns(
        FANS
        + CAMPAIGN
        + "tests: [{name: nobody, campaign: thanks, contact: {subscribed_at: 2026-03-02 10:00},"
        + " expect: [{2026-03-03 10:00: {sent: one}}]}]\n"
    )
    checked = shop.house.check(shop.house.read_files())
    with campaign_tests(shop.house.settings, *checked.require()) as running:
        trial = running.run(checked.require()[0].tests[0])
    assert not trial.passed
    assert [happened for _, happened in trial.pairs] == [None]


def test_the_status_says_how_the_reading_goes(shop: WarehouseShop) -> None:
    reading = shop.house.overview().sources["fans"]
    assert (reading.source, reading.state.rows, reading.state.read_at) == ("warehouse", 1, at("Mo 12:01"))
    shop.warehouse.run("DROP TABLE fans")
    shop.go("Mo 13:00")
    found = shop.house.overview().sources["fans"].as_json()
    assert found["rows"] == 1
    assert found["failing_since"] == "2026-03-09T13:00:00Z"
    assert str(found["error"]).startswith("source warehouse: ")


def test_a_segment_is_counted_listed_and_explained_as_last_read(shop: WarehouseShop) -> None:
    segments = shop.house.segments()
    assert (segments.count("fans"), [one.key for one in segments.list("fans", 9)]) == (1, ["ann"])
    assert segments.sql("fans") == SELECT
    (thing,) = segments.explain("fans", shop.house.contact_id("ann"))
    assert (thing.is_member, thing.condition.sentence) == (
        True,
        "is among the rows of sql/fans.sql, as last read",
    )
    assert segments.explain("fans", shop.house.contact_id("bob")) == []


def test_why_names_the_rows(shop: WarehouseShop) -> None:
    (story,) = tell_why(shop.house, "bob").stories
    assert "is not in the segment fans: is not among the rows of sql/fans.sql, as last read" in [
        sentence.text for sentence in story.now
    ]
    (story,) = tell_why(shop.house, "ann").stories
    assert "is in the segment fans now" in [sentence.text for sentence in story.now]


def test_a_source_is_checked_with_all_its_segments(shop: WarehouseShop) -> None:
    found = check_source(shop.house, "warehouse")
    (select,) = found.selects
    assert (select.segment, select.columns, select.problem) == ("fans", ("contact_id", "favourite"), None)
    with pytest.raises(NotFound, match=r'there is no source "wharehouse"\. Did you mean "warehouse"'):
        check_source(shop.house, "wharehouse")


def test_the_command_prints_rows_and_a_status_that_fits(
    shop: WarehouseShop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = shop.house.settings
    monkeypatch.setenv("PENFRIEND_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("PENFRIEND_CONFIG", str(settings.config))
    assert run_command(["source", "check", "warehouse", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["segments"]["fans"]["rows"] == [{"contact_id": "ann", "favourite": "tea"}]
    assert run_command(["source", "check", "warehouse"]) == 0
    assert "It should only read, but this user may write the file" in capsys.readouterr().out
    shop.warehouse.run("DROP TABLE fans")
    assert run_command(["source", "check", "warehouse"]) == 1
    assert "no such table: fans" in capsys.readouterr().out
    Path(shop.warehouse.url.removeprefix("sqlite:///")).unlink()
    assert run_command(["source", "check", "warehouse"]) == 2
    assert capsys.readouterr().err == "penfriend: source warehouse: unable to open database file\n"


def test_a_changed_file_is_seen_by_a_running_daemon(shop: WarehouseShop) -> None:
    watch = FileWatch(shop.house, active=True)
    watch.at_start()
    before = shop.house.revision_number()
    watch.look()
    assert shop.house.revision_number() == before
    shop.select(SELECT + " AND 1 = 1")
    watch.look()
    assert shop.house.revision_number() == before + 1


def test_a_file_outside_of_the_folder_is_refused(shop: WarehouseShop, tmp_path: Path) -> None:
    outside = tmp_path.with_suffix(".sql")
    outside.write_text(SELECT)
    file = shop.folder / "sql" / "fans.sql"
    file.unlink()
    file.symlink_to(outside)
    said = [str(problem) for problem in shop.house.check(shop.house.read_files()).problems]
    assert "sql/fans.sql:1:1: is a link out of this folder; only files below it can be named." in said


def test_a_running_revision_keeps_its_select_when_the_file_is_gone(shop: WarehouseShop) -> None:
    (shop.folder / "sql" / "fans.sql").unlink()
    shop.warehouse.fans([("ann", "tea"), ("bob", "jam")])
    assert shop.go("Mo 12:30") == ["bob"]


def test_a_letter_that_names_no_column_of_the_select_is_wrong(shop: WarehouseShop) -> None:
    shop.letter("one", "You like {{ fans.favorite }}")
    said = [str(problem) for problem in shop.house.check(shop.house.read_files()).problems]
    text = 'fans.favorite: there is no "favorite". Did you mean "favourite"?'
    assert said == [f"templates/one.mjml:2:19: {text} [unknown-name]"]


def test_a_letter_of_another_campaign_asks_first(shop: WarehouseShop) -> None:
    shop.letter("one", "You like {{ fans.favourite }}")
    shop.campaigns(FANS + CAMPAIGN.replace("{segment: fans}", "{event: order_placed}"))
    (problem,) = shop.house.check(shop.house.read_files()).problems
    assert problem.level == "warning"
