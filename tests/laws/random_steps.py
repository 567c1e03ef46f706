"""Random trees of steps and the conditions in them, every moment of them on full half hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import TypeVar

from hypothesis import strategies as st

from penfriend.domain.campaign import (
    Arm,
    Branch,
    EventHappening,
    Exit,
    Happening,
    IfHappening,
    Send,
    Share,
    Split,
    Step,
    Update,
    WaitFor,
    WaitHappening,
    WaitUntil,
    Winner,
    WinsBy,
)
from penfriend.domain.fields import FIELDS, Field, FieldType
from penfriend.domain.moments import At, Entry, FromNow, MomentExpr, OfEntry, OfField, Weekday
from penfriend.domain.segment import All, AnyOf, Condition, Narrow, Not, Op
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import Duration, Unit

TOPICS = ("offers", "rewards")
CAMPAIGNS = ("one", "two", "three")
SEEN = {"thing": FieldType.TEXT, "due_at": FieldType.MOMENT}
"""The properties of the event that the shop declares."""

_MORE: dict[str, Field] = {
    "waited": Field("waited", "waited", "waited", FieldType.YES_NO),
    "contact.attributes.level": Field(
        "contact.attributes.level", "contact", "level", FieldType.NUMBER, "attributes"
    ),
    "event.thing": Field("event.thing", "event", "thing", FieldType.TEXT),
    "event.due_at": Field("event.due_at", "event", "due_at", FieldType.MOMENT),
    "topic.rewards": Field("topic.rewards", "topic", "rewards", FieldType.YES_NO),
    "event.cart_id": Field("event.cart_id", "event", "cart_id", FieldType.TEXT),
}


def named(name: str) -> Field:
    """The field of that name, as the loader would find it."""
    if name in _MORE:
        return _MORE[name]
    group, *middle, key = name.split(".")
    known = FIELDS[group][key]
    return Field(name, group, key, known.type, ".".join(middle), known.narrows)


def check(name: str, op: Op, value: object, narrow: Narrow | None = None) -> FieldTest:
    """A test of that field."""
    return FieldTest(named(name), op, value, narrow)  # type: ignore[arg-type]  # each gives what the op takes


T = TypeVar("T")


def choice(of: Sequence[T]) -> st.SearchStrategy[T]:
    """One of them; `sampled_from` comes back to the first ones far too often."""
    return st.integers(0, 2**31).map(lambda number: of[number % len(of)])


def either(*ways: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """By one of these ways, each as often."""
    return st.integers(0, 2**31).flatmap(lambda number: ways[number % len(ways)])


def seldom(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    """Once in five, else nothing."""
    none: st.SearchStrategy[T | None] = st.none()
    return either(none, none, none, none, strategy)


def lasting(*of: tuple[int, Unit]) -> st.SearchStrategy[Duration]:
    """One of these durations."""
    return choice([Duration(amount, unit) for amount, unit in of])


waiting = lasting(
    (30, Unit.MINUTES), (3, Unit.HOURS), (1, Unit.DAYS), (2, Unit.DAYS), (36, Unit.HOURS), (1, Unit.WEEKS)
)
hours = choice((time(9), time(4, 30), time(12), time(22), time(0)))

ABOUT_THE_CONTACT: tuple[Condition, ...] = (
    check("contact.country", Op.EQUAL, "TR"),
    check("contact.attributes.level", Op.AT_LEAST, 1),
    check("topic.rewards", Op.EQUAL, True),
    check("orders.count", Op.AT_LEAST, 1),
    check("events.seen.count", Op.AT_LEAST, 2),
    check("events.seen.count", Op.AT_MOST, 0),
)
INSIDE: tuple[Condition, ...] = (
    check("waited", Op.EQUAL, True),
    check("message.opened", Op.EQUAL, False),
    check("message.clicked", Op.EQUAL, True),
    check("message.sent", Op.EQUAL, True),
    check("campaign.one.inside", Op.EQUAL, False),
    check("events.mail_sent.count", Op.AT_LEAST, 2),
    check("events.seen.count", Op.AT_LEAST, 1, Narrow(after=Entry())),
    check("orders.last_at", Op.AFTER, FromNow(Duration(1, Unit.DAYS), -1)),
)


def conditions(of: tuple[Condition, ...]) -> st.SearchStrategy[Condition]:
    """One of these, its opposite, or two together."""
    leaf = choice(of)
    pair = st.tuples(leaf, leaf)
    return either(leaf, leaf, st.builds(Not, leaf), st.builds(All, pair), st.builds(AnyOf, pair))


about_the_contact = conditions(ABOUT_THE_CONTACT)
exceptional = conditions(ABOUT_THE_CONTACT[:2])
"""For `when`, which the laws read beside the engine."""
inside = conditions(ABOUT_THE_CONTACT + INSIDE)

_CLICKED = EventHappening("mail_clicked")
events = choice(
    (
        EventHappening("seen"),
        EventHappening("seen", where=check("event.thing", Op.EQUAL, "a")),
        EventHappening("order_placed"),
        EventHappening("cart_emptied"),
        EventHappening("mail_opened"),
        _CLICKED,
    )
)
happenings: st.SearchStrategy[Happening] = either(events, events, st.builds(IfHappening, inside))


def moment_exprs(days: tuple[date, ...], about_event: bool) -> st.SearchStrategy[MomentExpr]:
    """A moment to wait until."""
    offset = choice((None, Duration(1, Unit.DAYS), Duration(90, Unit.MINUTES)))
    sign = choice((-1, 1))
    names = ["contact.birthday", "orders.last_at", "cart.updated_at"] + ["event.due_at"] * about_event
    # the loader refuses what can only lie before the step
    return either(
        st.builds(FromNow, waiting, st.just(1)),
        st.builds(Weekday, st.integers(0, 6)),
        st.builds(At, choice(days), either(st.none(), hours)),
        st.builds(OfEntry, waiting, st.just(1)),
        st.builds(OfField, choice([named(name) for name in names]), offset, sign),
    )


class Ids:
    """Counts the steps of one campaign."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> str:
        """An id that no other step has."""
        self._last += 1
        return f"s{self._last}"


