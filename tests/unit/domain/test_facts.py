"""Frozen facts and back: a copy of a letter gets the same values."""

import json
from datetime import UTC, date, datetime

from penfriend.domain.facts import frozen_day, frozen_moment, frozen_money, thaw
from penfriend.domain.money import Money
from penfriend.domain.timing import zone_of
from tests.support.clock import moment

ISTANBUL = zone_of("Europe/Istanbul")


def test_money_comes_back_with_its_currency() -> None:
    assert thaw(frozen_money(125_000, "GBP"), ISTANBUL) == Money(125_000, "GBP")


def test_moment_comes_back_on_the_readers_clock() -> None:
    thawed = thaw(frozen_moment(moment("2026-03-02T10:00:00Z")), ISTANBUL)
    assert isinstance(thawed, datetime)
    assert (thawed, thawed.hour) == (datetime(2026, 3, 2, 10, tzinfo=UTC), 13)


def test_date_belongs_to_no_zone() -> None:
    assert thaw(frozen_day("2026-03-02"), ISTANBUL) == date(2026, 3, 2)


def test_missing_values_stay_missing() -> None:
    frozen = [frozen_money(None, "GBP"), frozen_moment(None), frozen_day(None)]
    assert thaw(frozen, ISTANBUL) == [None, None, None]


def test_values_are_found_however_deep_they_lie() -> None:
    frozen = {"cart": {"items": [{"price": frozen_money(5, "EUR"), "title": "Oak"}]}}
    assert thaw(frozen, ISTANBUL) == {"cart": {"items": [{"price": Money(5, "EUR"), "title": "Oak"}]}}


def test_frozen_values_survive_json() -> None:
    frozen = {"at": frozen_moment(5), "total": frozen_money(5, "EUR"), "on": frozen_day("2026-03-02")}
    assert thaw(json.loads(json.dumps(frozen)), ISTANBUL) == thaw(frozen, ISTANBUL)


def test_shops_own_mapping_that_looks_alike_stays_as_it_is() -> None:
    assert thaw({"$at": "noon"}, ISTANBUL) == {"$at": "noon"}
