"""The next 30 days on the dashboard: lived on request, beside everything else, and kept for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from penfriend.bootstrap import House
from penfriend.bootstrap.future_page import NOTE, Future, FutureDesk, live_days
from penfriend.domain.charts import MOST_SERIES
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import DAY
from penfriend.rendering.dashboard_pages import DashboardPages
from penfriend.web.dashboard.simulation_page import chart_of
from tests.support.dashboard import Visitor, add_with_password, marketer_of
from tests.support.served_house import served_house

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
policy: {send_between: 00:00-24:00, send_on: mon-sun, at_most: none}
campaigns:
  birthday: {topic: offers, trigger: {date: contact.birthday, every: year}, steps: [{send: hello}]}
  never: {topic: offers, trigger: {event: order_placed}, steps: [{send: hello}]}
"""


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with served_house(tmp_path, database_url, CAMPAIGNS) as opened:
        for number, birthday in enumerate(("1990-03-05", "1980-03-05", "1970-03-20", "1960-06-01")):
            topics = ("offers",) if number != 1 else ()
            came = ContactIn(
                f"c-{number}",
                f"c-{number}@shop.example",
                {"birthday": birthday},
                topics=topics,
                subscribed_at=opened.clock.now() if topics else None,
            )
            opened.ingester().ingest_contacts([came])
        yield opened


@pytest.fixture
def mary(house: House) -> Iterator[Visitor]:
    with marketer_of(house) as visitor:
        yield visitor


def lived(visitor: Visitor) -> str:
    """The page, once the days are over; as its Refresh says, it is asked for again until then."""
    for _ in range(2_000):
        page = visitor.get("/simulation")
        if "refresh" not in page.headers:
            return page.text
    raise AssertionError("the days were never over")


@pytest.mark.both
def test_the_days_are_lived_when_somebody_asks_and_shown_to_everybody(house: House, mary: Visitor) -> None:
    assert "Nobody has asked for it yet." in mary.get("/simulation").text
    assert mary.post("/simulation").headers["location"] == "/simulation"
    lived(mary)
    with closing(Visitor(mary.url)) as viewer:
        add_with_password(house, viewer, "vera", "viewer")
        page = viewer.get("/simulation").text
    assert "<dt>Mails</dt><dd>2</dd>" in page
    assert "with revision <bdi>1</bdi>" in page
    assert "is not subscribed to the campaign&#39;s topic" in page
    assert "Send nothing: <bdi>never</bdi>" in page
    assert "c-0" not in page
    assert 'method="post" action="/simulation"' not in page, "who only looks starts none"
    assert house.overview().campaigns["birthday"].messages == {}, "nothing was sent"


def test_mails_stand_on_their_days(house: House) -> None:
    told: list[float] = []
    found = live_days(house, told.append)
    by_day = dict(zip(found.days, found.campaigns["birthday"].mails, strict=True))
    assert {day: number for day, number in by_day.items() if number} == {
        date(2026, 3, 5): 1,
        date(2026, 3, 20): 1,
    }
    assert found.campaigns["birthday"].not_entered == {"not_consented": 1}
    assert (found.mails, found.revision, found.of_files, found.silent) == (2, 1, False, ["never"])
    assert abs(found.until - found.at - 30 * DAY) < DAY / 12
    assert told == sorted(told)
    assert Future.of_text(found.as_text()) == found, "as it is kept"


def test_what_another_version_has_kept_is_none(house: House) -> None:
    for text in ("", "{}", "[]", '{"days": []}', "null"):
        house.set_note(NOTE, text)
        assert FutureDesk(house).known() is None


def test_one_is_lived_at_a_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = FutureDesk(house)
    monkeypatch.setattr("threading.Thread.start", lambda _: None)
    assert desk.begin()
    assert not desk.begin()
    assert desk.progress() is not None


def test_a_store_that_is_too_large_is_refused_with_a_sentence(
    mary: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penfriend.bootstrap.future_page.MOST_BYTES", 1)
    answer = mary.post("/simulation")
    assert answer.status_code == 409
    assert "Run penfriend simulate --days 30 --out future on the server instead." in answer.text


def test_more_campaigns_than_can_be_told_apart_are_drawn_together(house: House) -> None:
    one = live_days(house, lambda _: None)
    mails = one.campaigns["birthday"]
    many = Future.of_text(one.as_text())
    assert many is not None
    many.campaigns.clear()  # type: ignore[attr-defined]  # a dict it is
    many.campaigns.update({f"c{number:02}": mails for number in range(MOST_SERIES + 3)})  # type: ignore[attr-defined]  # as above
    chart = chart_of(many, DashboardPages().words("en"))
    assert len(chart.series) == MOST_SERIES
    assert chart.series[-1].name == "others"
    assert sum(sum(value or 0 for value in one.values) for one in chart.series) == many.mails
