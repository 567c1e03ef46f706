"""The figures of a real shop's history, against sums over its rows without a line of Penfriend."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from penfriend.domain.relationship.figures import Kept, Relationship, figures_of
from penfriend.domain.relationship.ladder import Life
from penfriend.domain.relationship.months import Months
from penfriend.domain.relationship.rhythm import Rhythm, rhythm_of
from penfriend.domain.relationship.tally import Tally
from penfriend.domain.timing import DAY, Moment, from_datetime

DATA = Path(__file__).parents[2] / "data" / "cdnow_orders.csv.gz"
NOW = from_datetime(datetime(1998, 6, 30, 23, 0, tzinfo=UTC))
UTC_ZONE = ZoneInfo("UTC")
Orders = dict[str, list[tuple[str, int]]]
"""By customer the dates, and what each order came to in ten-thousandths."""


@pytest.fixture(scope="module")
def orders() -> Orders:
    found: Orders = defaultdict(list)
    with gzip.open(DATA, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["customer_id"]].append((row["date"], round(float(row["amount"]) * 10_000)))
    return {who: sorted(theirs) for who, theirs in found.items()}


def moment_of(day: str) -> Moment:
    return from_datetime(datetime.fromisoformat(day).replace(tzinfo=UTC))


def gaps(orders: Orders) -> list[int]:
    """Days between one order and the next, of those that were not on one day."""
    days = [[datetime.fromisoformat(day).toordinal() for day, _ in theirs] for theirs in orders.values()]
    return sorted(b - a for theirs in days for a, b in pairwise(theirs) if b > a)


@pytest.fixture(scope="module")
def found(orders: Orders) -> Relationship:
    counted: dict[int, int] = defaultdict(int)
    for gap in gaps(orders):
        counted[gap] += 1
    rhythm = rhythm_of(counted)
    tally = Tally(Months(moment_of("1997-01-01"), NOW, UTC_ZONE), rhythm, NOW)
    for theirs in orders.values():
        placed = [(moment_of(day), amount) for day, amount in theirs]
        tally.add(Life(placed[0][0], placed))
    kept = Kept(NOW, rhythm, list(tally.cohorts()), list(tally.steps()), list(tally.flows()))
    return figures_of(kept)


def test_rhythm_is_that_of_the_gaps(orders: Orders, found: Relationship) -> None:
    of = gaps(orders)
    for days, part in ((found.rhythm.quiet, 0.75), (found.rhythm.gone, 0.9)):
        assert days % 7 == 0
        assert sum(gap < days for gap in of) >= part * len(of)  # so many have come back within it
        assert sum(gap < days - 7 for gap in of) < part * len(of), "a week less would not do"
    assert found.rhythm.gaps == len(of)


def test_retention_is_the_share_that_ordered_in_a_later_month(orders: Orders, found: Relationship) -> None:
    names = [one.month for one in found.months]
    for line in found.cohorts:
        people = [theirs for theirs in orders.values() if theirs[0][0][:7] == line.cohort]
        assert line.people == len(people)
        for age, kept in enumerate(line.retention):
            month = names[names.index(line.cohort) + age]
            came = sum(any(day[:7] == month for day, _ in theirs) for theirs in people)
            assert kept == pytest.approx(came / len(people))
            spent = sum(amount for theirs in people for day, amount in theirs if day[:7] <= month)
            assert line.value[age] == pytest.approx(spent / len(people))


def test_repeat_rate_is_the_share_that_bought_twice(orders: Orders, found: Relationship) -> None:
    for line in found.months:
        counts = [sum(day[:7] <= line.month for day, _ in theirs) for theirs in orders.values()]
        assert line.repeat == pytest.approx(sum(n > 1 for n in counts) / sum(n > 0 for n in counts))


def silent(theirs: list[tuple[str, int]], end: Moment, rhythm: Rhythm) -> bool | None:
    """Whether somebody had lapsed by then; None where they had not bought."""
    past = [moment_of(day) for day, _ in theirs if moment_of(day) <= end]
    return end - past[-1] >= rhythm.gone * DAY if past else None


def test_churn_rate_is_the_share_of_those_not_lapsed_that_lapsed(orders: Orders, found: Relationship) -> None:
    months = Months(moment_of("1997-01-01"), NOW, UTC_ZONE)
    ends = [Moment(start - 1) for start in months.starts[1:]] + [NOW]
    for number, line in enumerate(found.months[1:], 1):
        before = [silent(theirs, ends[number - 1], found.rhythm) for theirs in orders.values()]
        after = [silent(theirs, ends[number], found.rhythm) for theirs in orders.values()]
        lost = sum(b is False and a is True for b, a in zip(before, after, strict=True))
        assert line.churn == pytest.approx(lost / before.count(False))
    assert found.months[0].churn is None
    assert max(line.churn or 0 for line in found.months) > 0.05


def test_lifetime_value_is_what_each_has_spent(orders: Orders, found: Relationship) -> None:
    spent = sum(amount for theirs in orders.values() for _, amount in theirs)
    assert found.buyers == len(orders)
    assert found.value == pytest.approx(spent / len(orders))


def test_few_gaps_are_no_rhythm_and_visits_of_one_day_do_not_count() -> None:
    assert rhythm_of({0: 1_000, 5: 99}) == Rhythm()
    assert rhythm_of({0: 1_000, 5: 100}) == Rhythm(quiet=14, gone=28, gaps=100)
