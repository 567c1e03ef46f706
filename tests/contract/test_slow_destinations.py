"""Slow destinations hold nobody up: counted by events, not by time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from penfriend.delivery.memory import KEPT
from penfriend.domain.timing import MINUTE
from penfriend.engine import supply
from tests.support.connections import SLOW, Seconds, connections, mails, sent_to, slow_hangs
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.clock = Seconds(NOON)
        world.run(campaign(LETTER, name="urgent", priority=90), campaign(LETTER))
        yield world


def test_quick_ones_of_a_batch_are_delivered_while_the_slow_one_hangs(world: World) -> None:
    mails(world, 30, SLOW, "urgent")
    mails(world, 40, "quick.example")
    transport = connections(world, slow_hangs)
    world.send()
    assert transport.gave_in == sent_to(world, "quick.example") == 40
    assert transport.most[SLOW] == 5


def test_ten_batches_of_a_slow_one_in_front_hold_nobody_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supply, "PLACES", 20)
    monkeypatch.setattr("penfriend.engine.send.PLACES", 20)
    mails(world, 200, SLOW, "urgent")
    for number in range(50):
        mails(world, 2, f"quick{number % 7}.example")
    transport = connections(world, slow_hangs)
    sender = world.sender()
    sender.tick(world.live)
    assert transport.gave_in is not None
    assert transport.gave_in >= 100
    assert transport.most[SLOW] == 5
    transport.says = lambda _: KEPT
    for _ in range(20):
        sender.tick(world.live)
        world.later(MINUTE)
    assert (set(world.statuses()), len(world.sent())) == ({"sent"}, 300)


@pytest.mark.parametrize("claim_takes", [0.0, 0.3])
def test_others_are_found_behind_many_of_a_slow_one_without_waiting_and_answers_are_read_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch, claim_takes: float
) -> None:
    monkeypatch.setattr(supply, "PLACES", 20)
    monkeypatch.setattr("penfriend.engine.send.PLACES", 20)
    mails(world, 200, SLOW, "urgent")
    mails(world, 1, "quick.example")
    transport = connections(world, slow_hangs)
    real, claims = world.messages.claim, [0]

    def claim(*given: Any) -> Any:
        claims[0] += 1
        transport.clock.wait(claim_takes)
        return real(*given)

    monkeypatch.setattr(world.messages, "claim", claim)
    seen: list[tuple[int, int]] = []
    transport.each_second = lambda: seen.append((claims[0], len(transport.sent)))
    world.send()
    seconds = next(second for second, (_, sent) in enumerate(seen) if sent)
    at_a_time = max(after[0] - before[0] for before, after in pairwise(seen))
    assert (seconds <= 2) == (claim_takes == 0.0)
    assert (at_a_time <= 3) == (claim_takes == 0.3)


def test_destination_that_becomes_slow_after_it_was_quick_leaves_connections_to_others(world: World) -> None:
    mails(world, 40, SLOW, "urgent")
    transport = connections(world, lambda one: slow_hangs(one) if sent_to(world, SLOW) >= 20 else KEPT)
    mails(world, 60, "quick.example")
    world.send()
    assert (transport.most[SLOW], transport.gave_in) == (8, 80)


def test_mail_that_falls_due_while_a_slow_one_hangs_is_sent_at_once(world: World) -> None:
    mails(world, 3, SLOW)
    transport = connections(world, slow_hangs)

    def one_more() -> None:
        if not transport.sent:
            mails(world, 1, "late.example")

    transport.each_second = one_more
    world.send()
    assert world.sent()[0] == "p3@late.example"
    assert transport.gave_in is not None
    assert transport.gave_in >= 1


def test_mail_that_was_put_off_says_why_once_and_comes_up_within_five_minutes(world: World) -> None:
    mails(world, 30, SLOW)
    transport = connections(world, slow_hangs, patience=400)
    seen: list[int] = []
    transport.each_second = lambda: seen.append(
        max((row["due_at"] for row in world.rows("messages") if row["status"] == "due"), default=0)
        - world.clock.now()
    )
    world.send()
    assert len(seen) > 300
    assert max(seen) <= 5 * MINUTE
    told = [row["detail"] for row in world.rows("decisions") if row["reason"] == "provider_paused"]
    assert set(told) == {"slow.example takes no more at a time"}
    assert len(told) <= 30
    assert {row["held_by"] for row in world.rows("messages") if row["status"] == "due"} == {"provider_paused"}


def test_results_are_in_the_store_while_a_slow_one_hangs(world: World) -> None:
    mails(world, 1, SLOW, "urgent")
    mails(world, 3, "quick.example")
    transport = connections(world, slow_hangs)
    seen: list[list[str]] = []
    transport.each_second = lambda: seen.append(world.statuses())
    world.send()
    assert seen[1] == ["sending", "sent", "sent", "sent"]


def test_who_has_changed_while_a_slow_one_hangs_is_decided_again_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails(world, 1, SLOW, "urgent")
    mails(world, 1, "quick.example")
    transport = connections(world, slow_hangs)
    real = world.handovers.begin

    def begin(*given: Any) -> dict[int, int]:
        if not transport.taken:
            world.touch(world.rows("contacts")[1]["id"])
        return real(*given)

    monkeypatch.setattr(world.handovers, "begin", begin)
    world.send()
    assert transport.gave_in == 1


def test_one_quick_destination_is_made_in_groups_and_not_one_by_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails(world, 200, "quick.example")
    connections(world, lambda _: KEPT)
    groups: list[int] = []
    real = world.handovers.begin

    def begin(group: Any, *given: Any) -> dict[int, int]:
        groups.append(len(group))
        return real(group, *given)

    monkeypatch.setattr(world.handovers, "begin", begin)
    assert world.send().sent == 200
    assert len(groups) < 10


def test_stop_while_a_slow_one_hangs_takes_nothing_more(world: World) -> None:
    mails(world, 20, SLOW)
    transport = connections(world, slow_hangs)
    world.send(lambda: world.clock.elapsed() > 3)
    assert len(transport.taken) == 5
    assert world.held() == []
    assert sorted(set(world.statuses())) == ["due", "sent"]
