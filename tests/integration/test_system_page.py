"""The page that says how the house runs, on both databases: what needs a look, and what is for operators."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from penfriend.bootstrap import House
from penfriend.bootstrap.figure_book import FigureBook
from penfriend.bootstrap.system_state import SystemState, system_state
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import MINUTE, Moment
from penfriend.domain.workers import SILENT_AFTER, WorkerState
from penfriend.storage import tables as t
from penfriend.storage.house_state import Held
from penfriend.storage.leases import take_lease
from penfriend.storage.routes import rest_route
from penfriend.storage.worker_book import beat
from penfriend.web.dashboard.system_page import size_in_words
from tests.support.connections import Seconds
from tests.support.dashboard import CAMPAIGNS, Visitor, add_with_password, serve_dashboard
from tests.support.houses import NOON
from tests.support.served_house import served_house

SOON = Moment(NOON + MINUTE)


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with served_house(tmp_path, database_url, CAMPAIGNS) as opened:
        yield opened


def state(house: House) -> SystemState:
    return system_state(house, FigureBook(house))


def test_a_house_in_order_needs_no_look(house: House) -> None:
    found = state(house)
    assert not found.needs_a_look
    assert found.database.kind == ("SQLite" if house.db.is_sqlite else "PostgreSQL")
    assert found.database.size > 10_000
    assert (found.database.room is None) is not house.db.is_sqlite
    assert found.revision == 1


@pytest.mark.both
def test_workers_are_told_with_what_they_hold_until_it_is_over(house: House) -> None:
    with house.db.write() as connection:
        take_lease(connection, "looks", "w-1", now=NOON, until=SOON)
        take_lease(connection, "others", "w-2", now=NOON, until=NOON)
        claim_two(connection)
    assert state(house).workers == {"w-1": [Held("looks", None, SOON), Held("enrollments", 2, SOON)]}


def claim_two(connection: Connection) -> None:
    """Two enrollments that the first worker has claimed."""
    connection.execute(insert(t.contacts).values(id=1, created_at=NOON))
    for occurrence in ("a", "b"):
        connection.execute(
            insert(t.enrollments).values(
                campaign="thanks",
                contact_id=1,
                occurrence=occurrence,
                status="active",
                entered_at=NOON,
                began_at=NOON,
                owner="w-1",
                lease_until=SOON,
            )
        )


@pytest.mark.both
def test_workers_of_all_machines_are_listed_and_one_that_is_silent_needs_a_look(house: House) -> None:
    silent = WorkerState("r", 1, "w-silent", "far-away", 7, "1", 1, NOON, Moment(NOON - MINUTE))
    with house.db.write() as connection:
        beat(connection, replace(silent, place=2, name="w-alive", seen_at=house.clock.now()), {})
    assert not state(house).needs_a_look
    with house.db.write() as connection:
        beat(connection, replace(silent, seen_at=Moment(house.clock.now() - SILENT_AFTER - 1)), {})
    found = state(house)
    assert [one.name for one in found.processes] == ["w-silent", "w-alive"]
    assert found.needs_a_look
    viewer, operator = page(house, "viewer"), page(house, "operator")
    for text in (viewer, operator):
        assert "A worker was not heard of since" in text
    assert "w-silent" in operator
    assert "far-away" in operator
    assert "w-silent" not in viewer
    assert "far-away" not in viewer


@pytest.mark.both
def test_a_transport_that_rests_needs_a_look_and_its_words_are_for_operators(house: House) -> None:
    with house.db.write() as connection:
        rest_route(connection, "default", "421 busy at relay.example", NOON, SOON)
    assert state(house).needs_a_look
    viewer, operator = page(house, "viewer"), page(house, "operator")
    for text in (viewer, operator):
        assert "The transport <bdi>default</bdi> rests until" in text
    assert "421 busy" in operator
    assert "421 busy" not in viewer


def page(house: House, role: str) -> str:
    with serve_dashboard(house) as server, closing(Visitor(server.url)) as visitor:
        add_with_password(house, visitor, f"the-{role}", role)
        return visitor.get("/system").text


@pytest.mark.both
def test_failed_calls_are_counted_for_all_and_shown_to_operators(house: House) -> None:
    house.ingester().ingest_contacts([ContactIn("c-1", "eve@shop.example")])
    with house.db.write() as connection:
        connection.execute(
            insert(t.outgoing_calls).values(
                contact_id=house.contact_id("c-1"),
                target="warehouse",
                revision=1,
                key="k",
                body="{}",
                status="failed",
                attempts=9,
                created_at=NOON,
                due_at=NOON,
                over_at=NOON,
                note="500 <no>",
            )
        )
    viewer, operator = page(house, "viewer"), page(house, "operator")
    assert "<bdi>1</bdi> calls of other systems have failed" in viewer
    assert "500 &lt;no&gt;" in operator
    assert "warehouse" not in viewer
    assert "eve@shop.example" not in operator


def test_ticks_of_this_process_are_told_with_when_and_how_long(house: House) -> None:
    clock = house.clock
    assert isinstance(clock, Seconds)
    for took in (4, 2):
        with house.measures.ticks.timed(clock, "send"):
            clock.wait(took)
    clock.wait(60)
    [tick] = state(house).ticks
    assert (tick.name, tick.runs, tick.last, tick.mean, tick.failures) == ("send", 2, 2.0, 3.0, 0)
    assert tick.ended_at == clock.now() - MINUTE


@pytest.mark.parametrize(
    ("size", "words"), [(1_500, (1.5, "kB")), (42_000_000, (42.0, "MB")), (3 * 10**12, (3.0, "TB"))]
)
def test_sizes_are_told_in_the_unit_that_fits(size: int, words: tuple[float, str]) -> None:
    assert size_in_words(size) == words
