"""The laws of the engine, over random campaigns and random streams of happenings.

An example is a house with up to three campaigns of any shape, people in several zones, and four days. Every
moment that matters is a full half hour, so that stepping and jumping must come to the same. EXAMPLES_TIMES=20
(or `make laws`) looks harder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from penfriend.domain.definitions import Definitions
from penfriend.domain.timing import Moment
from penfriend.storage.database import Database
from tests.laws.lived import a_store, lives
from tests.laws.plain_laws import keep_the_laws, outcome
from tests.laws.random_campaigns import houses
from tests.laws.random_steps import choice, either
from tests.laws.random_streams import GRID, LIVED, STARTS, Stream, days_of, streams

TIMES = int(os.environ.get("EXAMPLES_TIMES", "1"))
pytestmark = pytest.mark.timeout(300 * TIMES)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with a_store(tmp_path_factory.mktemp("laws")) as opened:
        yield opened


def examples(many: int) -> settings:
    phases = (Phase.explicit, Phase.reuse, Phase.generate)  # to shrink a house takes minutes
    slow = list(HealthCheck)
    return settings(max_examples=many * TIMES, deadline=None, phases=phases, suppress_health_check=slow)


@st.composite
def worlds(draw: st.DrawFn, lived: int = LIVED) -> tuple[Definitions, Stream]:
    start = draw(choice(STARTS))
    return draw(houses(days_of(start))), draw(streams(start, lived))


@examples(5)
@given(world=worlds())
def test_everything_that_is_lived_keeps_the_laws(store: Database, world: tuple[Definitions, Stream]) -> None:
    keep_the_laws(lives(store, *world))


@examples(3)
@given(world=worlds(LIVED // 2), between=st.lists(st.integers(1, LIVED // 2 - 1), max_size=10))
def test_stepping_and_jumping_do_the_same(
    store: Database, world: tuple[Definitions, Stream], between: list[int]
) -> None:
    definitions, stream = world
    jumped = lives(store, definitions, stream)
    assert not [moment for moment in jumped.moments if moment % GRID]
    moments = [Moment(stream.start + one) for one in between]
    stepped = lives(store, definitions, stream, lambda life: life.step(moments))
    assert outcome(stepped) == outcome(jumped)


@examples(4)
@given(world=worlds(), data=st.data())
def test_kill_at_any_write_leaves_nothing_but_doubts(
    store: Database, world: tuple[Definitions, Stream], data: st.DataObject
) -> None:
    undisturbed = lives(store, *world)
    any_write = choice(range(1, undisturbed.writes + 1))
    place = either(any_write, choice(undisturbed.handed)) if undisturbed.handed else any_write
    way = choice(("before", "within", "after"))
    deaths = data.draw(st.lists(st.tuples(place, way), min_size=1, max_size=3))
    killed = lives(store, *world, deaths=deaths)
    doubts = [one for one in killed.rows["attempts"] if one["outcome"] == "unknown"]
    assert len(doubts) <= killed.kills
    keep_the_laws(killed, resent=bool(doubts))
    if not doubts:  # a doubt is a fact that campaigns may ask about
        assert outcome(killed) == outcome(undisturbed)
