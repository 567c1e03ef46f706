"""Random small shops for hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

from hypothesis import strategies as st

from penfriend.domain.fields import FieldType
from penfriend.domain.timing import HOUR, MINUTE, Duration, Unit, from_datetime
from tests.contract.shop_world import PROPERTIES, Row, World

NOW = from_datetime(datetime(2026, 4, 1, 10, 0, tzinfo=UTC))
"""Three days after the clocks of London went forward."""

DURATIONS = (
    Duration(90, Unit.MINUTES),
    Duration(1, Unit.DAYS),
    Duration(5, Unit.DAYS),
    Duration(1, Unit.MONTHS),
)
_FACTORS = (
    90 * MINUTE,
    24 * HOUR,
    23 * HOUR,
    5 * 24 * HOUR,
    5 * 24 * HOUR - HOUR,
    31 * 24 * HOUR,
    28 * 24 * HOUR,
)
MOMENTS = tuple(
    sorted(
        {NOW + sign * factor + by for sign in (-1, 1) for factor in _FACTORS for by in (-1, 0, 1)}
        | {NOW, NOW - HOUR}
    )
)
DAYS = (
    "1990-02-28",
    "2026-03-01",
    "2026-03-28",
    "2026-03-29",
    "2026-03-31",
    "2026-04-01",
    "2026-04-02",
    "2026-05-01",
)
WORDS = ("", "a", "Ab", "b%", "ç")

moments = st.sampled_from(MOMENTS)
earlier = st.sampled_from([moment for moment in MOMENTS if moment <= NOW])
days = st.sampled_from(DAYS)
words = st.sampled_from(WORDS)
keys = st.sampled_from(("p1", "p2", "p3"))
amounts = st.sampled_from((0, 10_000, 15_000, 20_000))


T = TypeVar("T")


def pick(draw: st.DrawFn, of: Sequence[T]) -> T:
    """One of them; `sampled_from` comes back to the first ones far too often."""
    return of[draw(st.integers(0, 2**31)) % len(of)]


def maybe(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Or missing."""
    return st.one_of(st.none(), strategy)


_VALUES: dict[FieldType, st.SearchStrategy[object]] = {
    FieldType.TEXT: words,
    FieldType.NUMBER: st.sampled_from((0, 1, 1.5, 2)),
    FieldType.YES_NO: st.booleans(),
    FieldType.MOMENT: moments,
    FieldType.DATE: days,
    FieldType.LIST: st.lists(st.one_of(words, st.sampled_from((1, 2)), st.booleans()), max_size=2),
}
_anything = st.one_of(*_VALUES.values())


@st.composite
def documents(draw: st.DrawFn) -> dict[str, object]:
    """Attributes or properties: some missing, some of another type than the declared one."""
    document = {}
    for name, type_ in PROPERTIES.items():
        if draw(st.booleans()):
            document[name] = draw(_VALUES[type_] if draw(st.integers(0, 5)) else _anything)
    if not isinstance(document.get("product_id", ""), str):
        del document["product_id"]
    return document


@st.composite
def contact_rows(draw: st.DrawFn, number: int) -> Row:
    """A contact without facts."""
    return {
        "id": number,
        "key": f"c{number}",
        "country": draw(maybe(words)),
        "birthday": draw(maybe(days)),
        "tier_until": draw(maybe(days)),
        "created_at": draw(moments),
        "subscribed_at": draw(maybe(moments)),
        "attributes": draw(maybe(documents())),
        "rfm_recency": draw(maybe(st.integers(1, 2))),
        "rfm_monetary": draw(maybe(st.integers(1, 2))),
    }


