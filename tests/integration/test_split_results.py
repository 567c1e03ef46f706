"""How the splits of a campaign stand: while they are under way, when they are decided, and where no winner is
looked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.bootstrap.report import report_of
from penfriend.bootstrap.results import refresh_results
from penfriend.bootstrap.split_results import counted_by, split_results
from penfriend.cli.report_tables import print_reports
from penfriend.domain.campaign import EventHappening, Goal
from penfriend.domain.results.splits import SplitResult
from penfriend.domain.statistics import Counted, Interval, Kind, split_verdict
from penfriend.domain.winners import ArmFigures
from tests.support.lived import Shop, lived, london

SALE = """
version: 1
brand: {name: Acorn, from: Acorn <hello@acorn.example>, address: 12 Mill Lane, public_url: "https://m.example",
  locale: en, timezone: Europe/London, currency: GBP}
topics: {offers: {title: Offers}}
campaigns:
  spring_sale:
    topic: offers
    trigger: {schedule: 2026-04-02 10:00}
    steps:
      - split:
          - {share: 40%, name: long, steps: [{send: sale/long}]}
          - {share: 40%, name: short, steps: [{send: sale/short}]}
        WINNER
        id: length
"""
MANY = 20


@pytest.fixture
def sale(tmp_path: Path, database_url: str) -> Iterator[Shop]:
    yield from _sale(tmp_path, database_url, "winner: {by: clicked, after: 4 hours}")


@pytest.fixture
def no_winner(tmp_path: Path, database_url: str) -> Iterator[Shop]:
    yield from _sale(tmp_path, database_url, "")


def _sale(folder: Path, url: str, winner: str) -> Iterator[Shop]:
    with lived(folder, {"campaigns.yaml": SALE.replace("WINNER", winner)}, "2026-04-01 08:00", url) as shop:
        for number in range(MANY):
            shop.person(f"p{number}", "offers")
        yield shop


def clicks(shop: Shop, arm: str) -> None:
    """Everybody who got the mail of that arm follows its link an hour later."""
    for number in range(MANY):
        if any(f"sale/{arm}" in line for line in shop.sent("spring_sale", f"p{number}")):
            shop.hits(
                "2026-04-02 11:00", "mail_clicked", f"p{number}", f"sale/{arm}", url="https://shop.example/"
            )


def counts(result: SplitResult) -> dict[str, tuple[int, int]]:
    return {arm.figures.name: (arm.figures.hits, arm.figures.people) for arm in result.verdict.arms}


def test_a_split_under_way_is_counted_as_it_stands(sale: Shop) -> None:
    sale.live_until("2026-04-02 10:30")
    (before,) = split_results(sale.house)
    clicks(sale, "short")
    sale.live_until("2026-04-02 12:00")

    (result,) = split_results(sale.house, "spring_sale")
    people = {name: count for name, (_, count) in counts(before).items()}
    assert 0 < sum(people.values()) < MANY
    assert counts(before) == {name: (0, count) for name, count in people.items()}
    assert counts(result) == {"long": (0, people["long"]), "short": (people["short"], people["short"])}
    assert (result.campaign, result.step, result.counted) == ("spring_sale", "length", Counted.CLICKS)
    assert (result.since, result.decided_at, result.winner) == (london("2026-04-02 10:00"), None, None)
    arms = [ArmFigures("long", people["long"], 0), ArmFigures("short", people["short"], people["short"])]
    assert result.verdict == split_verdict(arms, Counted.CLICKS)


def test_a_decided_split_keeps_the_figures_of_then_and_says_how_sure_the_choice_was(sale: Shop) -> None:
    sale.live_until("2026-04-02 10:30")
    (before,) = split_results(sale.house)
    sale.hits(
        "2026-04-02 11:00", "mail_clicked", one_of(sale, "short"), "sale/short", url="https://shop.example/"
    )
    sale.live_until("2026-04-03 10:00")

    (result,) = split_results(sale.house)
    people = {name: count for name, (_, count) in counts(before).items()}
    assert (result.decided_at, result.winner) == (london("2026-04-02 14:00"), "short")
    assert counts(result) == {"long": (0, people["long"]), "short": (1, people["short"])}
    assert result.verdict.winner is None
    assert result.verdict.pairs[0].sentence.kind is Kind.ARM_UNDECIDED


def test_a_split_without_a_winner_is_counted_by_its_arms_first_mails(no_winner: Shop) -> None:
    no_winner.live_until("2026-04-02 10:30")
    clicks(no_winner, "long")
    no_winner.live_until("2026-04-02 12:00")

    refresh_results(no_winner.house)
    (result,) = split_results(no_winner.house)
    (hits, people), (others, _) = counts(result)["long"], counts(result)["short"]
    assert hits == people > 0
    assert others == 0
    assert (result.since, result.decided_at, result.winner) == (None, None, None)


def test_another_campaign_and_a_house_without_a_revision_have_no_splits(sale: Shop) -> None:
    assert split_results(sale.house) == []
    sale.live_until("2026-04-01 09:00")
    assert split_results(sale.house, "welcome") == []
    (result,) = split_results(sale.house)
    assert result.verdict.pairs[0].sentence.kind is Kind.ARM_NOBODY


@pytest.mark.parametrize(
    ("events", "counted"),
    [
        (("order_placed",), Counted.ORDERS),
        (("order_placed", "cart_updated"), Counted.GOALS),
        (("survey_answered",), Counted.GOALS),
    ],
)
def test_a_goal_counts_as_orders_where_nothing_else_reaches_it(
    events: tuple[str, ...], counted: Counted
) -> None:
    assert counted_by(Goal(tuple(EventHappening(one) for one in events))) is counted


@pytest.mark.both
def test_the_report_tells_of_a_split_with_its_arms_what_was_taken_and_how_surely(
    sale: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    sale.live_until("2026-04-02 10:30")
    sale.hits(
        "2026-04-02 11:00", "mail_clicked", one_of(sale, "short"), "sale/short", url="https://shop.example/"
    )
    sale.live_until("2026-04-03 10:00")
    refresh_results(sale.house)

    report = report_of(sale.house, "spring_sale")
    (split,) = json.loads(json.dumps(report.as_json()))["splits"]
    (result,) = split_results(sale.house)
    people = result.verdict.arms[1].figures.people
    assert split["step"] == "length"
    assert (split["winner"], split["surely_better"]) == ("short", None)
    assert split["decided_at"] == "2026-04-02T13:00:00Z"
    assert [(arm["name"], arm["hits"]) for arm in split["arms"]] == [("long", 0), ("short", 1)]
    assert split["arms"][1]["interval"] == [round(end, 6) for end in ends(result.verdict.arms[1].interval)]
    assert split["pairs"][0]["interval"] == [round(end, 4) for end in ends(result.verdict.pairs[0].interval)]
    print_reports([report], report.period, details=True, meanings=False)
    told = " ".join(capsys.readouterr().out.split())
    assert f"short 1 of {people} clicked" in told
    assert told.count(" taken") == 1
    assert split["said"][0] in told
    assert split["said"][0].startswith("undecided: short has between")


def ends(interval: Interval) -> tuple[float, float]:
    return interval.low, interval.high


def one_of(shop: Shop, arm: str) -> str:
    return next(
        f"p{number}"
        for number in range(MANY)
        if any(f"sale/{arm}" in line for line in shop.sent("spring_sale", f"p{number}"))
    )
