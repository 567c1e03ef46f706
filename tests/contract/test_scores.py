"""The scores of orders against plain Python, and whom a new score touches."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from penfriend.domain.scores import Scores
from penfriend.domain.segment import Op
from penfriend.domain.timing import DAY, Moment
from penfriend.domain.watched import reads_scores
from penfriend.storage import scores
from penfriend.storage import tables as t
from penfriend.storage.database import Database, open_database
from penfriend.storage.scores import renew_scores, set_scores
from penfriend.storage.segment_explanation import explain_segment
from tests.contract.looks_shop import NOW, Shop, check, contact, definitions_of, members_of, order
from tests.contract.shop_world import Row, World

LATER = Moment(NOW + DAY)


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def kept(database: Database) -> dict[int, Scores]:
    c = t.contacts.c
    with database.read() as connection:
        chosen = select(c.id, c.rfm_recency, c.rfm_frequency, c.rfm_monetary)
        return {row[0]: Scores(*row[1:]) for row in connection.execute(chosen)}


def fifth(value: int, of: list[int]) -> int:
    """In which fifth of all values it stands: five times the share of those who are worse, and one."""
    return 1 + 5 * sum(other < value for other in of) // len(of)


def plain(world: World) -> dict[int, Scores]:
    facts = {row["id"]: world.facts(row["id"]) for row in world.contacts}
    bought = [one for one in facts.values() if one["orders_count"]]
    values = {
        name: [one[name] for one in bought] for name in ("orders_last_at", "orders_count", "orders_total")
    }
    return {
        who: Scores(*(fifth(one[name], of) for name, of in values.items()))
        if one["orders_count"]
        else Scores()
        for who, one in facts.items()
    }


def row(number: int, who: int, placed_at: int, net: int, refunded: int) -> Row:
    return {**order(number, placed_at, who), "net": net, "refunded": refunded}


@st.composite
def shops(draw: st.DrawFn) -> World:
    world = World([contact(number) for number in range(1, draw(st.integers(0, 12)) + 1)])
    for one in world.contacts:
        for _ in range(draw(st.integers(0, 3))):
            at, net = NOW - draw(st.integers(0, 6)) * DAY, draw(st.integers(0, 4)) * 10_000
            world.orders.append(
                row(len(world.orders) + 1, one["id"], at, net, draw(st.sampled_from((0, 0, 0, 1))))
            )
    return world


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=shops(), before=shops(), watched=st.booleans())
def test_scores_are_the_fifths_of_those_who_have_ordered(
    database: Database, world: World, before: World, watched: bool
) -> None:
    with database.write() as connection:
        world.store(connection)
        for who, one in plain(before).items():  # what is kept from the day before
            given = {"rfm_recency": one.recency, "rfm_monetary": one.monetary}
            connection.execute(update(t.contacts).where(t.contacts.c.id == who).values(given))
    old, new = kept(database), plain(world)
    changed = renew_scores(database, LATER, watched=watched)
    assert kept(database) == new
    assert changed == sum(old[who] != new[who] for who in new)
    with database.read() as connection:
        touched = {tuple(row) for row in connection.execute(select(t.touched.c.contact_id, t.touched.c.at))}
    assert touched == {(who, LATER) for who in new if watched and old[who] != new[who]}


def shop_of(people: int) -> World:
    world = World([contact(number) for number in range(1, people + 1)])
    world.orders = [order(number, NOW - number * DAY, number) for number in range(1, people + 1)]
    return world


def test_scores_are_written_few_at_a_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores, "CHUNK", 7)
    monkeypatch.setattr(scores, "BATCH", 3)
    world = shop_of(20)
    with database.write() as connection:
        world.store(connection)
    assert renew_scores(database, LATER, watched=True) == 20
    assert kept(database) == plain(world)
    assert renew_scores(database, LATER, watched=True) == 0


def test_who_gets_another_score_joins_at_that_moment(database: Database) -> None:
    world = shop_of(10)
    definitions = definitions_of(check("contact.rfm.recency", Op.AT_MOST, 1))
    assert reads_scores(definitions)
    shop = Shop(database, definitions, world)
    assert set(members_of(database)) == {(9, ""), (10, "")}  # worked out before they were noted
    with database.write() as connection:
        connection.execute(
            update(t.contacts).where(t.contacts.c.id == 10).values(orders_last_at=NOW + DAY // 2)
        )
    assert shop.look(LATER - 1).keys() == {(9, ""), (10, "")}
    renew_scores(database, LATER, watched=True)
    assert shop.look(LATER + DAY // 24) == {(9, ""): NOW, (8, ""): LATER}


def test_score_is_explained(database: Database) -> None:
    definitions = definitions_of(check("contact.rfm.frequency", Op.AT_LEAST, 4))
    Shop(database, definitions, shop_of(2))
    with database.write() as connection:
        set_scores(connection, 1, Scores(5, 4, 3), LATER)
    with database.read() as connection:
        told = {
            who: explain_segment(connection, definitions, definitions.segments["tested"], who, LATER)[
                0
            ].condition
            for who in (1, 2)
        }
    assert (told[1].sentence, told[1].holds) == ("contact.rfm.frequency is 4, wanted: at_least 4", True)
    assert (told[2].sentence, told[2].holds) == ("contact.rfm.frequency is 1, wanted: at_least 4", False)


def test_who_was_erased_has_no_score_and_is_in_no_fifth(database: Database) -> None:
    world = shop_of(6)
    with database.write() as connection:
        world.store(connection)
        gone = {"erased_at": NOW, "orders_count": 0, "orders_last_at": None, "orders_total": 0}
        connection.execute(update(t.contacts).where(t.contacts.c.id == 1).values(gone))
        connection.execute(insert(t.notes).values(name="other", value="stays"))
    renew_scores(database, LATER, watched=False)
    assert kept(database)[1] == Scores()
    assert [kept(database)[who].recency for who in (2, 3, 4, 5, 6)] == [5, 4, 3, 2, 1]
