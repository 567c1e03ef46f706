"""Hits on record, and the events that are made of those of people, on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import update

from penfriend.domain.events import EventIn
from penfriend.domain.hits import ONCE_PER, SETTLED_AFTER, Hit, HitClass, HitKind, KeptHit
from penfriend.domain.ingestion import Answer, Own
from penfriend.domain.timing import DAY, HOUR, SECOND, Moment
from penfriend.domain.tokens import TRAP
from penfriend.engine.ingest import Ingester
from penfriend.engine.track import BATCH, Track, TrackReport
from penfriend.storage import tables as t
from penfriend.storage.forgetting import forget
from penfriend.storage.hit_log import HitLog
from penfriend.storage.ingest import IngestStore
from tests.support.mail_pieces import LETTER, campaign
from tests.support.mail_world import World, worlds

CLICK, OPEN = HitKind.CLICK, HitKind.OPEN
URL = "https://shop.example/?a=1&b=" + "x" * 1_300


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """One mail was sent to Ann, an hour ago."""
    for world in worlds(database_url, tmp_path):
        world.run(campaign(LETTER))
        world.person()
        world.settle()
        world.later(HOUR)
        yield world


def come(
    world: World, link: int = 1, kind: HitKind = CLICK, who: HitClass = HitClass.HUMAN, message: int = 1
) -> Hit:
    """Somebody follows a link now."""
    hit = Hit(
        kind=kind,
        message=message,
        link=link if kind is CLICK else 0,
        url=f"{URL}{link}" if kind is CLICK and link != TRAP else None,
        at=world.clock.now(),
        who=who,
        agent="Firefox",
        network="192.0.2.0/24",
    )
    HitLog(world.db).keep([hit])
    return hit


def ingester(world: World) -> Ingester:
    return Ingester(IngestStore(world.db), world.live.definitions, world.clock)


def track(world: World) -> TrackReport:
    """The tick, when it is time for all that came."""
    world.later(SETTLED_AFTER)
    return Track(HitLog(world.db), world.clock).tick(ingester(world).ingest_own)


def happened(world: World) -> list[tuple[str, object]]:
    """The events that came of it: name and address."""
    return [
        (row["name"], row["properties"].get("url"))
        for row in world.rows("events")
        if row["name"] in ("mail_opened", "mail_clicked")
    ]


def classes(world: World) -> list[tuple[str, int, int]]:
    return [(row["who"], row["settled"], row["counted"]) for row in world.rows("hits")]


def test_a_click_becomes_an_event_of_the_mail_and_its_enrollment(world: World) -> None:
    at = come(world).at
    assert track(world) == TrackReport(settled=1, counted=1)
    [event] = [row for row in world.rows("events") if row["name"] == "mail_clicked"]
    [mail] = world.rows("messages")
    assert event["properties"] == {
        "campaign": "welcome",
        "step": "hello",
        "topic": "offers",
        "url": f"{URL}1",
    }
    assert (event["at"], event["message_id"], event["enrollment_id"]) == (
        at,
        mail["id"],
        mail["enrollment_id"],
    )
    assert (mail["clicked_at"], mail["opened_at"]) == (at, at)
    assert [row["last_clicked_at"] for row in world.rows("contacts")] == [at]
    assert classes(world) == [("human", 1, 1)]


def test_nothing_becomes_of_it_before_it_is_known_what_else_is_followed(world: World) -> None:
    come(world)
    world.later(SETTLED_AFTER - 1)
    assert Track(HitLog(world.db), world.clock).tick(ingester(world).ingest_own) == TrackReport()
    assert classes(world) == [("human", 0, 0)]


@pytest.mark.parametrize("who", [one for one in HitClass if one is not HitClass.HUMAN])
@pytest.mark.parametrize("kind", HitKind)
def test_machines_change_nothing_but_their_record(world: World, kind: HitKind, who: HitClass) -> None:
    before = world.rows("contacts"), world.rows("messages"), world.rows("touched"), world.rows("enrollments")
    come(world, kind=kind, who=who)
    assert track(world) == TrackReport(settled=1)
    assert classes(world) == [(who.value, 1, 0)]
    assert happened(world) == []
    after = world.rows("contacts"), world.rows("messages"), world.rows("touched"), world.rows("enrollments")
    assert after == before


def test_who_follows_the_trap_takes_all_of_its_hits_along(world: World) -> None:
    come(world, kind=OPEN)
    come(world, 1)
    world.later(SETTLED_AFTER // 2)
    come(world, TRAP, who=HitClass.SCANNER)
    assert track(world) == TrackReport(settled=3)
    assert classes(world) == [("scanner", 1, 0)] * 3
    world.later(DAY)
    come(world, 2)
    track(world)
    assert happened(world) == []


def test_whoever_comes_while_the_mail_is_delivered_is_a_scanner(world: World) -> None:
    [mail] = world.rows("messages")
    world.at(mail["sent_at"] + SECOND)
    come(world)
    track(world)
    assert classes(world) == [("scanner", 1, 0)]


def test_a_mail_is_opened_once_and_a_link_is_clicked_once_in_a_while(world: World) -> None:
    for _ in range(2):
        come(world, kind=OPEN)
        come(world, 1)
        world.later(10 * SECOND)
    come(world, 2)
    track(world)
    come(world, 1)
    track(world)
    assert happened(world) == [
        ("mail_opened", None),
        ("mail_clicked", f"{URL}1"),
        ("mail_clicked", f"{URL}2"),
    ]
    world.later(ONCE_PER)
    come(world, kind=OPEN)
    come(world, 1)
    track(world)
    assert happened(world)[3:] == [("mail_clicked", f"{URL}1")]


def test_a_crash_before_the_hit_is_settled_counts_it_once(world: World) -> None:
    come(world, kind=OPEN)
    come(world)

    class Killed(BaseException):
        """Stands for SIGKILL."""

    def ingest(batch: Sequence[tuple[EventIn, Own]]) -> Sequence[Answer]:
        ingester(world).ingest_own(batch)
        raise Killed

    world.later(SETTLED_AFTER)
    with pytest.raises(Killed):
        Track(HitLog(world.db), world.clock).tick(ingest)
    assert classes(world) == [("human", 0, 0)] * 2
    assert track(world) == TrackReport(settled=2, counted=2)
    assert happened(world) == [("mail_opened", None), ("mail_clicked", f"{URL}1")]
    assert classes(world) == [("human", 1, 1)] * 2


def test_two_workers_at_once_count_it_once(world: World) -> None:
    """One has settled what the other has read as due."""
    come(world)
    come(world, 2)

    class Slow(HitLog):
        """Another worker is faster."""

        def due(self, until: Moment, most: int) -> list[KeptHit]:
            found = super().due(until, most)
            Track(HitLog(world.db), world.clock).tick(ingester(world).ingest_own)
            return found

    world.later(SETTLED_AFTER)
    Track(Slow(world.db), world.clock).tick(ingester(world).ingest_own)
    assert len(happened(world)) == 2
    assert classes(world) == [("human", 1, 1)] * 2


def test_what_comes_in_one_tick_may_be_more_than_a_batch(world: World) -> None:
    hits = [come(world, 1 + number % 2) for number in range(3)]
    HitLog(world.db).keep(hits * BATCH)
    assert track(world).settled == 3 + 3 * BATCH
    assert len(happened(world)) == 2


def test_a_mail_that_is_no_longer_kept_is_forgotten(world: World) -> None:
    come(world, message=4711)
    come(world)
    assert track(world) == TrackReport(settled=2, counted=1)
    assert len(world.rows("hits")) == 1


def test_somebody_who_was_erased_leaves_no_hit(world: World) -> None:
    come(world)
    with world.db.write() as connection:
        connection.execute(update(t.contacts).values(erased_at=world.clock.now()))
    track(world)
    assert (world.rows("hits"), happened(world)) == ([], [])


def test_hits_are_kept_as_long_as_events_and_no_longer_than_their_mail(world: World) -> None:
    for link in (1, 2):
        come(world, link)
        track(world)
        world.later(DAY)
    come(world, 3)
    now = world.clock.now()
    forget(world.db, "events", Moment(now - DAY - HOUR), now, 10)
    assert [row["link"] for row in world.rows("hits")] == [2, 3]
    with world.db.write() as connection:
        connection.execute(update(t.enrollments).values(status="ended"))
    world.person("bob")
    world.settle()
    forget(world.db, "messages", now, world.clock.now(), 10)
    assert [row["id"] for row in world.rows("messages")] == [2]
    assert world.rows("hits") == []
