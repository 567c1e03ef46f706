"""`retention` from the file to rows that are gone: told by plan, done by housekeeping, told by status."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.bootstrap.planning import Planning
from penfriend.bootstrap.results import results_of
from penfriend.domain.changes import Change, What
from penfriend.domain.plan import Plan
from penfriend.domain.timing import DAY, Moment
from tests.support.edited_shop import HEAD, OFFERS, EditedShop, edited_shop

RETENTION = "retention: {events: 1 year, stories: 2 years}\n"


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Iterator[EditedShop]:
    """Somebody joined five times two years ago, and once just now."""
    with edited_shop(tmp_path, database_url, "Mo 10:00") as shop:
        shop.edit(HEAD + OFFERS)
        for _ in range(5):
            shop.happen("ann", "joined")
        shop.clock.set(Moment(shop.clock.now() + 2 * 365 * DAY))
        shop.happen("ann", "signed_up")
        yield shop


def plan(shop: EditedShop, text: str) -> Plan:
    shop.write(text)
    files = shop.house.read_files()
    return Planning(shop.house, files, shop.house.check(files)).plan()


def events(shop: EditedShop) -> list[object]:
    return [row["name"] for row in shop.rows("events")]


@pytest.mark.both
def test_a_plan_says_how_many_rows_a_retention_would_delete(shop: EditedShop) -> None:
    found = plan(shop, HEAD + OFFERS + RETENTION)
    assert found.forgotten == {"events": 4, "stories": 0}
    words = ("events: none -> 1 year", "stories: none -> 2 years")
    assert found.changes == (Change("retention", "", What.CHANGED, words=words),)
    assert len(events(shop)) == 6


def test_a_plan_counts_nothing_where_the_retention_stays(shop: EditedShop) -> None:
    shop.edit(HEAD + OFFERS + RETENTION)
    assert plan(shop, HEAD + RETENTION).forgotten == {}


@pytest.mark.both
def test_housekeeping_deletes_and_status_tells(shop: EditedShop) -> None:
    shop.edit(HEAD + OFFERS + RETENTION)
    report = shop.worker.housekeeping()
    assert report is not None
    assert report.forgotten == 4
    assert events(shop) == ["joined", "signed_up"]
    told = shop.house.overview().forgotten
    assert {kind: one.gone for kind, one in told.items()} == {"events": 4, "stories": 0}
    assert told["events"].ended == shop.clock.now()
    again = shop.worker.housekeeping()
    assert again is not None
    assert again.forgotten == 0


def test_without_a_retention_nothing_is_deleted(shop: EditedShop) -> None:
    shop.worker.housekeeping()
    assert len(events(shop)) == 6
    assert shop.house.overview().forgotten == {}


def test_what_came_of_mails_outlives_them(shop: EditedShop) -> None:
    campaign = "campaigns: {hi: {topic: offers, trigger: {event: signed_up}, steps: [{send: hi}]}}\n"
    shop.letter("hi", "Hi")
    for name in ("ann", "bob"):
        shop.person(name)
    shop.edit(HEAD + OFFERS + campaign + "retention: {messages: 40 days}\n")
    for name in ("ann", "bob"):
        shop.clock.set(Moment(shop.clock.now() + DAY))
        shop.happen(name, "signed_up")
        shop.worker.settle()
    sent = len(shop.rows("messages"))
    shop.clock.set(Moment(shop.clock.now() + 60 * DAY))
    shop.worker.housekeeping()
    assert len(shop.rows("messages")) == 1  # the newest of a table stays
    shop.worker.results(all_of_them=True)
    [total] = results_of(shop.house, ())
    assert total.figures.sent == sent > 1
