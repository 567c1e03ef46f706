"""What happened in the sample shop before the month: products, orders, deliveries, points."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from penfriend.cli.sample_shop.chance import SEED, chance, later, waking_moment
from penfriend.cli.sample_shop.events import START, ShopEvent, event, in_order, iso
from penfriend.cli.sample_shop.people import COUNT, Habit, Person, everybody
from penfriend.cli.sample_shop.shelves import PRODUCTS, pick_items, total_of

_LAST_ORDER = {
    Habit.REGULAR: (1, 60),
    Habit.FADING: (61, 89),
    Habit.LAPSED: (92, 400),
    Habit.QUIET: (5, 200),
}
"""How many days before the month a person of that habit last ordered: at least, at most."""
_OLDEST = 410
"""No order is older than so many days; points outlive a year by a little."""


def history(seed: int = SEED, start: datetime = START, count: int = COUNT) -> Iterator[ShopEvent]:
    """Every event before `start`, by time. What was ordered in the last days is delivered in the month."""
    events = list(_shelves(start))
    for person in everybody(seed, count):
        events += (one for one in _of_person(seed, person, start) if one["at"] < iso(start))
    return iter(in_order(events))


def left_over(seed: int, start: datetime, count: int) -> Iterator[ShopEvent]:
    """What was begun before `start` and happens after it: deliveries."""
    for person in everybody(seed, count):
        yield from (one for one in _of_person(seed, person, start) if one["at"] >= iso(start))


def expiring_lot(seed: int, person: Person, start: datetime) -> tuple[int, datetime] | None:
    """The lot of some people that expires within seven weeks of `start`: how many points, and the day."""
    dice = chance(seed, "lot", person.number)
    if person.habit in (Habit.NEWCOMER, Habit.LOOKER) or dice.random() >= 0.3:
        return None
    amount = (
        dice.choices((20, 60, 80), weights=(1, 1, 1))[0] if dice.random() < 0.15 else 20 * dice.randint(5, 40)
    )
    return amount, start + timedelta(days=dice.randint(1, 49))


def order_events(
    person: Person,
    order_id: str,
    moment: datetime,
    dice: Random,
    items: list[dict[str, object]] | None = None,
    cart_id: str = "",
) -> Iterator[ShopEvent]:
    """An order and what follows from it: points at once, good for a year, and the delivery days later."""
    bought = pick_items(dice) if items is None else items
    total = total_of(bought)
    about = {"order_id": order_id, **({"cart_id": cart_id} if cart_id else {})}
    yield event(person.id, "order_placed", moment, order_id, **about, total=total, items=bought)
    expires = (moment.astimezone(UTC) + timedelta(days=365)).date().isoformat()
    earned = moment + timedelta(seconds=1)
    yield event(
        person.id,
        "points_earned",
        earned,
        order_id,
        lot_id=order_id,
        amount=int(total * 2),
        expires_at=expires,
    )
    days = (2, 4) if person.home.country in ("GB", "IE") else (4, 9)
    delivered = later(dice, moment, timedelta(days=days[0]), timedelta(days=days[1]))
    yield event(person.id, "order_delivered", delivered, order_id, order_id=order_id)


def _shelves(start: datetime) -> Iterator[ShopEvent]:
    moment = start - timedelta(days=_OLDEST + 20)
    for product in PRODUCTS:
        properties = {**product.as_properties(), "stock": product.stock}
        yield {
            "id": f"product_updated:{product.id}",
            "name": "product_updated",
            "at": iso(moment),
            "properties": properties,
        }


def _of_person(seed: int, person: Person, start: datetime) -> Iterator[ShopEvent]:
    lot = expiring_lot(seed, person, start)
    if lot is not None:
        amount, expires = lot
        earned = expires - timedelta(days=365)
        name = f"gift-{person.number}"
        yield event(
            person.id,
            "points_earned",
            earned,
            name,
            lot_id=name,
            amount=amount,
            expires_at=expires.date().isoformat(),
        )
    if person.habit not in _LAST_ORDER:
        return
    dice = chance(seed, "past", person.number)
    for index, day in enumerate(sorted(_order_days(dice, person.habit), reverse=True), start=1):
        local = (start - timedelta(days=day)).astimezone(person.zone)
        moment = waking_moment(dice, local)
        if moment < start:
            yield from order_events(person, f"AO-{person.number:04d}{index:02d}", moment, dice)


def _order_days(dice: Random, habit: Habit) -> set[int]:
    """How many days ago the person ordered; the last order first decides, the others lie before it."""
    nearest, furthest = _LAST_ORDER[habit]
    last = dice.randint(nearest, furthest)
    others = dice.choices((0, 1, 2, 4, 8), weights=(25, 30, 25, 15, 5))[0]
    return {last, *(dice.randint(last, _OLDEST) for _ in range(others))}
