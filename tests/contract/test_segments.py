"""Segments and questions in SQL, on both databases, against a plain Python reading of the conditions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from penfriend.domain.asking import Holds, Probe, Question, StillIn, Subject
from penfriend.domain.definitions import Brand, Definitions
from penfriend.domain.segment import InSegment, Segment, Things
from penfriend.domain.timing import Moment
from penfriend.storage.database import Database, open_database
from penfriend.storage.questions import ask
from penfriend.storage.segment_queries import count_members, explain, list_members, sql_text
from tests.contract.plain_fields import Person
from tests.contract.plain_reading import PlainReading
from tests.contract.random_segments import COMMON, EVENT, INSIDE, KINDS, conditions, segments
from tests.contract.random_shops import MOMENTS, NOW, pick, worlds
from tests.contract.shop_world import World

TIMES = int(os.environ.get("EXAMPLES_TIMES", "1"))
"""EXAMPLES_TIMES=20 looks harder."""


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def examples(many: int) -> settings:
    phases = (Phase.explicit, Phase.reuse, Phase.generate)  # to shrink a world takes minutes
    return settings(
        max_examples=many * TIMES, deadline=None, phases=phases, suppress_health_check=list(HealthCheck)
    )


def definitions_of(found: dict[str, Segment], zone: str) -> Definitions:
    return Definitions(brand=Brand(timezone=zone, currency="GBP"), segments=found)


zones = st.sampled_from(("Europe/London", "UTC", "America/New_York", "Pacific/Apia"))


@examples(40)
@given(world=worlds(), found=segments(), zone=zones)
def test_members_by_sql_are_those_of_a_plain_reading(
    database: Database, world: World, found: dict[str, Segment], zone: str
) -> None:
    definitions = definitions_of(found, zone)
    reading = PlainReading(world, definitions, NOW)
    with database.write() as connection:
        world.store(connection)
        for name, segment in found.items():
            listed = list_members(connection, definitions, name, Moment(NOW))
            assert {(one.contact, one.occurrence) for one in listed} == reading.members(segment), name


@examples(20)
@given(world=worlds(), found=segments(), zone=zones)
def test_an_explanation_says_member_exactly_when_the_sql_does(
    database: Database, world: World, found: dict[str, Segment], zone: str
) -> None:
    definitions = definitions_of(found, zone)
    with database.write() as connection:
        world.store(connection)
        for name in found:
            listed = {
                (one.contact, one.occurrence)
                for one in list_members(connection, definitions, name, Moment(NOW))
            }
            explained = {
                (contact["id"], thing.occurrence)
                for contact in world.contacts
                for thing in explain(connection, definitions, name, contact["id"], Moment(NOW))
                if thing.is_member
            }
            assert explained == listed
            assert count_members(connection, definitions, name, Moment(NOW)) == len(listed)


@examples(15)
@given(found=segments())
def test_the_sql_with_its_values_written_out_runs(database: Database, found: dict[str, Segment]) -> None:
    definitions = definitions_of(found, "Europe/London")
    with database.read() as connection:
        for name in found:
            text = sql_text(definitions, name, Moment(NOW), connection.dialect)
            assert connection.exec_driver_sql(text).all() == []


@st.composite
def enrolled(draw: st.DrawFn, world: World, definitions: Definitions) -> tuple[Probe, Person]:
    """Somebody in an enrollment, about a thing of any kind or about none, as the store and as the plain
    reading know it."""
    contact = pick(draw, world.contacts)
    of = pick(draw, KINDS)
    things = PlainReading(world, definitions, NOW).things(Segment("", of=of, event="seen"), contact["id"])
    occurrence, about = pick(draw, things) if things else ("", {})
    entry = draw(st.sampled_from([moment for moment in MOMENTS if moment <= NOW]))
    row = next(iter(about.values()), {})
    columns = {
        Things.CARTS: {"cart_key": row.get("key")},
        Things.ORDERS: {"order_key": row.get("key")},
        Things.PURCHASES: {"product_key": row.get("product_key")},
        Things.POINTS: {"expires_on": row.get("expires_on")},
        Things.EVENTS: {"event_id": row.get("id"), "product_key": row.get("product_key")},
    }
    subject = Subject(**columns.get(of, {}))
    own = [row["id"] for row in world.of("enrollments", contact["id"])]
    enrollment = pick(draw, own) if own else None
    probe = Probe(contact["id"], Moment(NOW), Moment(entry), Moment(entry), enrollment, occurrence, subject)
    return probe, Person(contact, about, entry, enrollment)


@examples(60)
@given(data=st.data(), world=worlds(), found=segments(), zone=zones)
def test_answers_of_a_batch_are_those_of_a_plain_reading(
    database: Database, data: st.DataObject, world: World, found: dict[str, Segment], zone: str
) -> None:
    definitions = definitions_of(found, zone)
    trees = data.draw(
        st.lists(conditions((*COMMON, *EVENT, *INSIDE), tuple(found), entry=True), min_size=4, max_size=8)
    )
    asked = data.draw(st.lists(enrolled(world, definitions), min_size=1, max_size=4))
    questions: list[Question] = [*map(Holds, trees), *map(StillIn, found)]
    reading = PlainReading(world, definitions, NOW)
    with database.write() as connection:
        world.store(connection)
        answers = ask(connection, definitions, questions, [probe for probe, _ in asked])
    for (_, person), row in zip(asked, answers, strict=True):
        expected = [reading.holds(tree, person) for tree in trees]
        expected += [reading.holds(InSegment(name), replace(person, frozen=True)) for name in found]
        assert row == expected
