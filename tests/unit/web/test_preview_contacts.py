"""`/preview`: contacts of the store are offered, found and shown."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from penfriend.bootstrap import preview as bootstrap
from penfriend.bootstrap.preview import Previews
from penfriend.domain.ingestion import ContactIn
from penfriend.rendering import preview_pages
from tests.support.houses import open_house
from tests.unit.web.test_preview import CAMPAIGNS, HELLO, LETTER, opened


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[httpx.Client]:
    """Over a store with Ann, another Ann and Bob."""
    with open_house(tmp_path, f"sqlite:///{tmp_path / 'shop.db'}", CAMPAIGNS) as house:
        for name in ("hello", "second"):
            (tmp_path / "templates" / f"{name}.mjml").write_text(HELLO)
        people = [("c-1", "Ann", "Marsh"), ("c-2", "Ann", "<Oak>"), ("c-3", "Bob", "Marsh")]
        house.ingester().ingest_contacts(
            [
                ContactIn(key, f"{key}@shop.example", {"first_name": first, "last_name": last})
                for key, first, last in people
            ]
        )
        with opened(Previews(house.settings, house.clock, house.db)) as made:
            yield made


def test_contact_of_the_store_can_be_chosen_by_id_or_address(shop: httpx.Client) -> None:
    page = shop.get(f"/preview?{LETTER}&contact=%20c-1").text
    assert "Hello Ann &lt;3" in page
    assert "<bdi>Ann Marsh, c-1</bdi>" in page
    assert '<input id="contact" name="contact" type="search" list="contacts" value="c-1"' in page
    assert "Hello Bob &lt;3" in shop.get(f"/preview?{LETTER}&contact=C-3@shop.example").text


def test_newest_contacts_are_offered(shop: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    offered = re.compile(r'<option value="(c-\d)">(.*?)</option>')
    assert offered.findall(shop.get(f"/preview?{LETTER}").text) == [
        ("c-3", "Bob Marsh, c-3@shop.example"),
        ("c-2", "Ann &lt;Oak&gt;, c-2@shop.example"),
        ("c-1", "Ann Marsh, c-1@shop.example"),
    ]
    monkeypatch.setattr(bootstrap, "MOST_PEOPLE", 1)
    assert [one for one, _ in offered.findall(shop.get(f"/preview?{LETTER}").text)] == ["c-3"]


def test_words_of_a_name_lead_to_those_who_have_them(shop: httpx.Client) -> None:
    one = shop.get(f"/preview?{LETTER}&contact=marsh+bob&view=text")
    assert one.status_code == 303
    assert one.headers["location"].endswith("contact=c-3&view=text")
    two = shop.get(f"/preview?{LETTER}&contact=ann&view=text").text
    links = re.findall(r'<li><a href="([^"]+)"><bdi>(.*?)</bdi></a> <bdi class="quiet">(.*?)</bdi>', two)
    assert [(name, address) for _, name, address in links] == [
        ("Ann &lt;Oak&gt;", "c-2@shop.example"),
        ("Ann Marsh", "c-1@shop.example"),
    ]
    assert "cannot be made" not in two
    assert "<bdi>Ann Marsh, c-1</bdi>" in shop.get(html.unescape(links[1][0])).text
    nobody = shop.get(f"/preview?{LETTER}&contact=eve").text
    assert "there is no contact &#34;eve&#34;" in nobody


def test_list_of_those_who_are_meant_says_where_it_is_cut(
    shop: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "The newest" not in shop.get(f"/preview?{LETTER}&contact=ann").text
    for module in (bootstrap, preview_pages):
        monkeypatch.setattr(module, "MOST_PEOPLE", 2)
    assert "The newest 2." in shop.get(f"/preview?{LETTER}&contact=c-").text


def test_from_a_contact_one_gets_back_to_the_sample_people(shop: httpx.Client) -> None:
    page = shop.get(f"/preview?{LETTER}&contact=c-1&locale=en&view=dark").text
    [back] = re.findall(r'<a href="([^"]+)">Show a sample person instead', page)
    assert html.unescape(back) == f"/preview?{LETTER.replace(':', '%3A')}&person=ordinary&locale=en&view=dark"
