"""Destinations that rest, over real stores: what is on record, and what follows for their mails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from penfriend.cli.status import as_document, print_health
from penfriend.delivery.memory import KEPT
from penfriend.domain.campaign import Policy
from penfriend.domain.delivery import Result
from penfriend.domain.destination import Rest
from penfriend.domain.message import Status
from penfriend.domain.outbox import Finished, Verdict
from penfriend.domain.reasons import Postponed
from penfriend.domain.retry import Consequence
from penfriend.domain.send_policy import PostponeIt
from penfriend.domain.timing import DAY, HOUR, MINUTE, SECOND, Duration, Moment, Unit
from penfriend.storage.overview import Reports
from tests.support.mail_pieces import BUSY, LETTER, NOON, campaign
from tests.support.mail_world import World, worlds

SLOW = "slow.example"


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


def person(world: World, address: str) -> None:
    world.enroll(world.contact(address, email=address))


def told(
    result: Result = BUSY, at: int = NOON, *, rests: str | None = None, revives: str | None = None
) -> Finished:
    """A result of a mail that is of no matter here."""
    return Finished(0, 0, result, Consequence(Status.DUE), Moment(at), rests=rests, revives=revives)


def record(world: World, *finished: Finished, route: str = "default") -> None:
    world.handovers.record(finished, world.owner, route)


def found(world: World, at: int = NOON, route: str = "default") -> dict[str, Rest]:
    return dict(world.handovers.rests(route, Moment(at)).destinations)


def test_rest_is_known_to_all_workers_of_its_route_alone(world: World) -> None:
    record(world, told(rests=SLOW))
    world.start()
    assert found(world) == {SLOW: Rest(Moment(NOON + 5 * MINUTE), 1, BUSY.text)}
    assert found(world, route="other") == {}
    rests = world.handovers.rests("default", NOON)
    assert (rests.route_until, rests.until(SLOW, NOON)) == (None, NOON + 5 * MINUTE)
    assert rests.until("quick.example", NOON) is None
    assert rests.until(SLOW, Moment(NOON + 5 * MINUTE)) is None


def test_it_rests_longer_each_time_and_a_failure_during_the_rest_is_the_same_one(world: World) -> None:
    minutes = []
    at = NOON
    for _ in range(5):
        record(world, told(at=at, rests=SLOW))
        record(world, told(at=at + SECOND, rests=SLOW))
        until = found(world, at)[SLOW].until
        record(world, told(at=until - 1, rests=SLOW))
        assert found(world, at)[SLOW].until == until
        minutes.append((until - at) / MINUTE)
        at = until
    assert minutes == [5, 10, 20, 40, 4_000 / 60]
    assert found(world, at)[SLOW].failures == 5


def test_it_rests_as_long_as_the_server_asks(world: World) -> None:
    record(world, told(replace(BUSY, retry_after=3_600.0), rests=SLOW))
    assert found(world)[SLOW].until == NOON + HOUR


def test_one_success_ends_the_rest_and_forgets_the_failures(world: World) -> None:
    record(world, told(rests=SLOW), told(rests="other.example"))
    record(world, told(KEPT, NOON + SECOND, revives=SLOW))
    assert list(found(world)) == ["other.example"]
    record(world, told(at=NOON + MINUTE, rests=SLOW))
    assert found(world)[SLOW].failures == 1


@pytest.mark.parametrize("rests_last", [True, False])
def test_of_one_batch_what_came_last_holds(world: World, *, rests_last: bool) -> None:
    both = [told(KEPT, revives=SLOW), told(rests=SLOW)]
    record(world, *(both if rests_last else both[::-1]))
    assert (SLOW in found(world)) == rests_last


def test_failures_of_another_day_are_forgotten(world: World) -> None:
    record(world, told(rests=SLOW))
    over = NOON + 5 * MINUTE
    assert SLOW in found(world, over + DAY)
    assert found(world, over + DAY + 1) == {}
    record(world, told(at=over + DAY + 1, rests="other.example"))
    assert [row["domain"] for row in world.rows("destinations", "domain")] == ["other.example"]


def test_claimed_mail_knows_its_destination(world: World) -> None:
    person(world, "ann@Slow.Example")
    person(world, "bob@bücher.example")
    world.advance()
    assert [one.domain for one in world.claim()] == [SLOW, "xn--bcher-kva.example"]


def test_mails_of_a_destination_that_rests_wait_for_it_untried_and_the_others_go(world: World) -> None:
    for address in ("ann@slow.example", "bob@quick.example", "cem@SLOW.example"):
        person(world, address)
    world.advance()
    record(world, told(rests=SLOW))
    assert (world.send().sent, world.sent()) == (1, ["bob@quick.example"])
    waiting = [row for row in world.rows("messages") if row["status"] == "due"]
    assert [(row["due_at"], row["held_by"], row["attempts"]) for row in waiting] == [
        (NOON + 5 * MINUTE, "provider_paused", 0)
    ] * 2
    lines = [row for row in world.rows("decisions") if row["what"] == "postponed"]
    assert {(row["until"], row["detail"]) for row in lines} == {(NOON + 5 * MINUTE, "slow.example rests")}
    world.at(NOON + 5 * MINUTE)
    assert world.send().sent == 2
    assert found(world) == {}


def test_max_lateness_decides_as_always(world: World) -> None:
    world.run(campaign(LETTER), policy=Policy(max_lateness=Duration(2, Unit.MINUTES)))
    person(world, "ann@slow.example")
    world.advance()
    record(world, told(rests=SLOW))
    world.send()
    assert [row["due_at"] for row in world.rows("messages")] == [NOON + 2 * MINUTE]
    world.at(NOON + 2 * MINUTE)
    world.send()
    assert world.mails() == [("hello", "skipped", "too_late")]
    assert world.rows("messages")[0]["note"] == "held up by provider_paused"


def test_postponement_that_was_told_before_adds_no_line(world: World) -> None:
    person(world, "ann@slow.example")
    world.advance()
    for is_told in (False, True, True):
        (one,) = world.claim()
        waits = PostponeIt(Moment(world.clock.now() + MINUTE), Postponed.PROVIDER_PAUSED, told=is_told)
        world.messages.settle([Verdict(one, waits)], world.owner, world.clock.now(), 1)
        world.later(MINUTE)
    (row,) = world.rows("messages")
    assert (row["due_at"], row["held_by"], row["postponed"]) == (NOON + 3 * MINUTE, "provider_paused", 1)
    assert world.story().count(("postponed", "provider_paused")) == 1


def test_status_names_those_that_rest_and_why(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    record(world, told(rests=SLOW))
    record(world, told(rests="old.example", at=NOON - HOUR))
    overview = Reports(world.db).overview(NOON, {})
    assert as_document(overview)["destinations"] == [
        {
            "transport": "default",
            "domain": SLOW,
            "resting_until": "2026-03-02T12:05:00Z",
            "failures": 1,
            "reason": "421 4.3.2 too busy",
        }
    ]
    print_health(Console(width=200), overview)
    assert "Mail to slow.example by default rests until 2026-03-02 12:05 UTC: 421 4.3.2 too busy" in (
        capsys.readouterr().out
    )


def test_status_names_ten_and_counts_the_others(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(12):
        record(world, told(rests=f"d{number:02}.example"))
    print_health(Console(width=200), Reports(world.db).overview(NOON, {}))
    out = capsys.readouterr().out
    assert ("d09.example" in out, "d10.example" in out) == (True, False)
    assert "Mail to 2 more domains rests" in out
