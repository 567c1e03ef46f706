"""Random people in several zones and what happens to them, all on half hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from penfriend.domain.contact import DEAD_ADDRESS
from penfriend.domain.timing import DAY, MINUTE, Moment, from_datetime, to_datetime
from tests.laws.random_steps import TOPICS, choice, either

GRID = 30 * MINUTE
"""Every moment that can matter is one of these: no zone here is off the half hour."""
LIVED = 4 * DAY
ZONES = (
    "Europe/London",
    "America/New_York",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "Australia/Lord_Howe",
)
STARTS = tuple(
    from_datetime(datetime(2026, month, day, 10, tzinfo=UTC))
    for month, day in ((3, 27), (4, 2), (10, 30), (6, 3))
)
"""The clocks change within: London's; Lord Howe's by half an hour and Auckland's; New York's; none."""


@dataclass(frozen=True)
class Someone:
    """A contact as it comes in, before the campaigns are activated or after."""

    name: str
    zone: str
    country: str
    topics: tuple[str, ...]
    level: int | None
    birthday: str | None
    before: bool


@dataclass(frozen=True)
class Happens:
    """Something that happens to somebody, heard of at `heard` and dated `late` before."""

    heard: Moment
    late: int
    who: str
    kind: str
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stream:
    """People, and all that happens to them from `start` to `end`, in order."""

    start: Moment
    people: tuple[Someone, ...]
    happenings: tuple[Happens, ...]
    lived: int = LIVED

    @property
    def end(self) -> Moment:
        """The last moment that is lived."""
        return Moment(self.start + self.lived)


def days_of(start: Moment) -> tuple[date, ...]:
    """The days around the time that is lived."""
    first = to_datetime(start).date()
    return tuple(first + timedelta(days=number) for number in range(-1, 6))


_KINDS = (
    *("seen", "seen", "seen", "seen", "order_placed", "order_placed", "cart_updated", "cart_updated"),
    *("contact_updated", "contact_updated", "unsubscribed", "unsubscribed", "subscribed", "cart_emptied"),
    *("mail_opened", "mail_clicked", "mail_clicked", "suppressed"),
)
_OPENINGS = ("seen", "seen", "order_placed", "cart_updated", "contact_updated")
"""What happens to everybody, so that campaigns have somebody to write to."""
_PLACES = choice([0, *range(LIVED // GRID), *range(LIVED // GRID // 4)])
"""Rather early, so that something can follow."""


@st.composite
def _happenings(draw: st.DrawFn, start: Moment, names: tuple[str, ...], kinds: Sequence[str]) -> Happens:
    kind = draw(choice(kinds))
    heard = Moment(start + GRID * draw(_PLACES))
    own = kind in ("unsubscribed", "subscribed", "suppressed")
    late = 0 if own else GRID * draw(choice((0, 0, 0, 0, 1, 6, 60)))
    properties: dict[str, Any] = {}
    if kind == "seen":
        due = to_datetime(Moment(start + GRID * draw(_PLACES)))
        properties = {"thing": draw(choice("ab")), "due_at": due.isoformat()}
    elif kind == "contact_updated":
        properties = draw(
            either(
                st.builds(lambda zone: {"timezone": zone}, choice(ZONES)),
                st.builds(lambda level: {"attributes": {"level": level}}, st.integers(0, 2)),
                st.builds(lambda country: {"country": country}, choice(("GB", "TR"))),
            )
        )
    elif kind in ("subscribed", "unsubscribed"):
        properties = {"topic": draw(choice(TOPICS))}
    elif kind == "suppressed":
        properties = {"reason": draw(choice((DEAD_ADDRESS, "complained")))}
    elif kind == "order_placed":
        properties = {"total": 20, "cart_id": draw(choice("kl"))}
    elif kind.startswith("cart"):
        properties = {"cart_id": draw(choice("kl"))}
    return Happens(heard, late, draw(choice(names)), kind, properties)


@st.composite
def streams(draw: st.DrawFn, start: Moment, lived: int = LIVED) -> Stream:
    """One to three people, up to a dozen happenings."""
    names = ("ann", "bob", "cem")[: draw(choice((1, 2, 3)))]
    people = []
    for name in names:
        born = draw(choice((None, *days_of(start))))
        people.append(
            Someone(
                name=name,
                zone=draw(choice(ZONES)),
                country=draw(choice(("GB", "TR"))),
                topics=draw(choice((TOPICS, TOPICS, TOPICS, TOPICS, TOPICS, TOPICS[:1], ()))),
                level=draw(choice((None, 0, 1))),
                birthday=born.replace(year=1990).isoformat() if born else None,
                before=draw(st.booleans()),
            )
        )
    happenings = draw(st.lists(_happenings(start, names, _KINDS), min_size=6, max_size=14))
    happenings += [draw(_happenings(start, (name,), (kind,))) for name in names for kind in _OPENINGS]
    return Stream(start, tuple(people), tuple(sorted(happenings, key=lambda one: one.heard)), lived)
