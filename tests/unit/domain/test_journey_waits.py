"""Waits: by the contact's clock, until a moment, for a happening."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from penfriend.domain.asking import Answer, Came, Holds, Question, ValueOf
from penfriend.domain.campaign import (
    IfHappening,
    Step,
    WaitFor,
    WaitHappening,
    WaitUntil,
)
from penfriend.domain.moments import FromNow, OfField
from penfriend.domain.reasons import Skip
from penfriend.domain.standing import Standing
from penfriend.domain.timing import DAY, HOUR, Duration, Moment, Unit
from tests.support.clock import moment
from tests.support.mail_pieces import LETTER, NOON
from tests.unit.domain.walking import (
    ANN,
    ANSWERED,
    CART,
    EXPIRES,
    FOR,
    GOLD,
    NEXT,
    PAUSE,
    THIRD,
    TWO_DAYS,
    UNTIL,
    Walk,
    later,
    wanted,
)

# -- waits by the contact's clock


def test_days_keep_the_wall_clock_over_a_clock_change() -> None:
    walk = Walk(WaitFor(id="pause", duration=TWO_DAYS))
    walk.standing = Standing(None, Moment(moment("2026-03-28T09:00:00Z")))
    due = walk.move(moment("2026-03-28T09:00:00Z")).standing
    assert (due.due_at, due.due_wall, due.due_zone) == (
        moment("2026-03-30T08:00:00Z"),
        "2026-03-30T09:00:00",
        "Europe/London",
    )


def test_hours_are_elapsed_time_over_a_clock_change() -> None:
    walk = Walk(WaitFor(id="pause", duration=Duration(24, Unit.HOURS)))
    walk.standing = Standing(None, Moment(moment("2026-03-28T09:00:00Z")))
    due = walk.move(moment("2026-03-28T09:00:00Z")).standing
    assert (due.due_at, due.due_wall) == (moment("2026-03-29T09:00:00Z"), None)


def test_time_that_the_zone_skips_moves_forward_by_the_gap() -> None:
    walk = Walk(WaitFor(id="pause", duration=Duration(1, Unit.DAYS)))
    walk.standing = Standing(None, Moment(moment("2026-03-28T01:30:00Z")))
    due = walk.move(moment("2026-03-28T01:30:00Z")).standing
    assert (due.due_at, due.due_wall) == (moment("2026-03-29T01:30:00Z"), "2026-03-29T02:30:00")


def test_wait_is_reckoned_anew_when_the_contact_moves_to_another_zone() -> None:
    at_ten = WaitUntil(id="until", until=OfField(EXPIRES, Duration(1, Unit.DAYS), -1), at=time(10))
    walk = Walk(at_ten, NEXT)
    asked: dict[Question, Answer] = {ValueOf(EXPIRES): date(2026, 3, 11)}
    assert walk.move(NOON, asked).standing.due_at == moment("2026-03-10T10:00:00Z")
    walk.contact = replace(ANN, timezone="Europe/Istanbul")
    assert walk.move(later(HOUR)).standing.due_at == moment("2026-03-10T07:00:00Z")


# -- until


def test_until_moves_with_its_field() -> None:
    walk = Walk(UNTIL, NEXT)
    assert walk.move(NOON, {ValueOf(CART): NOON}).standing.due_at == later(23 * HOUR)
    moved = walk.move(later(2 * HOUR), {ValueOf(CART): later(2 * HOUR)}, noticed=later(2 * HOUR))
    assert moved.standing.due_at == later(25 * HOUR)


def test_until_that_moves_back_is_over_no_sooner_than_that_was_noticed() -> None:
    walk = Walk(UNTIL, NEXT)
    walk.move(NOON, {ValueOf(CART): NOON})
    move = walk.move(later(5 * HOUR), {ValueOf(CART): later(-22 * HOUR)}, noticed=later(4 * HOUR))
    assert wanted(move) == [("next", later(4 * HOUR), None)]


def test_until_that_moves_back_is_over_now_where_nobody_knows_when_that_came() -> None:
    walk = Walk(UNTIL, NEXT)
    walk.move(NOON, {ValueOf(CART): NOON})
    move = walk.move(later(5 * HOUR), {ValueOf(CART): later(-22 * HOUR)})
    assert wanted(move) == [("next", later(5 * HOUR), None)]


def test_until_whose_field_goes_away_keeps_the_moment_it_had() -> None:
    walk = Walk(UNTIL, NEXT)
    walk.move(NOON, {ValueOf(CART): NOON})
    assert walk.move(later(HOUR), {ValueOf(CART): None}).standing.due_at == later(23 * HOUR)
    assert wanted(walk.move(later(24 * HOUR))) == [("next", later(23 * HOUR), None)]


def test_until_that_is_past_when_a_late_tick_comes_is_not_missed() -> None:
    walk = Walk(UNTIL, NEXT)
    assert wanted(walk.move(later(3 * DAY), {ValueOf(CART): NOON})) == [("next", later(23 * HOUR), None)]


def test_until_that_is_reached_as_it_begins_is_not_missed() -> None:
    walk = Walk(UNTIL, NEXT)
    assert wanted(walk.move(NOON, {ValueOf(CART): later(-23 * HOUR)})) == [("next", NOON, None)]


@pytest.mark.parametrize("value", [None, later(-2 * DAY)])
def test_missed_until_skips_the_sends_up_to_the_next_wait(value: Moment | None) -> None:
    walk = Walk(UNTIL, LETTER, NEXT, PAUSE, THIRD)
    move = walk.move(NOON, {ValueOf(CART): value})
    assert wanted(move) == [("hello", NOON, Skip.TOO_LATE), ("next", NOON, Skip.TOO_LATE)]
    assert (move.standing.step, move.standing.missed) == ("pause", False)
    assert wanted(walk.move(later(2 * DAY))) == [("third", later(2 * DAY), None)]


def test_missed_until_is_made_up_for_by_one_that_is_not() -> None:
    walk = Walk(UNTIL, LETTER, WaitUntil(id="again", until=FromNow(TWO_DAYS, 1)), NEXT)
    walk.move(NOON, {ValueOf(CART): None})
    assert wanted(walk.move(later(2 * DAY))) == [("next", later(2 * DAY), None)]


def test_wait_that_is_passed_over_does_not_end_what_is_skipped() -> None:
    walk = Walk(UNTIL, replace(PAUSE, only_if=GOLD), NEXT)
    assert wanted(walk.move(NOON, {ValueOf(CART): None})) == [("next", NOON, Skip.TOO_LATE)]


# -- wait for a happening


def test_wait_for_asks_first_what_came_since_it_began() -> None:
    move = Walk(FOR, NEXT).move(later(HOUR), {Came(ANSWERED, since_step=True): later(-HOUR)})
    assert (move.again, move.standing.due_at, move.mails) == (True, NOON, ())


def waiting(*steps: Step, **more: Any) -> Walk:
    walk = Walk(*steps, **more)
    walk.move()
    walk.move()
    return walk


def test_wait_for_waits_as_long_as_it_may() -> None:
    walk = waiting(FOR, NEXT)
    assert (walk.standing.step, walk.standing.due_at) == ("for", later(7 * DAY))


def test_wait_for_is_over_when_the_event_came() -> None:
    walk = waiting(FOR, NEXT)
    came = walk.move(later(3 * HOUR), {Came(ANSWERED, since_step=True): later(2 * HOUR)}, later(3 * HOUR))
    assert (came.standing.waited, came.again) == (True, True)
    assert wanted(walk.move(later(3 * HOUR))) == [("next", later(2 * HOUR), None)]


def test_wait_for_is_over_without_the_event_when_its_time_is_up() -> None:
    walk = waiting(FOR, NEXT)
    assert walk.move(later(9 * DAY)).standing.waited is False
    assert wanted(walk.move(later(9 * DAY))) == [("next", later(7 * DAY), None)]


def test_event_that_came_after_its_time_was_up_is_too_late_for_the_wait() -> None:
    walk = waiting(FOR, NEXT)
    late: dict[Question, Answer] = {Came(ANSWERED, since_step=True): later(7 * DAY + 1)}
    assert walk.move(later(9 * DAY), late, later(9 * DAY)).standing.waited is False


def test_what_was_waited_for_is_written_before_a_step_asks_it() -> None:
    walk = waiting(FOR, NEXT)
    came = walk.move(later(HOUR), {Came(ANSWERED, since_step=True): later(HOUR)}, later(HOUR))
    assert (came.standing.step, came.mails) == ("for", ())


def test_second_wait_for_begins_without_the_answer_of_the_first() -> None:
    walk = waiting(FOR, replace(FOR, id="again"), NEXT)
    walk.move(later(HOUR), {Came(ANSWERED, since_step=True): later(HOUR)}, later(HOUR))
    move = walk.move(later(HOUR))
    assert (move.standing.step, move.standing.waited) == ("again", None)


IF_GOLD = WaitHappening(id="for", happenings=(IfHappening(GOLD),), at_most=Duration(7, Unit.DAYS))


def test_condition_that_holds_as_the_wait_is_reached_ends_it_at_once() -> None:
    walk = Walk(IF_GOLD, NEXT)
    walk.move(NOON, {Holds(GOLD): True})
    walk.move()
    assert wanted(walk.move()) == [("next", NOON, None)]


def test_condition_ends_the_wait_when_its_change_was_noticed() -> None:
    walk = waiting(IF_GOLD, NEXT)
    walk.move(later(3 * HOUR), {Holds(GOLD): True}, noticed=later(2 * HOUR))
    assert wanted(walk.move(later(3 * HOUR))) == [("next", later(2 * HOUR), None)]


def test_time_alone_does_not_wake_a_condition() -> None:
    walk = waiting(IF_GOLD, NEXT)
    assert walk.move(later(7 * DAY), {Holds(GOLD): True}).standing.waited is False
