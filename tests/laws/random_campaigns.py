"""Random houses: campaigns of every trigger, policies, goals, exit rules, all on half hours."""

from __future__ import annotations

from datetime import date, time

from hypothesis import strategies as st

from penfriend.domain.campaign import (
    Campaign,
    DateTrigger,
    EventTrigger,
    Every,
    ExitRule,
    ExitWord,
    Goal,
    IfHappening,
    Kind,
    OnUnknown,
    Policy,
    PolicyWhen,
    Reentry,
    ReentryKind,
    ScheduleTrigger,
    SegmentTrigger,
    Trigger,
)
from penfriend.domain.definitions import Brand, DataTypes, Definitions, Topic
from penfriend.domain.fields import FieldType
from penfriend.domain.moments import At, FromNow
from penfriend.domain.segment import All, Op, Segment, Things
from penfriend.domain.timing import Cap, Duration, Unit
from tests.laws.random_steps import (
    CAMPAIGNS,
    SEEN,
    TOPICS,
    Ids,
    about_the_contact,
    check,
    choice,
    either,
    events,
    exceptional,
    hours,
    inside,
    lasting,
    named,
    seldom,
    trees,
)

_HOUR_AGO = FromNow(Duration(1, Unit.HOURS), -1)
_THREE_HOURS_AGO = FromNow(Duration(3, Unit.HOURS), -1)
SEGMENTS = {
    "level_up": Segment("level_up", check("contact.attributes.level", Op.AT_LEAST, 1)),
    "silent": Segment("silent", check("orders.last_at", Op.BEFORE, FromNow(Duration(1, Unit.DAYS), -1))),
    "lookers": Segment(
        "lookers",
        All((check("events.seen.count", Op.AT_LEAST, 1), check("orders.count", Op.AT_MOST, 0))),
    ),
    "carts": Segment(
        "carts",
        All((check("cart.status", Op.EQUAL, "open"), check("cart.updated_at", Op.BEFORE, _HOUR_AGO))),
        Things.CARTS,
    ),
    "sights": Segment(
        "sights", check("event.at", Op.BEFORE, _THREE_HOURS_AGO), Things.EVENTS, "seen", "thing"
    ),
}
_ABOUT_EVENT = ("sights",)


def triggers(days: tuple[date, ...]) -> st.SearchStrategy[Trigger]:
    """Who enters, when."""
    condition = seldom(about_the_contact)
    segment = choice((None, None, "level_up", "carts"))
    sights = st.builds(
        EventTrigger,
        st.just("seen"),
        choice((None, check("event.thing", Op.EQUAL, "a"))),
        choice(("", "thing")),
        condition,
        choice((None, None, None, "level_up")),
    )
    orders = st.builds(EventTrigger, st.just("order_placed"), key=choice(("", "order_id")))
    dates = st.builds(
        DateTrigger,
        st.just(named("contact.birthday")),
        choice((Every.YEAR, Every.MONTH, None)),
        choice((None, Duration(1, Unit.DAYS))),
        choice((-1, 1)),
        at=hours,
        condition=condition,
        segment=segment,
    )
    crons = st.builds(
        ScheduleTrigger,
        cron=choice(("0 9 * * *", "30 12 * * 1-5", "0 */6 * * *")),
        condition=condition,
        segment=segment,
    )
    once = st.builds(
        ScheduleTrigger,
        moment=st.builds(At, choice(days), hours),
        condition=condition,
        segment=segment,
    )
    joins = st.builds(SegmentTrigger, choice(tuple(SEGMENTS)), condition)
    return either(joins, joins, sights, sights, orders, dates, crons, once)


def policies(brand: bool) -> st.SearchStrategy[Policy]:
    """What one policy says; `brand` may hold people out and make exceptions."""
    windows = ((time(9), time(20)), (time(22), time(6)), (time(0), time(12)), (time(10), time(11, 30)))
    days = (frozenset(range(6)), frozenset({5, 6}), frozenset(range(7)), frozenset({0, 2, 4, 6}))
    caps = ((), (Cap(1, Duration(1, Unit.DAYS)),), (Cap(2, Duration(3, Unit.DAYS)),),
            (Cap(1, Duration(3, Unit.HOURS)), Cap(3, Duration(2, Unit.DAYS))))  # fmt: skip
    late = lasting((2, Unit.HOURS), (1, Unit.DAYS), (4, Unit.DAYS))
    exceptions: st.SearchStrategy[tuple[PolicyWhen, ...]] = st.just(())
    if brand:
        exception = st.builds(PolicyWhen, exceptional, policies(False))
        exceptions = st.lists(exception, max_size=2).map(tuple)
    return st.builds(
        Policy,
        either(st.none(), choice(windows)),
        either(st.none(), choice(days)),
        either(st.none(), choice(caps)),
        either(st.none(), late),
        choice((None, 0.0, 40.0, 60.0)) if brand else st.none(),
        st.none(),
        exceptions,
    )


@st.composite
def campaigns(draw: st.DrawFn, name: str, days: tuple[date, ...]) -> Campaign:
    """Any campaign of one name."""
    trigger = draw(triggers(days))
    seen = isinstance(trigger, EventTrigger) and trigger.event == "seen"
    about_event = seen or trigger.segment in _ABOUT_EVENT
    exits: list[ExitRule] = [ExitWord.GOAL] if draw(st.booleans()) else []
    if trigger.segment is not None and draw(st.booleans()):
        exits.append(ExitWord.LEFT_SEGMENT)
    rules: tuple[st.SearchStrategy[ExitRule], ...] = (events, st.builds(IfHappening, inside))
    rule = draw(seldom(either(*rules)))
    exits += [] if rule is None else [rule]
    goals = st.builds(Goal, st.tuples(events), either(st.none(), lasting((1, Unit.DAYS), (6, Unit.HOURS))))
    reentries = (
        Reentry(),
        Reentry(ReentryKind.ALWAYS),
        Reentry(ReentryKind.EVERY, Duration(1, Unit.DAYS)),
    )
    owed = draw(st.integers(0, 5)) == 0
    return Campaign(
        name=name,
        trigger=trigger,
        steps=draw(trees(Ids(), days, about_event)),
        kind=Kind.TRANSACTIONAL if owed else Kind.MARKETING,
        topic=None if owed else draw(choice(TOPICS)),
        priority=draw(choice((10, 50, 90))),
        reentry=draw(choice(reentries)),
        backfill=draw(st.booleans()),
        goal=draw(either(st.none(), goals, goals)),
        exit_on=tuple(exits),
        policy=draw(either(st.just(Policy()), st.just(Policy()), policies(True))),
        on_unknown=draw(choice(list(OnUnknown))),
    )


@st.composite
def houses(draw: st.DrawFn, days: tuple[date, ...]) -> Definitions:
    """One to three campaigns under one policy. `days` are those of the time that is lived."""
    names = CAMPAIGNS[: draw(choice((1, 2, 2, 3, 3)))]
    return Definitions(
        brand=Brand(
            name="Acorn", sender="Acorn <hello@mail.acorn.example>", timezone="Europe/London", currency="GBP"
        ),
        topics={name: Topic(name, name.title()) for name in TOPICS},
        policy=draw(policies(True)),
        data=DataTypes({"level": FieldType.NUMBER}, {"seen": SEEN}),
        segments=SEGMENTS,
        campaigns={name: draw(campaigns(name, days)) for name in names},
    )
