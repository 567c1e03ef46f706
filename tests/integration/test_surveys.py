"""What surveys bring, lived by the engine; and their pages, whatever is asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from penfriend.bootstrap.results import refresh_results
from penfriend.bootstrap.surveys import SurveyResult, survey_comments, survey_results
from penfriend.domain.events import EventIn
from penfriend.domain.statistics import csat_of, nps_of
from penfriend.domain.surveys import GROUPS, Group, grouped, score_of
from penfriend.storage.comments import Chosen
from tests.support.dashboard import Visitor, serve_dashboard
from tests.support.lived import Shop, lived

SHOP = """
version: 1
brand: {name: Acorn, from: Acorn <hello@acorn.example>, address: 12 Mill Lane, public_url: "https://m.example",
  locale: en, timezone: Europe/London, currency: GBP}
topics: {feedback: {title: Surveys}}
surveys:
  visit: {type: csat, question: How was it?}
  after: {type: nps, question: {en: Would you recommend us?, tr: Bizi önerir misiniz?}}
  found: {type: choice, question: How did you find us?, options: [A friend, At a market]}
campaigns:
  satisfaction:
    topic: feedback
    trigger: {event: order_delivered, key: order_id}
    steps:
      - {send: survey/nps, survey: after}
"""
SCORES = {"ann": 10, "bob": 9, "cem": 7, "dia": 2}


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Iterator[Shop]:
    """Five people are asked in March; four of them answer, and bob comes back to write more."""
    links = {"survey/nps": "survey(9)"}
    with lived(tmp_path, {"campaigns.yaml": SHOP}, "2026-03-01 08:00", database_url, links) as shop:
        for name in (*SCORES, "eve"):
            shop.person(name, "feedback")
            shop.happens("2026-03-03 10:00", "order_placed", name, order_id=f"o-{name}", total=10)
            shop.happens("2026-03-04 10:00", "order_delivered", name, order_id=f"o-{name}")
        for name, score in SCORES.items():
            shop.hits("2026-03-05 10:00", "survey_answered", name, "survey/nps", survey="after", score=score)
        shop.hits(
            "2026-03-10 10:00",
            "survey_answered",
            "bob",
            "survey/nps",
            survey="after",
            score=9,
            comment="Good",
        )
        shop.happens("2026-03-11 10:00", "survey_answered", "ann", survey="found", score=2)
        shop.live_until("2026-03-25 12:00")
        refresh_results(shop.house)
        yield shop


def result(shop: Shop, name: str, days: int | None = None) -> SurveyResult:
    (found,) = survey_results(shop.house, days, name)
    return found


def test_a_survey_is_told_with_score_answers_and_who_was_asked(shop: Shop) -> None:
    after = result(shop, "after")

    assert after.counts == {10: 1, 9: 1, 7: 1, 2: 1}
    assert after.score == nps_of(2, 1, 1)
    assert (after.people, after.asked, after.answered, after.rate) == (4, 5, 4, 0.8)
    assert after.groups == {Group.PROMOTERS: 2, Group.PASSIVES: 1, Group.DETRACTORS: 1}


def test_weeks_without_an_answer_are_told_too_up_to_now(shop: Shop) -> None:
    periods = result(shop, "after").periods

    assert [(one.first, sum(one.counts.values())) for one in periods] == [
        (date(2026, 3, 2), 3),
        (date(2026, 3, 9), 1),
        (date(2026, 3, 16), 0),
        (date(2026, 3, 23), 0),
    ]
    assert [one.score for one in periods] == [nps_of(1, 1, 1), nps_of(1, 0, 0), None, None]


@pytest.mark.both
def test_more_than_two_hundred_days_are_told_by_month(shop: Shop) -> None:
    shop.live_until("2026-10-01 12:00")
    after = result(shop, "after")

    assert after.monthly
    assert [one.first for one in after.periods] == [date(2026, month, 1) for month in range(3, 11)]


def test_only_the_last_days_are_looked_at(shop: Shop) -> None:
    assert result(shop, "after", 16).counts == {9: 1}
    assert result(shop, "after", 15).people == 0
    assert result(shop, "after", 15).asked == 0


def test_surveys_stand_in_the_files_order_and_those_that_are_gone_behind_them(shop: Shop) -> None:
    files = Path(shop.house.settings.config)
    files.write_text(SHOP.replace("  found: {type: choice", "  other: {type: choice"))
    shop.house.apply(shop.house.read_files())

    found = survey_results(shop.house)
    assert [one.name for one in found] == ["visit", "after", "other", "found"]
    assert [one.kind for one in found] == ["csat", "nps", "choice", ""]
    assert found[3].counts == {2: 1}
    assert (found[0].people, found[0].score, found[0].rate) == (0, None, None)


@pytest.mark.parametrize(
    ("kind", "counts", "score"),
    [
        ("nps", {10: 3, 8: 1, 0: 2, None: 5}, nps_of(3, 1, 2)),
        ("csat", {5: 3, 4: 1, 3: 1, 1: 1}, csat_of(4, 2)),
        ("choice", {1: 3}, None),
        ("nps", {None: 2}, None),
        ("", {9: 2}, None),
    ],
)
def test_the_score_goes_by_the_kind(kind: str, counts: dict[int | None, int], score: object) -> None:
    assert score_of(kind, counts) == score


def test_the_groups_of_a_scale_hold_each_score_once() -> None:
    for kind, scores in (("nps", range(11)), ("csat", range(1, 6))):
        assert sorted(score for group in GROUPS[kind].values() for score in group) == list(scores)
        assert sum(grouped(kind, dict.fromkeys(scores, 1)).values()) == len(scores)


# -- the pages


@pytest.mark.both
def test_the_pages_say_score_and_comments_in_the_readers_language(shop: Shop) -> None:
    with serve_dashboard(shop.house, open_here=True) as server, closing(Visitor(server.url)) as guest:
        cards = guest.get("/surveys").text
        page = guest.get("/surveys/after", **{"accept-language": "tr"}).text

    assert "+25" in cards
    assert "80%" in cards
    assert "Bizi önerir misiniz?" in page
    assert '<blockquote dir="auto">Good</blockquote>' in page
    assert "/contacts/" not in page, "a guest sees nobody"
    for name in SCORES:
        assert f"{name}@" not in page


@pytest.mark.parametrize(
    "asked",
    [
        "span=none",
        "group=nobody",
        "before=x",
        pytest.param(f"before={'9' * 30}.1", marks=pytest.mark.both),  # more than an integer of the store
        "before=1.%C2%B2",
        "before=",
        "group=%C2%B2",
        "campaign=nobody",
        "language=%00&campaign=",
        "language=tlh",
    ],
)
def test_what_nobody_understands_is_as_if_it_was_not_asked(shop: Shop, asked: str) -> None:
    with serve_dashboard(shop.house, open_here=True) as server, closing(Visitor(server.url)) as guest:
        answer = guest.get(f"/surveys/after?{asked}")

    assert answer.status_code == 200
    assert ">Good</blockquote>" in answer.text


def test_a_survey_that_nobody_knows_is_not_found(shop: Shop) -> None:
    with serve_dashboard(shop.house, open_here=True) as server, closing(Visitor(server.url)) as guest:
        assert guest.get("/surveys/nothing").status_code == 404
        assert guest.get("/surveys/found").status_code == 200
        assert "No answers in this time" in guest.get("/surveys/visit").text


@pytest.mark.parametrize(
    ("asked", "is_there"),
    [
        ("campaign=satisfaction", True),
        ("campaign=thanks_too", False),
        ("language=tr", True),
        ("language=tr&campaign=satisfaction&group=promoters", True),
        ("language=en", False),
        ("language=tr&group=detractors", False),
    ],
)
def test_comments_are_narrowed_to_a_campaign_and_a_language(shop: Shop, asked: str, is_there: bool) -> None:
    told = EventIn("contact_updated", "bob", None, shop.house.clock.now(), {"locale": "tr_TR"})
    shop.house.ingester().ingest_events([told])
    second = SHOP[SHOP.index("  satisfaction:") :].replace("satisfaction:", "thanks_too:")
    config = shop.house.settings.config
    config.write_text(SHOP + second)
    (config.parent / "templates" / "survey" / "nps.tr.mjml").write_bytes(
        (config.parent / "templates" / "survey" / "nps.mjml").read_bytes()
    )
    shop.house.apply(shop.house.read_files())
    with serve_dashboard(shop.house, open_here=True) as server, closing(Visitor(server.url)) as guest:
        page = guest.get(f"/surveys/after?{asked}&span=all").text
    assert (">Good</blockquote>" in page) == is_there
    assert '<option value="tr"' in page
    assert '<input type="hidden" name="span" value="all">' in page
    for name, value in (part.split("=") for part in asked.split("&")):
        if name != "group":
            assert f'<option value="{value}" selected>' in page
        assert page.count(f"{name}={value}") >= 1 or f'name="{name}" value="{value}"' in page


def test_who_has_no_language_has_the_brands(shop: Shop) -> None:
    scores = [*range(11), None]
    for of, is_there in ((Chosen(language="en", is_brands=True), True), (Chosen(language="en"), False)):
        found = survey_comments(shop.house, "after", scores, None, 10, of)
        assert bool(found) == is_there