@st.composite
def trees(
    draw: st.DrawFn, ids: Ids, days: tuple[date, ...], about_event: bool, depth: int = 2, least: int = 1
) -> tuple[Step, ...]:
    """Steps one after the other, some with arms of their own."""
    kinds = ["send", "send", "send", "send", "send", "for", "for", "until", "happening", "update", "exit"]
    kinds += ["branch", "split", "split"] if depth else []
    drawn = draw(st.lists(choice(kinds), min_size=least, max_size=5 if depth == 2 else 2))
    return tuple(_step(draw, kind, ids, days, about_event, depth) for kind in drawn)


def _step(
    draw: st.DrawFn, kind: str, ids: Ids, days: tuple[date, ...], about_event: bool, depth: int
) -> Step:
    own, only_if = ids.next(), draw(seldom(inside))

    def arm() -> tuple[Step, ...]:
        return draw(trees(ids, days, about_event, depth - 1, 0))

    match kind:
        case "send":
            return Send(id=own, only_if=only_if, template="hello")
        case "for":
            return WaitFor(id=own, only_if=only_if, duration=draw(waiting))
        case "until":
            until, at = draw(moment_exprs(days, about_event)), draw(either(st.none(), hours))
            return WaitUntil(id=own, only_if=only_if, until=until, at=at)
        case "happening":
            wanted = tuple(draw(st.lists(happenings, min_size=1, max_size=2)))
            return WaitHappening(id=own, only_if=only_if, happenings=wanted, at_most=draw(waiting))
        case "update":
            leave = draw(choice(((), (), (), ("offers",), ("rewards",))))
            level = ((named("contact.attributes.level"), draw(st.integers(0, 2))),)
            return Update(id=own, only_if=only_if, attributes=() if leave else level, leave=leave)
        case "exit":
            return Exit(id=own, only_if=draw(inside), word="enough")
        case "branch":
            arms = [Arm(draw(inside), arm()) for _ in range(draw(st.integers(1, 2)))]
            arms += [Arm(None, arm())] if draw(st.booleans()) else []
            return Branch(id=own, only_if=only_if, arms=tuple(arms))
        case _:
            percents = draw(choice(((50.0, 50.0), (10.0, 20.0), (100.0,), (30.0, 70.0))))
            shares = tuple(Share(f"arm{n}", percent, arm()) for n, percent in enumerate(percents))
            by, after = draw(choice(list(WinsBy))), draw(waiting)
            winner = draw(choice((None, Winner(by, after))))
            return Split(id=own, only_if=only_if, arms=shares, winner=winner)
