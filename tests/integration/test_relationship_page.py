"""The page of how people stand with the shop, in the reader's language; nothing on it is about one person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.bootstrap import House
from penfriend.bootstrap.keeping import work_out_now
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import DAY, Moment
from tests.support.dashboard import CAMPAIGNS, Visitor, add_with_password, serve_dashboard
from tests.support.empty_store import empty_file
from tests.support.served_house import served_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with served_house(tmp_path, empty_file(tmp_path / "penfriend.db"), CAMPAIGNS) as opened:
        yield opened


@pytest.fixture
def viewer(house: House) -> Iterator[Visitor]:
    with serve_dashboard(house) as server:
        visitor = Visitor(server.url)
        add_with_password(house, visitor, "vera", "viewer")
        yield visitor
        visitor.close()


def fill(house: House, people: int = 3) -> None:
    """Each has ordered for 20 every 40 days, the first of them once, the next twice."""
    now, ingester = house.clock.now(), house.ingester()
    for number in range(1, people + 1):
        who = f"c-{number}"
        since = Moment(now - 130 * DAY)
        ingester.ingest_contacts([ContactIn(who, f"{who}@shop.example", created_at=since)])
        for order in range(number):
            placed = {"order_id": f"{who}-{order}", "total": 20}
            at = Moment(now - (120 - 40 * order) * DAY)
            ingester.ingest_events([EventIn("order_placed", who, None, at, placed, f"{who}-{order}")])
    work_out_now(house)


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_page_says_that_nothing_was_worked_out_yet(viewer: Visitor) -> None:
    assert "Nothing has been worked out yet" in viewer.get("/relationship").text


def test_page_shows_the_ladder_who_comes_back_and_what_people_are_worth(
    house: House, viewer: Visitor
) -> None:
    fill(house)
    shown = text_of(viewer.get("/relationship").text)
    assert "People who have bought 3" in shown
    assert "Spent by each so far €40.00" in shown
    assert re.search(r"First purchase 0 .*Repeat 2 .*Loyal 0 .*At risk 1 ", shown)
    assert "There are too few repeat orders yet" in shown
    assert "after 91 days" in shown


def test_page_has_nobodys_name_in_it(house: House, viewer: Visitor) -> None:
    fill(house)
    page = viewer.get("/relationship").text
    assert "c-1" not in page
    assert "shop.example" not in text_of(page)


@pytest.mark.parametrize(
    ("language", "title", "step"),
    [
        ("tr", "Sadakat merdiveni", "Savunucu"),
        ("ar", "سلّم الولاء", "مناصر"),
        ("pl", "Drabina lojalności", "Ambasadorzy"),
    ],
)
def test_page_is_in_the_readers_language(
    house: House, viewer: Visitor, language: str, title: str, step: str
) -> None:
    fill(house)
    page = viewer.get("/relationship", **{"accept-language": language}).text
    assert title in page
    assert step in page
