"""What letters count within a window, as it is when the mail is made, on both databases."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import event, insert

from penfriend.domain.counting import COUNTS, Counted, narrowing_field, read_counted
from penfriend.domain.facts import Frozen
from penfriend.domain.letter import Needs
from penfriend.domain.timing import DAY, HOUR, Moment
from penfriend.storage import tables as t
from penfriend.storage.letter_facts import gather
from tests.support.clock import moment
from tests.support.mail_pieces import LETTER, NOON, campaign, definitions
from tests.support.mail_world import World, worlds

SHOP = definitions(campaign(LETTER))
LAST_2_DAYS = {"within": "last 2 days"}


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


def counted(name: str, window: Mapping[str, str]) -> Counted:
    field = narrowing_field(name.split("."))
    assert field is not None
    return read_counted(field, window)


def counts(world: World, *wanted: Counted, now: Moment = NOON) -> list[dict[str, Frozen]]:
    """What is counted for every enrollment, in order."""
    rows = world.enrollments.claim(NOON, "counts", Moment(NOON + HOUR), 100, 500)
    with world.db.read() as connection:
        found = gather(connection, rows, Needs(counts=frozenset(wanted)), SHOP, now)
    world.enrollments.release("counts")
    return [found[row.id][COUNTS] for row in rows]


def count(world: World, name: str, window: Mapping[str, str], now: Moment = NOON) -> Frozen:
    """One number of the only enrollment."""
    one = counted(name, window)
    ((value,),) = [found.values() for found in counts(world, one, now=now)]
    return value


def earn(world: World, contact: int, *moves: tuple[str, int, int]) -> None:
    """Moves of points: kind, when, how many."""
    with world.db.write() as connection:
        for number, (kind, at, amount) in enumerate(moves):
            row = {"contact_id": contact, "kind": kind, "at": at, "amount": amount}
            connection.execute(insert(t.point_moves), row | {"event_id": contact * 1000 + number})


def order(world: World, contact: int, *orders: tuple[int, int]) -> None:
    """Orders: when, and what they came to in the brand's currency."""
    with world.db.write() as connection:
        for number, (at, net) in enumerate(orders):
            row = {"contact_id": contact, "key": f"{contact}-{number}", "placed_at": at, "net": net}
            connection.execute(insert(t.orders), row | {"value": net + 5, "currency": "EUR"})


def test_points_are_summed_by_kind_within_the_window_both_ends_included(world: World) -> None:
    contact, _ = world.person()
    begin = NOON - 2 * DAY
    earn(world, contact, ("earned", begin - 1, 1), ("earned", begin, 20), ("earned", NOON, 300))
    earn(world, world.contact("ben"), ("earned", NOON, 7))
    assert count(world, "points.earned", LAST_2_DAYS) == 320


def test_points_spent_are_not_those_earned(world: World) -> None:
    contact, _ = world.person()
    earn(world, contact, ("earned", NOON, 50), ("spent", NOON, 8))
    assert count(world, "points.spent", LAST_2_DAYS) == 8


def test_sums_and_averages_of_orders_are_money_of_the_brand_net_of_refunds(world: World) -> None:
    contact, _ = world.person()
    order(world, contact, (NOON - 3 * DAY, 990_000), (NOON - DAY, 100_000), (NOON, 200_000))
    currency = SHOP.brand.currency
    assert count(world, "orders.count", LAST_2_DAYS) == 2
    assert count(world, "orders.total", LAST_2_DAYS) == {"$money": [300_000, currency]}
    assert count(world, "orders.average", LAST_2_DAYS) == {"$money": [150_000, currency]}


def test_of_nothing_the_sum_is_nought_and_the_average_is_empty(world: World) -> None:
    world.person()
    assert count(world, "orders.total", LAST_2_DAYS) == {"$money": [0, SHOP.brand.currency]}
    assert count(world, "orders.average", LAST_2_DAYS) is None


def test_events_are_counted_by_their_name(world: World) -> None:
    contact, _ = world.person()
    for name, at in (("product_viewed", NOON - 3 * DAY), ("product_viewed", NOON), ("cart_updated", NOON)):
        world.event(contact, name, Moment(at))
    assert count(world, "events.product_viewed.count", LAST_2_DAYS) == 1


def test_before_and_after_narrow_as_in_conditions(world: World) -> None:
    contact, _ = world.person()
    earn(world, contact, *(("earned", NOON + hours * HOUR, 10**n) for n, hours in enumerate((-30, -24, -1))))
    assert count(world, "points.earned", {"after": "1 days ago"}) == 100
    assert count(world, "points.earned", {"before": "2026-03-01 12:00"}) == 11
    assert count(world, "points.earned", {"after": "2026-03-01 07:00", "before": "1 days ago"}) == 10


def test_entry_is_each_enrollments_own(world: World) -> None:
    contact = world.contact()
    for days in (5, 1):
        world.enroll(contact, at=Moment(NOON - days * DAY), occurrence=f"{days} days")
    earn(world, contact, ("earned", NOON - 3 * DAY, 10), ("earned", NOON - HOUR, 1))
    one = counted("points.earned", {"after": "entry"})
    assert [found[one.text] for found in counts(world, one)] == [11, 1]


def test_days_go_by_the_brands_clock_whatever_the_contacts(world: World) -> None:
    contact = world.contact(timezone="America/New_York")
    world.enroll(contact)
    earn(
        world,
        contact,
        ("earned", moment("2026-03-28T11:30:00Z"), 1),
        ("earned", moment("2026-03-28T12:00:00Z"), 20),
    )
    now = Moment(moment("2026-03-29T11:00:00Z"))  # London's clock went forward this night: noon there
    assert count(world, "points.earned", {"within": "last 1 day"}, now=now) == 20
    assert count(world, "points.earned", {"within": "last 24 hours"}, now=now) == 21


def test_now_is_the_moment_when_the_mail_is_made(world: World) -> None:
    contact, _ = world.person()
    earn(world, contact, ("earned", NOON, 5))
    assert count(world, "points.earned", LAST_2_DAYS, now=Moment(NOON + 2 * DAY)) == 5
    assert count(world, "points.earned", LAST_2_DAYS, now=Moment(NOON + 2 * DAY + 1)) == 0


def test_all_that_a_batch_counts_takes_one_query_however_many_people(world: World) -> None:
    for name in ("ann", "ben", "cem"):
        world.person(name)
    wanted = [counted("points.earned", {"within": f"last {days} days"}) for days in range(1, 6)]
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    rows = world.enrollments.claim(NOON, "counts", Moment(NOON + HOUR), 100, 500)
    with world.db.read() as connection:
        event.listen(connection, "before_cursor_execute", note)
        found = gather(connection, rows, Needs(counts=frozenset(wanted)), SHOP, NOON)
    assert [sorted(facts[COUNTS].values()) for facts in found.values()] == [[0] * 5] * 3
    assert len(seen) == 2  # the contacts, and this


def test_more_than_one_query_can_hold_are_counted_all_the_same(world: World) -> None:
    contact, _ = world.person()
    earn(world, contact, *(("earned", NOON - hours * HOUR, 1) for hours in range(450)))
    wanted = [counted("points.earned", {"within": f"last {hours} hours"}) for hours in range(1, 451)]
    (found,) = counts(world, *wanted)
    assert [found[one.text] for one in wanted] == [*range(2, 451), 450]
