"""Segments on the dashboard: sizes, who is in them for whom, and a count for those that nobody counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.segment_stories import SegmentCounts
from penfriend.domain.ingestion import ContactIn
from tests.support.dashboard import Visitor, add_with_password, serve_dashboard
from tests.support.served_house import served_house

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
segments:
  gold:
    description: Has the best tier
    where:
      contact.tier: gold      # as the till says it
      not: {segment: abroad}

  abroad: {where: {contact.country: {not: GB}}}
campaigns:
  golden: {topic: offers, trigger: {segment: gold}, steps: [{send: hello}]}
"""


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with served_house(tmp_path, database_url, CAMPAIGNS) as opened:
        for number, tier in enumerate(("gold", "gold", "silver")):
            fields = {"tier": tier, "country": "GB", "first_name": f"Ann{number}"}
            opened.ingester().ingest_contacts([ContactIn(f"c-{number}", f"c-{number}@shop.example", fields)])
        worker = Worker.of(opened, outside=False)
        worker.settle()
        worker.close()
        yield opened


@pytest.fixture
def marketer(house: House) -> Iterator[Visitor]:
    with serve_dashboard(house) as server, closing(Visitor(server.url)) as visitor:
        add_with_password(house, visitor, "mary", "marketer")
        yield visitor


@pytest.mark.both
def test_a_segment_is_shown_with_its_size_its_condition_and_its_file(marketer: Visitor) -> None:
    listed = marketer.get("/segments").text
    assert "Has the best tier" in listed
    assert "<strong>2</strong>" in listed
    assert "<bdi>2</bdi> joined" in listed
    page = marketer.get("/segments/gold").text
    assert "<bdi>Loyalty tier</bdi>: <bdi>gold</bdi>" in page
    assert "contact.tier: gold      # as the till says it\n" in page
    assert "abroad: {where" not in page, "its own lines and no others"
    assert 'href="/campaigns/golden"' in page
    assert 'href="/segments/gold"' in marketer.get("/segments/abroad").text, "who names it"
    assert marketer.get("/segments/none").status_code == 404


def test_members_are_for_those_who_may_see_people(house: House, marketer: Visitor) -> None:
    page = marketer.get("/segments/gold").text
    found = [number for number in range(3) if f'href="/contacts/c-{number}"' in page]
    assert found
    assert set(found) <= {0, 1}
    with closing(Visitor(marketer.url)) as viewer:
        add_with_password(house, viewer, "vera", "viewer")
        shown = viewer.get("/segments/gold").text
    assert "In it now" in shown
    assert "Ann" not in shown
    assert "/contacts/" not in shown


def test_what_nobody_keeps_count_of_is_counted_when_somebody_asks(house: House, marketer: Visitor) -> None:
    assert "not counted" in marketer.get("/segments").text
    house.ingester().ingest_contacts([ContactIn("f-1", "f-1@shop.example", {"country": "FR"})])
    marketer.get("/segments/abroad")
    assert marketer.post("/segments/abroad/count").headers["location"] == "/segments/abroad"
    page = marketer.get("/segments/abroad").text
    assert "<dd>1 <span" in page
    assert "Counted <bdi>" in page
    assert "not counted" not in marketer.get("/segments").text
    assert marketer.post("/segments/none/count").status_code == 404


@pytest.mark.both
def test_a_count_belongs_to_its_revision(house: House) -> None:
    counts = SegmentCounts(house)
    assert counts.count("abroad")
    assert counts.known("abroad") is not None
    config = house.settings.config
    config.write_text(config.read_text().replace("{not: GB}", "{not: FR}"))
    house.apply(house.read_files())
    assert counts.known("abroad") is None


def test_one_counts_at_a_time(house: House) -> None:
    counts = SegmentCounts(house)
    with counts.counting:
        assert not counts.count("abroad")
    assert counts.known("abroad") is None


def test_where_the_time_is_up_it_is_told_how_many_were_looked_at(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penfriend.bootstrap.segment_stories.COUNT_SECONDS", -1.0)
    counts = SegmentCounts(house)
    counts.count("abroad")
    known = counts.known("abroad")
    assert known is not None
    assert (known.members, known.looked_at, known.is_whole) == (0, 0, False)
