"""The next move of an enrollment: when steps begin and are over, which arm is taken."""

from dataclasses import replace

import pytest

from penfriend.domain.asking import Holds, ValueOf
from penfriend.domain.campaign import (
    Arm,
    Branch,
    Exit,
    Send,
    Step,
)
from penfriend.domain.reasons import End, Skip
from penfriend.domain.standing import Ending, Standing
from penfriend.domain.timing import DAY, HOUR
from tests.support.mail_pieces import LETTER, NOON
from tests.unit.domain.walking import CART, FOR, GOLD, NEXT, PAUSE, THIRD, UNTIL, Walk, later, told, wanted

# -- steps begin when the one before was over


def test_first_mail_is_wanted_at_entry_whenever_the_tick_comes() -> None:
    walk = Walk(LETTER)
    assert wanted(walk.move(later(5 * HOUR))) == [("hello", NOON, None)]


def test_mail_moves_nothing_until_it_is_over() -> None:
    walk = Walk(LETTER, PAUSE)
    walk.move()
    move = walk.move(later(HOUR))
    assert (move.mails, move.standing.step, move.standing.due_at) == ((), "hello", None)


def test_wait_counts_from_the_end_of_the_mail_not_from_the_tick() -> None:
    walk = Walk(LETTER, PAUSE)
    walk.move()
    walk.sent("hello", later(HOUR))
    move = walk.move(later(3 * HOUR))
    assert (move.standing.began_at, move.standing.due_at) == (later(HOUR), later(2 * DAY + HOUR))


def test_steps_that_are_over_already_are_walked_in_one_move() -> None:
    walk = Walk(PAUSE, NEXT)
    assert wanted(walk.move(later(9 * DAY))) == [("next", later(2 * DAY), None)]


def test_last_step_completes_the_enrollment_when_it_was_over() -> None:
    walk = Walk(LETTER)
    walk.move()
    walk.sent("hello", later(HOUR))
    assert walk.move(later(2 * HOUR)).ending == Ending(End.COMPLETED, later(HOUR))


def test_campaign_without_steps_completes_at_entry() -> None:
    assert Walk().move(later(HOUR)).ending == Ending(End.COMPLETED, NOON)


def test_mail_that_somebody_has_had_is_not_repeated() -> None:
    walk = Walk(LETTER, NEXT)
    walk.sent("hello", later(-HOUR))
    assert wanted(walk.move()) == [("next", NOON, None)]


def test_exit_step_ends_with_its_word() -> None:
    walk = Walk(Exit(id="exit", word="enough"), NEXT)
    assert walk.move().ending == Ending(End.EXIT_STEP, NOON, "enough")


def test_removed_step_of_which_nobody_knows_the_next_completes() -> None:
    walk = Walk(LETTER)
    walk.standing = Standing("gone", NOON, due_at=later(HOUR))
    move = walk.move(later(2 * HOUR))
    assert (move.ending, told(move)) == (Ending(End.COMPLETED, later(2 * HOUR)), [("step removed", "gone")])


def test_who_was_moved_to_a_wait_until_arrives_there() -> None:
    walk = Walk(UNTIL, NEXT)
    walk.standing = Standing("until", later(HOUR), due_at=later(HOUR))
    move = walk.move(later(HOUR), {ValueOf(CART): later(-2 * DAY)})
    assert wanted(move) == [("next", later(HOUR), Skip.TOO_LATE)]


def test_who_was_moved_to_a_mail_gets_it() -> None:
    walk = Walk(LETTER)
    walk.standing = Standing("hello", later(HOUR), due_at=later(HOUR))
    move = walk.move(later(2 * HOUR))
    assert (wanted(move), move.standing.due_at) == ([("hello", later(HOUR), None)], None)


# -- branch and only_if


@pytest.mark.parametrize(("gold", "mail"), [(True, "hello"), (False, "next")])
def test_branch_takes_the_first_arm_that_holds_or_else(gold: bool, mail: str) -> None:
    walk = Walk(Branch(id="branch", arms=(Arm(GOLD, (LETTER,)), Arm(None, (NEXT,)))))
    assert wanted(walk.move(NOON, {Holds(GOLD): gold})) == [(mail, NOON, None)]


def test_branch_without_an_arm_that_holds_goes_on_behind_it() -> None:
    walk = Walk(Branch(id="branch", arms=(Arm(GOLD, (LETTER,)),)), NEXT)
    assert wanted(walk.move()) == [("next", NOON, None)]


def test_arm_without_steps_goes_on_behind_the_branch() -> None:
    walk = Walk(Branch(id="branch", arms=(Arm(GOLD, ()),)), NEXT)
    assert wanted(walk.move(NOON, {Holds(GOLD): True})) == [("next", NOON, None)]


def test_arm_goes_on_behind_the_branch_after_its_last_step() -> None:
    walk = Walk(Branch(id="branch", arms=(Arm(GOLD, (LETTER,)),)), NEXT)
    walk.move(NOON, {Holds(GOLD): True})
    walk.sent("hello", later(HOUR))
    assert wanted(walk.move(later(HOUR), {Holds(GOLD): False})) == [("next", later(HOUR), None)]


@pytest.mark.parametrize(
    "step",
    [
        PAUSE,
        UNTIL,
        FOR,
        Exit(id="exit"),
        Branch(id="branch", arms=(Arm(None, (THIRD,)),)),
    ],
    ids=lambda step: step.id,
)
def test_step_whose_only_if_does_not_hold_is_passed_over(step: Step) -> None:
    move = Walk(replace(step, only_if=GOLD), NEXT).move()
    assert (wanted(move), told(move)) == ([("next", NOON, None)], [("skipped", step.id)])


def test_only_if_of_a_mail_is_asked_when_it_comes_up_not_here() -> None:
    assert wanted(Walk(Send(id="hello", template="hello", only_if=GOLD)).move()) == [("hello", NOON, None)]
