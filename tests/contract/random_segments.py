"""Random conditions and segments for hypothesis."""

from __future__ import annotations

from datetime import date, time

from hypothesis import strategies as st

from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import At, Entry, FromNow, MomentExpr, OfEntry, OfField, Weekday, Window
from penfriend.domain.segment import (
    All,
    AnyOf,
    Condition,
    InSegment,
    Narrow,
    Not,
    Op,
    Segment,
    Test,
    Things,
)
from tests.contract.random_shops import DURATIONS, amounts, days, keys, maybe, pick, words
from tests.contract.shop_world import PROPERTIES, named

_COMMON = """
contact.rfm.recency contact.rfm.monetary
contact.country contact.birthday contact.tier_until contact.created_at contact.subscribed_at
contact.attributes.color contact.attributes.size contact.attributes.gift
contact.attributes.renews_at contact.attributes.due_on contact.attributes.tags orders.count
orders.total orders.average orders.first_at orders.last_at cart.id cart.status cart.updated_at
cart.total cart.items_count cart.items cart.items.category cart.items.quantity order.id
order.placed_at order.delivered_at order.total order.items.category order.items.price items.category
items.product_id items.attributes.due_on order.items.attributes.renews_at
cart.items.attributes.due_on product.category product.attributes.renews_at product.attributes.due_on
product.attributes.tags points.earned points.spent points.expires_at points.remaining topic.offers
campaign.other.inside campaign.other.entered_at events.seen.count events.seen.first_at
events.seen.last_at events.mail_sent.count events.mail_clicked.last_at survey.nps.score
survey.nps.comment survey.nps.answered_at
"""
COMMON = tuple(_COMMON.split())
EVENT = [f"event.{name}" for name in PROPERTIES] + ["event.at"]
INSIDE = [
    "waited",
    "message.sent",
    "message.opened",
    "message.clicked",
    "message.hello.sent",
    "message.hello.opened",
    "message.again.clicked",
    "survey.score",
    "survey.comment",
    "survey.answered_at",
]
"""What only an enrollment has."""
OWN: dict[Things, list[str]] = {
    Things.EVENTS: EVENT,
    Things.PURCHASES: ["purchase.first_at", "purchase.last_at", "purchase.count"],
}
_OF_ORDER = ("total", "items.category", "delivered_at", "items.attributes.due_on")
_NUMBERS = (FieldType.NUMBER, FieldType.COUNT, FieldType.AMOUNT)
_TIMES = (FieldType.MOMENT, FieldType.DATE)


OF_ENTRY: tuple[MomentExpr, ...] = (Entry(), OfEntry(DURATIONS[0], 1), OfEntry(DURATIONS[1], -1))


@st.composite
def exprs(draw: st.DrawFn, fields: tuple[Field, ...], entry: bool = False) -> MomentExpr:
    """A moment of the language."""
    kind = pick(draw, range(6))
    if kind == 0:
        return Weekday(draw(st.integers(0, 6)))
    if kind == 5 and entry:
        return pick(draw, OF_ENTRY)
    if kind == 1:
        day = date.fromisoformat(draw(days))
        return At(
            day,
            draw(st.sampled_from((None, time(1, 30), time(12)))),
            draw(st.sampled_from((None, "Asia/Tokyo"))),
        )
    times = [one for one in fields if one.type in _TIMES and not _of_items(one)]
    if kind == 2 and times:
        offset = draw(maybe(st.sampled_from(DURATIONS)))
        return OfField(pick(draw, times), offset, draw(st.sampled_from((-1, 1))))  # type: ignore[arg-type]  # a duration or None
    return FromNow(draw(st.sampled_from(DURATIONS)), draw(st.sampled_from((-1, -1, 1))))


windows = st.builds(Window, st.sampled_from(DURATIONS), st.sampled_from((-1, -1, 1)))


