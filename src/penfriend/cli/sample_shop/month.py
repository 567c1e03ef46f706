"""What happens in the sample shop during the month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from penfriend.cli.sample_shop.chance import SEED, chance, later, waking_moment
from penfriend.cli.sample_shop.events import START, ShopEvent, event, in_order, iso
from penfriend.cli.sample_shop.past import expiring_lot, left_over, order_events
from penfriend.cli.sample_shop.people import COUNT, Habit, Person, everybody
from penfriend.cli.sample_shop.shelves import PRODUCTS, SHOP, Item, pick_items, total_of

_VISITS = {
    Habit.NEWCOMER: (0, 0, 1),
    Habit.LOOKER: (0, 0, 0, 1, 1, 2),
    Habit.REGULAR: (0, 0, 1, 1, 1, 2, 3),
    Habit.FADING: (0, 0, 0, 0, 1),
    Habit.LAPSED: (0, 0, 0, 0, 0, 0, 0, 0, 1),
    Habit.QUIET: (0, 1, 1, 2),
}
"""How often a person of that habit fills a cart in thirty days; each number is as likely as the others."""


def month(
    seed: int = SEED, start: datetime = START, days: int = 30, count: int = COUNT
) -> Iterator[ShopEvent]:
    """Every event from `start` on for so many days, in the order of time."""
    end = iso(start + timedelta(days=days))
    events = list(left_over(seed, start, count))
    for person in everybody(seed, count):
        events += _of_person(seed, person, start, days)
    return iter([one for one in in_order(events) if iso(start) <= one["at"] < end])


def _of_person(seed: int, person: Person, start: datetime, days: int) -> Iterator[ShopEvent]:
    since = start
    if person.habit is Habit.NEWCOMER:
        dice = chance(seed, "newcomer", person.number)
        since = _some_moment(dice, person, start, days)
        yield from _subscribes(person, since, dice)
    yield from _shops(seed, person, since, start + timedelta(days=days))
    yield from _spends_points(seed, person, start)
    yield from _changes_something(seed, person, start, days)


def _some_moment(dice: Random, person: Person, start: datetime, days: float) -> datetime:
    """A waking moment of the person in the so many days after `start`."""
    day = (start + timedelta(days=dice.uniform(0, days))).astimezone(person.zone)
    moment = waking_moment(dice, day)
    return moment if moment >= start else moment + timedelta(days=1)


def _subscribes(person: Person, moment: datetime, dice: Random) -> Iterator[ShopEvent]:
    topics = ["offers"] + [topic for topic in ("rewards", "feedback") if dice.random() < 0.7]
    for topic in topics:
        about = f"{person.number}-{topic}"
        yield event(person.id, "subscribed", moment, about, topic=topic, proof=f"form {SHOP}/letters")


def _shops(seed: int, person: Person, since: datetime, end: datetime) -> Iterator[ShopEvent]:
    dice = chance(seed, "visits", person.number)
    for visit in range(1, dice.choice(_VISITS[person.habit]) + 1):
        room = (end - since).total_seconds() / 86_400
        if person.habit is Habit.NEWCOMER:
            room = min(room, 4)  # who is new looks around soon
        moment = _some_moment(dice, person, since, max(room, 0.1))
        yield from _visit(person, f"{person.number:04d}-{visit}", moment, dice)
    if person.habit is Habit.LAPSED and dice.random() < 0.08:
        looked = _some_moment(dice, person, since, 20)
        yield _looks_at(person, f"{person.number:04d}-back", looked, dice.choice(PRODUCTS).as_properties())


def _looks_at(person: Person, about: str, moment: datetime, item: Item) -> ShopEvent:
    return event(
        person.id, "product_viewed", moment, about, product_id=item["product_id"], price=item["price"]
    )


def _visit(person: Person, name: str, moment: datetime, dice: Random) -> Iterator[ShopEvent]:
    """A cart is filled, in one go or two, and then ordered at once, ordered later, emptied or left."""
    cart_id, items = f"cart-{name}", pick_items(dice)
    yield _looks_at(person, name, moment - timedelta(minutes=3), items[0])
    if len(items) > 2 and dice.random() < 0.6:
        yield _cart(person, cart_id, moment, items[:2], 1)
        moment = later(dice, moment, timedelta(minutes=2), timedelta(hours=20))
    yield _cart(person, cart_id, moment, items, 2)
    ending = dice.choices(("at once", "later", "emptied", "left"), weights=(34, 22, 9, 35))[0]
    if ending == "emptied":
        emptied = later(dice, moment, timedelta(minutes=20), timedelta(hours=40))
        yield event(person.id, "cart_emptied", emptied, cart_id, cart_id=cart_id)
    elif ending != "left":
        wait = (
            (timedelta(minutes=4), timedelta(minutes=45))
            if ending == "at once"
            else (timedelta(hours=2), timedelta(hours=60))
        )
        ordered = later(dice, moment, *wait)
        order_id = f"AO-{10_000 + person.number}-{name.rpartition('-')[2]}"
        yield from order_events(person, order_id, ordered, dice, items, cart_id)
        yield from _sends_back(person, order_id, ordered, total_of(items), dice)


def _cart(person: Person, cart_id: str, moment: datetime, items: list[Item], change: int) -> ShopEvent:
    shown = {"cart_id": cart_id, "total": total_of(items), "items": items, "url": f"{SHOP}/basket/{cart_id}"}
    return event(person.id, "cart_updated", moment, f"{cart_id}-{change}", **shown)


def _sends_back(
    person: Person, order_id: str, ordered: datetime, total: float, dice: Random
) -> Iterator[ShopEvent]:
    """One order in twenty-five comes back, half of them whole."""
    if dice.random() >= 0.04:
        return
    moment = later(dice, ordered, timedelta(days=1), timedelta(days=12))
    part = {} if dice.random() < 0.5 else {"amount": round(total * 30) / 100}
    yield event(person.id, "order_refunded", moment, order_id, order_id=order_id, **part)


def _spends_points(seed: int, person: Person, start: datetime) -> Iterator[ShopEvent]:
    """One in five spends the points that would expire, before they do."""
    lot = expiring_lot(seed, person, start)
    dice = chance(seed, "spends", person.number)
    if lot is None or lot[0] < 100 or dice.random() >= 0.2:
        return
    amount, expires = lot
    moment = _some_moment(dice, person, start, max((expires - start).days - 1, 1))
    yield event(person.id, "points_spent", moment, str(person.number), amount=amount)


def _changes_something(seed: int, person: Person, start: datetime, days: int) -> Iterator[ShopEvent]:
    """A few leave a topic or all of them, move to another zone, want fewer letters, or rise to a tier."""
    dice = chance(seed, "changes", person.number)
    change = dice.choices(
        ("nothing", "leaves", "leaves all", "moves", "fewer", "rises"), weights=(940, 22, 10, 8, 10, 10)
    )[0]
    moment, about = _some_moment(dice, person, start, days), str(person.number)
    match change:
        case "leaves" if person.topics:
            yield event(
                person.id,
                "unsubscribed",
                moment,
                about,
                topic=dice.choice(person.topics),
                proof="preference page",
            )
        case "leaves all" if person.topics:
            yield event(person.id, "unsubscribed", moment, about, proof="customer service")
        case "moves":
            yield event(
                person.id, "contact_updated", moment, about, timezone="America/New_York", country="US"
            )
        case "fewer":
            yield event(person.id, "contact_updated", moment, about, frequency="fewer")
        case "rises" if person.habit is Habit.REGULAR:
            until = (start + timedelta(days=395)).date().isoformat()
            yield event(person.id, "tier_changed", moment, about, tier="gold", until=until)
        case _:
            return
