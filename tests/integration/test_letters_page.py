"""The page of the letters that are live: each in its languages, with what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.results import refresh_results
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from tests.support.dashboard import CAMPAIGNS, Visitor, add_with_password, serve_dashboard
from tests.support.empty_store import empty_file
from tests.support.houses import NOON
from tests.support.served_house import served_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with served_house(tmp_path, empty_file(tmp_path / "penfriend.db"), CAMPAIGNS) as opened:
        yield opened


def page(house: House, language: str = "en") -> str:
    with (
        serve_dashboard(house) as server,
        closing(Visitor(server.url, **{"accept-language": language})) as visitor,
    ):
        add_with_password(house, visitor, "mary", "marketer")
        text = visitor.get("/letters").text
        link = text.partition('href="/preview?')[2].partition('"')[0].replace("&amp;", "&")
        assert visitor.get(f"/preview?{link}").status_code == 200
        return text


def test_a_letter_stands_with_its_languages_each_leading_to_its_preview(house: House) -> None:
    text = page(house, "tr")
    assert 'href="/preview?letter=thanks%3Ahello&amp;locale=en"' in text
    assert "<bdi>İngilizce</bdi>" in text


def test_a_letter_tells_how_many_went_out_and_in_which_language(house: House) -> None:
    house.ingester().ingest_contacts([ContactIn("c-1", "eve@shop.example", {}, {}, ("offers",), NOON)])
    order = EventIn("order_placed", "c-1", None, NOON, {"order_id": "o-1", "total": 5}, "e-1")
    house.ingester().ingest_events([order])
    worker = Worker.of(house)
    worker.settle()
    worker.close()
    refresh_results(house)
    card = page(house).partition("<bdi>hello</bdi>")[2].partition("</ul>")[0]
    assert "<dt>Sent</dt><dd>1</dd>" in card
    assert '<span class="quiet">1</span>' in card
