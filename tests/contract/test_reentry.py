"""Who enters a campaign again, and in which order several arrivals are taken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from penfriend.domain.campaign import (
    EventTrigger,
    Reentry,
    ReentryKind,
    SegmentTrigger,
)
from penfriend.domain.timing import DAY, HOUR, MINUTE, Duration, Unit
from penfriend.storage.database import Database, open_database
from tests.contract.entering_shop import ALWAYS, EVERY, NEVER, NOW, Shop, campaign


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def test_while_inside_the_same_occurrence_does_not_enter_again(database: Database) -> None:
    shop = Shop(database, campaign(EventTrigger("order_placed", key="order_id"), reentry=Reentry(ALWAYS)))
    shop.happen(1, "order_placed", NOW + 5, order_id="o1")
    shop.happen(2, "order_placed", NOW + 6, order_id="o1")
    shop.happen(3, "order_placed", NOW + 7, order_id="o2")
    shop.look(NOW + MINUTE)
    assert shop.entered() == [(1, "o1", 1, NOW + 5), (1, "o2", 1, NOW + 7)]
    assert shop.refused() == [(1, "o1", "inside")]


@pytest.mark.parametrize(("kind", "entries"), [(NEVER, 1), (ALWAYS, 2)])
def test_after_the_end_never_and_always(database: Database, kind: ReentryKind, entries: int) -> None:
    shop = Shop(database, campaign(SegmentTrigger("british"), reentry=Reentry(kind)))
    shop.be(1, "GB", NOW + 5)
    shop.look(NOW + MINUTE)
    shop.end_all(NOW + MINUTE)
    shop.be(1, None, NOW + 2 * MINUTE)
    shop.look(NOW + 2 * MINUTE)
    shop.be(1, "GB", NOW + 3 * MINUTE)
    shop.look(NOW + 3 * MINUTE)
    assert [row[2] for row in shop.entered()] == list(range(1, entries + 1))
    assert [row[2] for row in shop.refused()] == ([] if entries == 2 else ["too_soon"])


def test_every_counts_from_the_last_entry_whatever_the_occurrence(database: Database) -> None:
    shop = Shop(
        database,
        campaign(EventTrigger("seen", key="product_id"), reentry=Reentry(EVERY, Duration(7, Unit.DAYS))),
    )
    for number, at in enumerate((NOW, NOW + DAY, NOW + 7 * DAY - 1, NOW + 7 * DAY), 1):
        shop.happen(number, "seen", at, product_id=f"p{number}")
        shop.look(at)
    assert [row[1] for row in shop.entered()] == ["p1", "p4"]
    assert shop.refused() == [(1, "p2", "too_soon"), (1, "p3", "too_soon")]


def test_several_arrivals_in_one_look_are_taken_in_the_order_of_their_moments(database: Database) -> None:
    shop = Shop(
        database,
        campaign(EventTrigger("seen", key="product_id"), reentry=Reentry(EVERY, Duration(2, Unit.HOURS))),
    )
    shop.happen(1, "seen", NOW + 3 * HOUR, product_id="late")
    shop.happen(2, "seen", NOW + HOUR, product_id="first")
    shop.happen(3, "seen", NOW + 2 * HOUR, product_id="soon")
    shop.look(NOW + 3 * HOUR)
    assert shop.entered() == [(1, "first", 1, NOW + HOUR), (1, "late", 1, NOW + 3 * HOUR)]
    assert shop.refused() == [(1, "soon", "too_soon")]