@st.composite
def field_tests(
    draw: st.DrawFn, fields: tuple[Field, ...], narrowing: bool = True, entry: bool = False
) -> Test:
    """One test of one of the fields."""
    tested = pick(draw, fields)
    if draw(st.integers(0, 9)) == 0:
        return Test(tested, Op.EXISTS, draw(st.booleans()))
    if tested.type in _TIMES:
        if draw(st.booleans()):
            return Test(tested, Op.WITHIN, draw(windows))
        op = pick(draw, (Op.BEFORE, Op.AFTER, Op.EQUAL, Op.NOT, Op.AT_LEAST, Op.LESS_THAN))
        return Test(tested, op, draw(exprs(fields, entry)))
    narrow = (
        draw(narrows(tested, fields, entry)) if narrowing and tested.narrows and draw(st.booleans()) else None
    )
    if tested.type in _NUMBERS:
        return _number_test(draw, tested, fields, narrow)
    if tested.type is FieldType.YES_NO:
        return Test(tested, draw(st.sampled_from((Op.EQUAL, Op.NOT))), draw(st.booleans()))
    ops = (Op.EQUAL, Op.NOT, Op.IN, Op.NOT_IN, Op.CONTAINS, Op.STARTS_WITH)
    if tested.type is FieldType.LIST:
        ops = (Op.EQUAL, Op.NOT, Op.IN, Op.NOT_IN, Op.CONTAINS, Op.CONTAINS)
    op = pick(draw, ops)
    wanted = st.one_of(words, keys, st.sampled_from(("open", "k1", "o1")))
    return Test(
        tested, op, tuple(draw(st.lists(wanted, max_size=2))) if op in (Op.IN, Op.NOT_IN) else draw(wanted)
    )


def _number_test(draw: st.DrawFn, tested: Field, fields: tuple[Field, ...], narrow: Narrow | None) -> Test:
    op = pick(draw, (Op.EQUAL, Op.NOT, Op.AT_LEAST, Op.AT_MOST, Op.MORE_THAN, Op.LESS_THAN))
    others = [one for one in fields if one.type in _NUMBERS and not _of_items(one)]
    if others and draw(st.integers(0, 3)) == 0:
        return Test(tested, op, pick(draw, others), narrow)
    wanted = amounts if tested.type is FieldType.AMOUNT else st.sampled_from((0, 1, 1.5, 2))
    return Test(tested, op, draw(wanted), narrow)


def _of_items(one: Field) -> bool:
    """Stands for many values, so nothing can be compared with it."""
    return one.group == "items" or one.subject.startswith("items")


@st.composite
def narrows(draw: st.DrawFn, tested: Field, fields: tuple[Field, ...], entry: bool) -> Narrow:
    """What narrows a count."""
    where = None
    if tested.group == "events" and draw(st.booleans()):
        where = draw(field_tests(tuple(named(name) for name in EVENT), narrowing=False))
    if tested.group == "orders" and draw(st.booleans()):
        where = draw(
            field_tests(
                tuple(named(f"order.{name}") for name in _OF_ORDER),
                narrowing=False,
            )
        )
    match: tuple[tuple[Field, Field], ...] = ()
    if tested.group == "orders" and draw(st.integers(0, 3)) == 0:
        match = ((named("order.id"), named("contact.attributes.color")),)
    if tested.group == "events" and draw(st.integers(0, 3)) == 0:
        match = ((named("event.color"), named("contact.country")),)
    return Narrow(
        within=draw(st.one_of(st.none(), windows)),
        before=draw(st.one_of(st.none(), exprs(fields, entry))),
        after=draw(st.one_of(st.none(), exprs(fields, entry))),
        where=where,
        match=match,
    )


def conditions(
    names: tuple[str, ...], segments: tuple[str, ...], entry: bool = False
) -> st.SearchStrategy[Condition]:
    """Any tree over these fields."""
    leaf: st.SearchStrategy[Condition] = field_tests(tuple(named(name) for name in names), entry=entry)
    if segments:
        leaf = st.one_of(leaf, leaf, leaf, leaf, st.builds(InSegment, st.sampled_from(segments)))
    return trees(leaf)


@st.composite
def trees(draw: st.DrawFn, leaf: st.SearchStrategy[Condition], depth: int = 2) -> Condition:
    """A tree of such leaves; now and then an empty group."""
    kind = pick(draw, range(7))
    if depth == 0 or kind < 3:
        return draw(leaf)
    if kind == 3:
        return Not(draw(trees(leaf, depth - 1)))
    parts = tuple(draw(trees(leaf, depth - 1)) for _ in range(pick(draw, (2, 2, 1, 3, 0))))
    return All(parts) if kind < 6 else AnyOf(parts)


KINDS = [one for one in Things if one not in (Things.REWARDS, Things.ROWS)]


@st.composite
def segments(draw: st.DrawFn) -> dict[str, Segment]:
    """Three segments: contacts, things, and one that may name them both."""
    found: dict[str, Segment] = {}
    for name in ("people", "things", "tested"):
        of = Things.CONTACTS if name == "people" else pick(draw, KINDS)
        key = pick(draw, ("", "product_id", "color")) if of is Things.EVENTS else ""
        others = tuple(found) if name == "tested" else ()
        where = draw(conditions((*COMMON, *OWN.get(of, [])), others))
        found[name] = Segment(name, where, of, "seen" if of is Things.EVENTS else "", key)
    return found
