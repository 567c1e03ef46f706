"""What the mail is worth, from campaigns that live to the command, its documents and the API."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penfriend.bootstrap.results import outcomes_of, refresh_results, results_of
from penfriend.domain.results import MEANINGS, Dimension, Figures
from tests.support.commands import run_here
from tests.support.lived import Shop, lived, london

FILES = {
    "campaigns.yaml": """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
data: {events: {signed_up: {}}}
policy: {at_most: none, send_between: 00:00-24:00}
campaigns:
  series:
    topic: offers
    trigger: {event: signed_up}
    goal: {event: order_placed, within: 5 days}
    steps:
      - split:
          - {share: 50%, name: short, steps: [{send: series/short}]}
          - {share: 50%, name: long, steps: [{send: series/long}]}
        id: words
      - wait: 1 day
      - send: series/last
"""
}
PEOPLE = [f"p{number}" for number in range(8)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="module")
def shop(folder: Path) -> Iterator[Shop]:
    """Eight people get two mails each; one orders after a click, and gets half of it back."""
    with lived(folder, FILES, "2026-03-02 08:00") as shop:
        for name in PEOPLE:
            shop.person(name, "offers", locale="de" if name == "p0" else "en")
            shop.happens("2026-03-02 10:00", "signed_up", name)
        shop.hits("2026-03-03 12:00", "mail_clicked", "p1", "series/last")
        shop.happens("2026-03-03 13:00", "order_placed", "p1", order_id="o-1", total=40)
        shop.happens("2026-03-06 13:00", "order_refunded", "p1", order_id="o-1", amount=20)
        shop.live_until("2026-03-20 00:00")
        yield shop


def told(folder: Path, *arguments: str, status: int = 0) -> str:
    environment = {
        "PENFRIEND_DATABASE_URL": f"sqlite:///{folder / 'penfriend.db'}",
        "PENFRIEND_SECRET_KEY": "a secret for the tests",
    }
    done = run_here(("report", *arguments), folder, environment)
    assert (done.returncode, done.stderr if status == 0 else "") == (status, "")
    return done.stdout + done.stderr


def document(folder: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(folder, *arguments, "--json"))
    return found


def test_figures_come_by_each_dimension(shop: Shop) -> None:
    refresh_results(shop.house)
    by_variant = {line.key[0]: line.figures for line in results_of(shop.house, (Dimension.VARIANT,))}
    assert by_variant.keys() <= {"", "words/short", "words/long"}
    assert sum(one.sent for one in by_variant.values()) == 16
    assert by_variant[""] == Figures(sent=8, delivered=8, opened=1, clicked=1, converted=1, revenue=200_000)
    for dimension in Dimension:
        lines = results_of(shop.house, (dimension,))
        assert sum((line.figures for line in lines), Figures()) == Figures(
            sent=16, delivered=16, opened=1, clicked=1, converted=1, revenue=200_000
        )
    days = [line.key for line in results_of(shop.house, (Dimension.WEEK, Dimension.DAY))]
    assert days == [("2026-03-02", "2026-03-02"), ("2026-03-02", "2026-03-03")]
    second = results_of(shop.house, (Dimension.STEP,), since=london("2026-03-03 23:00"))
    assert [line.key for line in second] == [("series/last",)]
    locales = {line.key[0]: line.figures.sent for line in results_of(shop.house, (Dimension.LOCALE,))}
    assert sum(locales.values()) == 16


def test_outcomes_are_of_those_whose_time_is_over(shop: Shop) -> None:
    refresh_results(shop.house)
    found = outcomes_of(shop.house, "series")
    assert (found.treated.people, found.treated.converted, found.treated.revenue) == (8, 1, 200_000)
    assert (found.held_out.people, found.waiting) == (0, 0)


def test_command_counts_what_has_come_in_and_shows_it(shop: Shop, folder: Path) -> None:
    told_all = told(folder)
    assert "Mails of all days, by the clock of Europe/London" in told_all
    assert "series" in told_all
    assert "20.00" in told_all
    assert " 0.00" not in told_all, "where nothing came in there is a dot, as in every column"
    one = told(folder, "series", "--by", "day", "--meanings")
    assert "Nobody was held out, so there is nothing to compare with." in one
    assert "2026-03-03" in one
    assert " ".join(MEANINGS["revenue"].split()[:4]) in one


def test_document_has_counts_rates_groups_and_meanings(shop: Shop, folder: Path) -> None:
    found = document(folder, "series", "--since", "2026-03-01")
    assert (found["campaign"], found["from"], found["to"]) == ("series", "2026-03-01", None)
    assert (found["total"]["sent"], found["total"]["revenue"]) == (16, 20.0)
    assert found["total"]["rates"]["clicked"] == 1 / 16
    assert {line["step"] for line in found["lines"]} == {"series/short", "series/long", "series/last"}
    assert found["weeks"][0]["week"] == "2026-03-02"
    assert found["groups"]["treated"]["people"] == 8
    assert found["lift"]["kind"] == "no_holdout"
    assert found["meanings"]["sent"] == MEANINGS["sent"]
    whole = document(folder)
    assert [one["campaign"] for one in whole["campaigns"]] == ["series"]


def test_csv_has_a_line_for_each_line_and_no_formula(shop: Shop, folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(told(folder, "--by", "day", "--csv"))))
    assert [(row["campaign"], row["day"], row["sent"]) for row in rows] == [
        ("series", "2026-03-02", "8"),
        ("series", "2026-03-03", "8"),
    ]
    assert (rows[1]["revenue"], rows[1]["currency"]) == ("20.00", "EUR")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("nobody",), 1, 'there is no campaign "nobody"'),
        (("--by", "colour"), 2, '--by: "colour" is not known. It is one of step, variant'),
        (("--since", "2026-03-05", "--until", "2026-03-01"), 2, "--until comes before --since"),
        (("--csv", "--json"), 2, "give --json or --csv, not both"),
        (("--since", "soon"), 2, '"soon" is no moment'),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(
    shop: Shop, folder: Path, arguments: tuple[str, ...], status: int, said: str
) -> None:
    assert said in told(folder, *arguments, status=status)
