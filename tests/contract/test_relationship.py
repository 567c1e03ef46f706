"""How people stand with the shop, by month: what the store works out against a plain reading of the same
shop, person by person and month by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from penfriend.domain.campaign import Campaign, SegmentTrigger
from penfriend.domain.definitions import Brand, Definitions, Survey
from penfriend.domain.relationship.figures import figures_of
from penfriend.domain.relationship.rhythm import Rhythm
from penfriend.domain.relationship.tally import Tally
from penfriend.domain.segment import All, Segment, Things
from penfriend.domain.timing import DAY, HOUR, Moment, from_datetime
from penfriend.storage import relationship
from penfriend.storage import tables as t
from penfriend.storage.database import Database, open_database
from penfriend.storage.relationship import read_relationship, renew_relationship
from tests.contract.looks_shop import contact, order
from tests.contract.shop_world import Row, World

ZONE = ZoneInfo("Europe/London")
NOW = from_datetime(datetime(2026, 4, 10, 9, 30, tzinfo=UTC))
DEFINITIONS = Definitions(
    brand=Brand(timezone="Europe/London"),
    surveys={"recommend": Survey("recommend", "nps", "?"), "happy": Survey("happy", "csat", "?")},
    segments={"expiring": Segment("expiring", All(()), Things.POINTS), "all": Segment("all", All(()))},
    campaigns={
        "points": Campaign(name="points", trigger=SegmentTrigger("expiring"), steps=()),
        "news": Campaign(name="news", trigger=SegmentTrigger("all"), steps=()),
    },
)
USUAL = Rhythm()


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def month_of(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment / 1_000_000, UTC).astimezone(ZONE):%Y-%m}"


def ends() -> dict[str, int]:
    """The last moment of each month; of the running one it is now."""
    found = {}
    for number in range(2024 * 12, 2026 * 12 + 4):
        after = datetime(*((number + 1) // 12, (number + 1) % 12 + 1)[:2], 1, tzinfo=ZONE)
        found[f"{number // 12}-{number % 12 + 1:02}"] = min(int(after.timestamp()) * 1_000_000 - 1, NOW)
    return found


class Plain:
    """The same figures, read one by one."""

    def __init__(self, world: World, friends: dict[int, int]) -> None:
        self.world, self.friends = world, friends
        self.ends = {month: end for month, end in ends().items() if end <= NOW}

    def orders(self, who: int, until: int) -> list[Row]:
        return sorted(
            (row for row in self.world.counted_orders(who) if row["placed_at"] <= until),
            key=lambda row: row["placed_at"],
        )

    def step(self, person: Row, until: int) -> str:
        """Where the person stands at that moment; empty where nobody knows them."""
        who, orders = person["id"], self.orders(person["id"], until)
        if person["erased_at"] is not None and person["erased_at"] <= until:
            return ""
        if not orders:
            return "new" if person["created_at"] <= until else ""
        days = (until - orders[-1]["placed_at"]) / DAY
        if days >= USUAL.gone:
            return "lapsed"
        if days >= USUAL.quiet:
            return "at_risk"
        said = [row for row in self.world.of("answers", who) if row["survey"] == "recommend"]
        said = [row for row in said if row["score"] is not None and row["answered_at"] <= until]
        last = max(said, key=lambda row: (row["answered_at"], row["id"]), default=None)
        if self.friends.get(who, until + 1) <= until or (last is not None and last["score"] >= 9):
            return "advocate"
        return {1: "first_purchase", 2: "repeat", 3: "repeat"}.get(len(orders), "loyal")

    def steps(self) -> Counter[tuple[str, str]]:
        found = Counter(
            (month, self.step(person, end))
            for person in self.world.contacts
            for month, end in self.ends.items()
        )
        return Counter({key: number for key, number in found.items() if key[1]})

    def flows(self) -> Counter[tuple[str, str, str]]:
        found: Counter[tuple[str, str, str]] = Counter()
        for person in self.world.contacts:
            before = ""
            for month, end in self.ends.items():
                step = self.step(person, end)
                if step != before:
                    found[month, before, step] += 1
                before = step
        return found

    def cohort(self, name: str) -> list[int]:
        firsts = {one["id"]: self.orders(one["id"], NOW) for one in self.world.contacts}
        return [who for who, orders in firsts.items() if orders and month_of(orders[0]["placed_at"]) == name]

    def cohorts(self) -> set[tuple[Any, ...]]:
        found = set()
        for name in self.ends:
            people = self.cohort(name)
            for month, end in self.ends.items():
                if people and month >= name:
                    so_far = {who: self.orders(who, end) for who in people}
                    here = [
                        [row["net"] for row in orders if month_of(row["placed_at"]) == month]
                        for orders in so_far.values()
                    ]
                    gone = [end - orders[-1]["placed_at"] >= USUAL.gone * DAY for orders in so_far.values()]
                    found.add(
                        (name, month, sum(map(bool, here)), sum(map(len, here)), sum(map(sum, here)),
                         sum(len(orders) > 1 for orders in so_far.values()), sum(gone))
                    )  # fmt: skip
        return found


MOMENTS = st.integers(0, 800).flatmap(
    lambda days: st.sampled_from((0, 3 * HOUR, DAY - 1)).map(lambda hours: NOW - days * DAY + hours)
)


@st.composite
def shops(draw: st.DrawFn) -> tuple[World, dict[int, int]]:
    world, friends = World(), {}
    for who in range(1, draw(st.integers(1, 5)) + 1):
        since = draw(MOMENTS.filter(lambda at: at <= NOW))
        world.contacts.append(contact(who, created_at=since, erased_at=None))
        for at in sorted(draw(st.lists(MOMENTS, max_size=6, unique=True))):
            number = len(world.orders) + 1
            one = order(number, at, who)
            net, refunded = draw(st.integers(0, 3)) * 10_000, draw(st.sampled_from((0, 0, 0, 1)))
            world.orders.append({**one, "net": net, "refunded": refunded})
        for at in sorted(draw(st.lists(MOMENTS, max_size=3, unique=True))):
            survey = draw(st.sampled_from(("recommend", "recommend", "happy")))
            score = draw(st.sampled_from((None, 3, 8, 9, 10)))
            world.answers.append(
                {"id": len(world.answers) + 1, "contact_id": who, "survey": survey, "enrollment_id": None,
                 "score": score, "comment": None, "answered_at": at}
            )  # fmt: skip
        if draw(st.integers(0, 4)) == 0:
            friends[who] = draw(MOMENTS)
        if draw(st.integers(0, 4)) == 0:
            last = max([since, *(row["placed_at"] for row in world.of("orders", who))])
            world.contacts[-1]["erased_at"] = last + HOUR if last + HOUR <= NOW else None
    return world, friends


def fill(database: Database, world: World, friends: dict[int, int]) -> None:
    with database.write() as connection:
        world.store(connection)
        for who, at in friends.items():
            fact = {"contact_id": who, "name": "referral_made", "count": 1, "first_at": at, "last_at": at}
            connection.execute(insert(t.event_facts).values(fact))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(found=shops())
def test_figures_are_those_of_a_plain_reading(
    database: Database, found: tuple[World, dict[int, int]]
) -> None:
    world, friends = found
    fill(database, world, friends)
    renew_relationship(database, DEFINITIONS, Moment(NOW))
    with database.read() as connection:
        kept = read_relationship(connection)
    assert kept is not None
    plain = Plain(world, friends)
    assert {(month, str(step)): people for month, step, people in kept.steps} == plain.steps()
    flows = {(month, source or "", target or ""): people for month, source, target, people in kept.flows}
    assert flows == plain.flows()
    lines = {
        (one.cohort, one.month, one.buyers, one.orders, one.revenue, one.repeated, one.churned)
        for one in kept.cohorts
    }
    assert lines == plain.cohorts()


def test_it_is_worked_out_some_people_at_a_time_and_anew_each_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World([contact(who, created_at=NOW - 60 * DAY) for who in range(1, 8)])
    world.orders = [order(who, NOW - who * DAY, who) for who in range(1, 8)]
    fill(database, world, {})
    results = []
    for chunk in (3, 100):
        monkeypatch.setattr(relationship, "CHUNK", chunk)
        renew_relationship(database, DEFINITIONS, Moment(NOW))
        with database.read() as connection:
            results.append(read_relationship(connection))
    assert results[0] is not None
    assert results[0] == results[1]
    assert figures_of(results[0]).buyers == 7


def test_rhythm_is_that_of_the_shop_once_there_are_enough_gaps(database: Database) -> None:
    world = World([contact(who, created_at=NOW - 90 * DAY) for who in range(1, 101)])
    for who in range(1, 101):  # half come back after 10 days, the others after 40
        gap = 10 if who % 2 else 40
        for number, at in enumerate((NOW - 80 * DAY, NOW - (80 - gap) * DAY)):
            world.orders.append(order(who * 2 + number, at, who))
    fill(database, world, {})
    renew_relationship(database, DEFINITIONS, Moment(NOW))
    with database.read() as connection:
        kept = read_relationship(connection)
    assert kept is not None
    assert kept.rhythm == Rhythm(quiet=42, gone=49, gaps=100)


def at(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


def test_nothing_is_known_before_it_was_worked_out(database: Database) -> None:
    with database.read() as connection:
        assert read_relationship(connection) is None
    renew_relationship(database, DEFINITIONS, Moment(NOW))
    with database.read() as connection:
        kept = read_relationship(connection)
    assert kept is not None
    assert (figures_of(kept).buyers, figures_of(kept).value, kept.steps) == (0, None, [])


def test_what_is_older_than_ten_years_counts_to_the_first_month(database: Database) -> None:
    long_ago = at("2009-01-01")
    world = World([contact(1, created_at=long_ago)])
    world.orders = [order(1, long_ago, 1), order(2, NOW - timedelta(days=1) // timedelta(microseconds=1), 1)]
    fill(database, world, {})
    renew_relationship(database, DEFINITIONS, Moment(NOW))
    with database.read() as connection:
        kept = read_relationship(connection)
    assert kept is not None
    [line] = figures_of(kept).cohorts
    assert (line.cohort, len(line.retention), line.people) == ("2016-05", 120, 1)
    assert date.fromisoformat(f"{line.cohort}-01") <= date(2026, 4, 10)


def test_nobody_is_reckoned_up_inside_a_transaction(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Much of it may take longer than PostgreSQL waits for somebody who says nothing in one."""
    in_use: list[int] = []

    class Watched(Tally):
        def add(self, life: Any) -> None:
            in_use.append(database.connections()[0])
            super().add(life)

    monkeypatch.setattr(relationship, "Tally", Watched)
    with database.write() as connection:
        connection.execute(insert(t.contacts).values(contact(1)))
    renew_relationship(database, DEFINITIONS, NOW)
    assert in_use == [0]