def _item(draw: st.DrawFn, kind: str, thing: int, place: int, contact: int) -> Row:
    return {
        "kind": kind,
        "thing_id": thing,
        "position": place,
        "contact_id": contact,
        "product_key": draw(maybe(keys)),
        "category": draw(maybe(words)),
        "price": draw(maybe(amounts)),
        "quantity": draw(maybe(st.integers(1, 2))),
    }


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A shop of one to three contacts."""
    world = World()
    world.products = [
        {
            "key": key,
            "at": 0,
            "category": draw(maybe(words)),
            "value": draw(maybe(amounts)),
            "stock": draw(st.integers(0, 1)),
            "attributes": draw(maybe(documents())),
        }
        for key in ("p1", "p2")
    ]
    for contact in range(1, draw(st.integers(1, 3)) + 1):
        world.contacts.append(draw(contact_rows(contact)))
        _things(draw, world, contact)
        _points(draw, world, contact)
    return world


def _things(draw: st.DrawFn, world: World, contact: int) -> None:
    for _ in range(draw(st.integers(0, 2))):
        number = len(world.carts) + 1
        world.carts.append(
            {
                "id": number,
                "contact_id": contact,
                "key": f"k{number}",
                "status": draw(st.sampled_from(("open", "ordered"))),
                "status_at": 0,
                "updated_at": draw(earlier),
                "value": draw(maybe(amounts)),
                "items_count": draw(st.integers(0, 2)),
            }
        )
        world.items += [
            _item(draw, "cart", number, place, contact) for place in range(draw(st.integers(0, 2)))
        ]
    for _ in range(draw(st.integers(0, 2))):
        number = len(world.orders) + 1
        world.orders.append(
            {
                "id": number,
                "contact_id": contact,
                "key": f"o{number}",
                "cart_key": draw(maybe(st.sampled_from(("k1", "k2")))),
                "placed_at": draw(maybe(earlier)),
                "delivered_at": draw(maybe(earlier)),
                "net": draw(amounts),
                "refunded": draw(st.sampled_from((0, 0, 1))),
            }
        )
        world.items += [
            _item(draw, "order", number, place, contact) for place in range(draw(st.integers(0, 2)))
        ]
    for _ in range(draw(st.integers(0, 3))):
        number, properties = len(world.events) + 1, draw(documents())
        world.events.append(
            {
                "id": number,
                "contact_id": contact,
                "name": pick(draw, ("seen", "seen", "seen", "other", "mail_sent", "mail_clicked")),
                "at": draw(earlier),
                "received_at": NOW,
                "key": f"e{number}",
                "body_hash": "",
                "properties": properties,
                "product_key": properties.get("product_id") or None,  # an empty id is none
            }
        )


def _points(draw: st.DrawFn, world: World, contact: int) -> None:
    for day in draw(st.lists(days, max_size=2, unique=True)):
        world.expiries.append(
            {"contact_id": contact, "expires_on": day, "remaining": draw(st.integers(0, 3))}
        )
    for _ in range(draw(st.integers(0, 2))):
        kind = draw(st.sampled_from(("earned", "spent")))
        number = len(world.point_moves) + 1
        move = {
            "event_id": number,
            "contact_id": contact,
            "kind": kind,
            "amount": draw(st.integers(1, 3)),
            "at": draw(earlier),
        }
        world.point_moves.append(move)
    if draw(st.booleans()):
        world.subscriptions.append(
            {"contact_id": contact, "topic": "offers", "subscribed": draw(st.integers(0, 1)), "at": 0}
        )
    if draw(st.booleans()):
        at, status = draw(earlier), draw(st.sampled_from(("active", "ended")))
        world.enrollments.append(
            {
                "id": len(world.enrollments) + 1,
                "waited": draw(maybe(st.integers(0, 1))),
                "campaign": "other",
                "contact_id": contact,
                "occurrence": "",
                "entry": 1,
                "entered_at": at,
                "began_at": at,
                "status": status,
            }
        )
        _mails(draw, world, contact, len(world.enrollments))
    for _ in range(draw(st.integers(0, 2))):
        own = [row["id"] for row in world.of("enrollments", contact)]
        world.answers.append(
            {
                "id": len(world.answers) + 1,
                "contact_id": contact,
                "survey": pick(draw, ("nps", "nps", "csat")),
                "enrollment_id": pick(draw, (None, *own, *own)),
                "score": draw(maybe(st.integers(0, 2))),
                "comment": draw(maybe(words)),
                "answered_at": draw(earlier),
            }
        )


def _mails(draw: st.DrawFn, world: World, contact: int, enrollment: int) -> None:
    for step in draw(st.sampled_from(((), ("hello",), ("again",), ("hello", "again")))):
        number = len(world.messages) + 1
        at = draw(earlier)
        sent, opened, clicked = (draw(maybe(st.just(at))) for _ in range(3))
        world.messages.append(
            {
                "id": number,
                "enrollment_id": enrollment,
                "contact_id": contact,
                "campaign": "other",
                "step": step,
                "template": step,
                "status": "due" if sent is None else "sent",
                "message_id": f"<{number}@shop.example>",
                "wanted_at": at,
                "due_at": at,
                "created_at": at,
                "sent_at": sent,
                "opened_at": opened,
                "clicked_at": clicked,
            }
        )
