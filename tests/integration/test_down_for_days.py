"""Down for three days, with 10,000 mails overdue: rate, caps and windows hold, `max_lateness` decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import time
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from penfriend.domain.campaign import Kind, Policy
from penfriend.domain.timing import DAY, HOUR, SECOND, Cap, Duration, Moment, Unit
from penfriend.engine.clock import JumpingClock
from penfriend.storage import tables as t
from tests.support.clock import moment
from tests.support.mail_pieces import LETTER, campaign
from tests.support.mail_world import World, worlds

PEOPLE = {"sqlite": 2_500, "postgresql": 250}
"""Each with a mail of each of the four campaigns; fewer where the same takes longer."""
NIGHT = Moment(moment("2026-03-05T03:00:00Z"))
"""Three days after they were due: a Thursday in London."""
MORNING = Moment(NIGHT + 6 * HOUR)
DAYTIME = (time(9), time(20))
ONE_A_WEEK = (Cap(1, Duration(7, Unit.DAYS)),)


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.clock = JumpingClock(NIGHT)
        patient = Policy(max_lateness=Duration(5, Unit.DAYS), at_most=ONE_A_WEEK, send_window_hours=DAYTIME)
        hasty = Policy(max_lateness=Duration(2, Unit.DAYS), at_most=ONE_A_WEEK, send_window_hours=DAYTIME)
        world.run(
            campaign(LETTER, name="dear", priority=90, policy=patient),
            campaign(LETTER, name="cheap", priority=10, policy=patient),
            campaign(LETTER, name="hasty", priority=50, policy=hasty),
            campaign(LETTER, name="owed", kind=Kind.TRANSACTIONAL, topic=None, policy=patient),
        )
        overdue(world)
        yield world


def overdue(world: World) -> None:
    """All that waited, by set statements: due three days ago, a second apart."""
    people = PEOPLE[world.db.dialect]
    with world.db.write() as connection:
        ids = range(1, people + 1)
        connection.execute(
            insert(t.contacts),
            [
                {
                    "id": one,
                    "key": f"c{one}",
                    "email": f"c{one}@shop.example",
                    "email_hash": f"hash {one}",
                    "timezone": "Europe/London",
                    "created_at": NIGHT - 9 * DAY,
                }
                for one in ids
            ],
        )
        connection.execute(
            insert(t.subscriptions),
            [{"contact_id": one, "topic": "offers", "subscribed": 1, "at": NIGHT - 9 * DAY} for one in ids],
        )
        for number, (name, priority, owed) in enumerate(
            (("dear", 90, 0), ("cheap", 10, 0), ("hasty", 50, 0), ("owed", 101, 1))
        ):
            connection.execute(text(_ENROLL), {"add": number * people, "name": name, "at": NIGHT - 3 * DAY})
            connection.execute(
                text(_MAIL),
                {
                    "add": number * people,
                    "name": name,
                    "at": NIGHT - 3 * DAY,
                    "priority": priority,
                    "owed": owed,
                    "second": SECOND,
                },
            )


_ENROLL = """
INSERT INTO enrollments (id, campaign, contact_id, occurrence, entry, revision, entered_at, status, step,
    began_at, missed, woken)
SELECT id + :add, CAST(:name AS text), id, '', 0, 1, CAST(:at AS bigint), 'active', 'hello',
    CAST(:at AS bigint), 0, 0 FROM contacts
"""
_MAIL = """
INSERT INTO messages (id, enrollment_id, campaign, contact_id, step, template, topic, transactional, priority,
    revision, status, wanted_at, due_at, postponed, held_by, message_id, attempts, created_at)
SELECT id + :add, id + :add, CAST(:name AS text), id, 'hello', 'hello', 'offers', CAST(:owed AS integer),
    CAST(:priority AS integer), 1, 'due', CAST(:at AS bigint), CAST(:at AS bigint) + id * :second, 0,
    NULL, '<' || CAST(:name AS text) || id || '@shop.example>', 0,
    CAST(:at AS bigint) FROM contacts
"""


def lived(world: World, rate: int) -> list[int]:
    """How many mails went out in each of six seconds, by a daemon whose rate holds over all of them."""
    world.pace = rate
    sender = world.sender()
    world.later(SECOND)
    counts = []
    for _ in range(6):
        before = len(world.memory.sent)
        sender.tick(world.live)
        counts.append(len(world.memory.sent) - before)
        world.later(SECOND)
    return counts


@pytest.mark.both
@pytest.mark.timeout(300)
def test_what_three_days_held_up_goes_out_by_rate_window_and_cap_or_says_why_not(world: World) -> None:
    people = PEOPLE[world.db.dialect]
    rate = people * 2 // 5
    at_once = rate * 9 // 10  # what a bucket holds, so that no second sees more than the rate
    assert lived(world, rate) == [
        at_once,
        at_once,
        people - 2 * at_once,
        0,
        0,
        0,
    ]  # what is owed: it is night
    assert Counter(world.statuses()) == {"sent": people, "skipped": people, "due": 2 * people}
    world.at(MORNING)
    morning = lived(world, rate)
    assert max(morning) == at_once
    assert sum(morning) == people
    rows = world.rows("messages")
    became = {(row["campaign"], row["status"], row["reason"]) for row in rows}
    assert became == {
        ("owed", "sent", None),
        ("dear", "sent", None),
        ("cheap", "due", None),
        ("hasty", "skipped", "too_late"),
    }
    assert {row["held_by"] for row in rows if row["campaign"] == "cheap"} == {"frequency_cap"}
    assert {row["note"] for row in rows if row["campaign"] == "hasty"} == {"held up by rate_limit"}
    mailed = Counter(world.sent())
    assert set(mailed.values()) == {2}  # what is owed, and one letter of the week
    assert len(mailed) == people
