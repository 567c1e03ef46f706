"""Killed at any point, and then recovered: nothing is lost, nothing repeated, and the doubt is about open
connections alone.
"""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.domain.campaign import OnUnknown
from penfriend.domain.timing import DAY, HOUR, MINUTE
from tests.support.mail_pieces import LETTER, NOON, Killed, campaign, with_id
from tests.support.mail_world import World, worlds
from tests.unit.engine.mortal import LEAVE_A_DOUBT, POINTS, Mortal


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    for world in worlds(f"sqlite:///{tmp_path / 'penfriend.db'}", tmp_path):
        world.run(campaign(LETTER))
        yield world


@pytest.fixture
def mortal(world: World, monkeypatch: pytest.MonkeyPatch) -> Mortal:
    return Mortal(world, monkeypatch)


def people(world: World, number: int) -> None:
    for one in range(number):
        world.person(f"person{one}")
    world.advance()


@pytest.mark.parametrize("after", [1, 2])
@pytest.mark.parametrize("point", POINTS)
def test_kill_at_any_point_loses_and_repeats_nothing(mortal: Mortal, point: str, after: int) -> None:
    world = mortal.world
    people(world, 4)
    killed = mortal.send(point, after)
    assert killed or point in ("claim", "claimed", "settle", "record", "recorded", "begin", "begun")
    mortal.restart()
    mortal.send()
    received = mortal.received()
    assert max(received.values()) == 1
    doubts = [row for row in world.rows("messages") if row["status"] == "unknown"]
    assert len(doubts) == (1 if point in LEAVE_A_DOUBT else 0)
    sent = {row["message_id"] for row in world.rows("messages") if row["status"] == "sent"}
    assert len(sent) + len(doubts) == 4
    assert sent <= set(received)
    assert (world.held(), world.rows("attempts")[-1]["ended_at"]) == ([], NOON)


@pytest.mark.parametrize("seed", range(3))
def test_killed_again_and_again_at_random(mortal: Mortal, seed: int) -> None:
    world, chance = mortal.world, random.Random(seed)
    world.run(campaign(LETTER, with_id(LETTER, "second")))
    people(world, 25)
    for _ in range(60):
        if mortal.send(chance.choice(POINTS), chance.randint(1, 6)):
            mortal.restart()
        world.advance()
    for _ in range(4):
        mortal.send()
        world.advance()
    rows = world.rows("messages")
    assert Counter(row["status"] for row in rows)["sent"] + mortal.kills >= len(rows) == 50
    assert {row["status"] for row in rows} <= {"sent", "unknown"}
    assert max(mortal.received().values()) == 1
    assert len([row for row in rows if row["status"] == "unknown"]) <= mortal.kills
    assert (world.held(), set(world.ends())) == ([], {"completed"})


def test_doubt_is_sent_again_with_the_same_id_and_bytes_where_the_campaign_says_so(mortal: Mortal) -> None:
    world = mortal.world
    world.run(campaign(LETTER, on_unknown=OnUnknown.RESEND))
    people(world, 1)
    assert mortal.send("written")
    mortal.restart()
    contact = world.rows("contacts")[0]["id"]
    world.touch(contact, first_name="Changed", locale="tr", timezone="Europe/Istanbul")
    world.later(HOUR)
    mortal.send()
    first, second = mortal.sink
    assert (first.message_id, first.content) == (second.message_id, second.content)
    assert (world.statuses(), [row["outcome"] for row in world.rows("attempts")]) == (
        ["sent"], ["unknown", "accepted"],
    )  # fmt: skip


def test_copy_of_a_copy_still_has_the_same_bytes(mortal: Mortal) -> None:
    world = mortal.world
    world.run(campaign(LETTER, on_unknown=OnUnknown.RESEND))
    people(world, 1)
    for point in ("written", "begun", "taken", "written"):
        assert mortal.send(point)
        mortal.restart()
        world.later(HOUR)
        world.touch(world.rows("contacts")[0]["id"], first_name=point)
    mortal.send()
    assert len({email.content for email in mortal.sink}) == 1
    assert (len(mortal.sink), world.statuses()) == (3, ["sent"])


def test_doubt_of_somebody_with_a_new_address_is_not_sent_to_either(mortal: Mortal) -> None:
    world = mortal.world
    world.run(campaign(LETTER, on_unknown=OnUnknown.RESEND))
    people(world, 1)
    mortal.send("written")
    mortal.restart()
    world.touch(world.rows("contacts")[0]["id"], email="new@shop.example")
    world.later(HOUR)
    mortal.send()
    assert (len(mortal.sink), world.statuses()) == (1, ["unknown"])


def test_doubt_of_somebody_who_has_left_stays_a_doubt(mortal: Mortal) -> None:
    world = mortal.world
    world.run(campaign(LETTER, on_unknown=OnUnknown.RESEND))
    people(world, 1)
    mortal.send("written")
    mortal.restart()
    world.unsubscribe(world.rows("contacts")[0]["id"])
    world.later(HOUR)
    mortal.send()
    assert (len(mortal.sink), world.statuses(), world.ends()) == (1, ["unknown"], ["unsubscribed"])


def test_lost_journal_leaves_all_that_was_sending_in_doubt(mortal: Mortal) -> None:
    world = mortal.world
    people(world, 3)
    mortal.send("taken")
    (world.folder / "dots" / f"{world.owner}.dots").unlink()
    mortal.restart()
    assert (world.statuses(), mortal.sink) == (["unknown"] * 3, [])
    assert "journal is lost" in world.rows("messages")[0]["note"]


def test_worker_elsewhere_is_recovered_when_its_lease_has_ended(mortal: Mortal) -> None:
    world = mortal.world
    people(world, 2)
    mortal.send("taken")
    world.start()
    assert world.recover().taken_back == 0
    world.later(5 * MINUTE)
    assert world.recover().freed == 0  # both were begun
    world.later(10 * MINUTE)
    assert world.recover().taken_back == 2
    assert world.statuses() == ["due", "due"]


def test_recovery_says_what_it_found(mortal: Mortal) -> None:
    world = mortal.world
    people(world, 9)  # the first eight of them are begun together
    mortal.send("written", 3)
    former = world.owner
    world.start()
    report = world.recover(former)
    assert (report.freed, report.taken_back, report.settled, report.unknown) == (1, 5, 2, 1)


def test_answer_on_record_has_all_its_consequences(mortal: Mortal) -> None:
    world = mortal.world
    people(world, 1)
    mortal.send("record")
    former = world.owner
    world.start()
    report = world.recover(former)
    assert (report.settled, world.statuses()) == (1, ["sent"])
    assert [row["name"] for row in world.rows("events")] == ["mail_sent"]
    world.advance()
    assert world.ends() == ["completed"]


def test_recovery_that_is_killed_is_made_again(mortal: Mortal, monkeypatch: pytest.MonkeyPatch) -> None:
    world = mortal.world
    people(world, 1)
    mortal.send("record")
    former = world.owner
    world.start()

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as dead:
        dead.setattr("penfriend.storage.recovery_log.record", die)
        with pytest.raises(Killed):
            world.recover(former)
    world.recover(former)
    assert world.statuses() == ["sent"]


def test_old_doubt_is_not_touched_by_recovery(mortal: Mortal) -> None:
    world = mortal.world
    people(world, 1)
    mortal.send("written")
    mortal.restart()
    world.later(9 * DAY)
    assert world.recover().unknown == 0
    assert world.statuses() == ["unknown"]
