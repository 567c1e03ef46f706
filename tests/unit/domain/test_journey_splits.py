"""Holdout, splits, updates and webhooks on the way of one person."""

from collections.abc import Mapping
from dataclasses import replace

from penfriend.domain.asking import Holds
from penfriend.domain.campaign import (
    Arm,
    Branch,
    CallWebhook,
    EventHappening,
    Goal,
    Kind,
    Policy,
    PolicyWhen,
    Share,
    Split,
    Update,
    Winner,
    WinsBy,
)
from penfriend.domain.chance import Told
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.journey import next_move
from penfriend.domain.reasons import End
from penfriend.domain.route import Route
from penfriend.domain.standing import Ending, Move, Standing, View
from penfriend.domain.timing import DAY, HOUR, Duration, Moment, Unit
from penfriend.domain.winners import SplitState
from tests.support.mail_pieces import LETTER, NOON, with_id
from tests.unit.domain.walking import GOLD, NEXT, THIRD, Walk, later, told, wanted

SHORT, LONG = with_id(LETTER, "short"), with_id(LETTER, "long")
FOUR_HOURS = Duration(4, Unit.HOURS)
HALVES = Split(id="split", arms=(Share("a", 50, (SHORT,)), Share("b", 50, (LONG,))))
TENTHS = Split(
    id="split",
    arms=(Share("a", 1e-9, (SHORT,)), Share("b", 1e-9, (LONG,))),
    winner=Winner(WinsBy.CLICKED, FOUR_HOURS),
)
GOAL = Goal((EventHappening("order_placed"),))
IS_VIP = Field("contact.attributes.vip", "contact", "vip", FieldType.YES_NO, "attributes")
VIP = Update(id="mark", attributes=((IS_VIP, True),))


class SplitWalk(Walk):
    """A walk with what is known of splits, changes that were carried out, and what chance says."""

    splits: Mapping[str, SplitState] = {}
    updated: frozenset[str] = frozenset()
    chance = Told()
    policy = Policy()

    def go(self, now: int = NOON) -> Move:
        route = Route.of(self.route.campaign, self.policy)
        answers = dict(self.answers) | {
            question: False for question in route.questions if question not in self.answers
        }
        view = View(
            now=Moment(now),
            entered_at=NOON,
            contact=self.contact,
            answers=answers,
            mails=self.mails,
            splits=self.splits,
            updated=self.updated,
            chance=self.chance,
        )
        made = next_move(route, self.standing, view)
        if made.change is None:
            self.standing = made.standing
            self.mails |= {mail.step.id: mail.wanted_at if mail.skip else None for mail in made.mails}
        return made


# -- holdout


def test_who_is_held_out_ends_at_entry_and_gets_nothing() -> None:
    walk = SplitWalk(LETTER, goal=GOAL, policy=Policy(holdout=5))
    walk.chance = Told(holdout=True)
    move = walk.go(later(HOUR))
    assert (move.ending, move.mails) == (Ending(End.HOLDOUT, NOON), ())


def test_campaign_without_a_goal_holds_nobody_out() -> None:
    walk = SplitWalk(LETTER)
    walk.chance, walk.policy = Told(holdout=True), Policy(holdout=50)
    assert wanted(walk.go()) == [("hello", NOON, None)]


def test_transactional_mail_knows_no_holdout() -> None:
    walk = SplitWalk(LETTER, goal=GOAL, kind=Kind.TRANSACTIONAL, topic=None)
    walk.chance, walk.policy = Told(holdout=True), Policy(holdout=50)
    assert wanted(walk.go()) == [("hello", NOON, None)]


def test_campaigns_own_holdout_replaces_the_brands() -> None:
    walk = SplitWalk(LETTER, goal=GOAL, policy=Policy(holdout=0))
    walk.chance, walk.policy = Told(holdout=True), Policy(holdout=5)
    assert wanted(walk.go()) == [("hello", NOON, None)]


def test_when_can_take_people_out_of_the_holdout() -> None:
    walk = SplitWalk(LETTER, goal=GOAL)
    walk.chance = Told(holdout=True)
    walk.policy = Policy(holdout=5, when=(PolicyWhen(GOLD, Policy(holdout=0)),))
    walk.answers[Holds(GOLD)] = True
    assert wanted(walk.go()) == [("hello", NOON, None)]


def test_who_is_on_the_way_is_not_held_out_when_the_share_grows() -> None:
    walk = SplitWalk(LETTER, NEXT, goal=GOAL)
    walk.go()
    walk.sent("hello", later(HOUR))
    walk.chance, walk.policy = Told(holdout=True), Policy(holdout=50)
    assert wanted(walk.go(later(HOUR))) == [("next", later(HOUR), None)]


# -- split


def test_arm_that_is_drawn_is_walked_and_the_way_goes_on_behind_the_split() -> None:
    walk = SplitWalk(HALVES, THIRD)
    walk.chance = Told(take={"split": "b"})
    assert wanted(walk.go()) == [("long", NOON, None)]
    walk.sent("long", later(HOUR))
    assert wanted(walk.go(later(HOUR))) == [("third", later(HOUR), None)]


def test_who_is_in_an_arm_stays_there_whatever_chance_says_later() -> None:
    walk = SplitWalk(HALVES)
    walk.chance = Told(take={"split": "b"})
    walk.go()
    walk.chance = Told(take={"split": "a"})
    assert walk.go(later(HOUR)).mails == ()
    assert walk.standing.step == "long"


def test_rest_goes_on_behind_a_split_without_a_winner() -> None:
    walk = SplitWalk(replace(HALVES, arms=HALVES.arms[:1]), THIRD)
    walk.chance = Told(take={"split": "nobody"})
    move = walk.go()
    assert (wanted(move), told(move)) == ([("third", NOON, None)], [("split", "split")])


def test_rest_waits_for_the_winner_and_then_gets_the_better_arm() -> None:
    walk = SplitWalk(TENTHS, THIRD)
    walk.chance = Told(take={"split": "nobody"})
    move = walk.go()
    assert (move.mails, move.standing.step, move.standing.due_at) == ((), "split", None)
    assert told(move) == [("waits", "split")]
    walk.splits = {"split": SplitState(NOON)}
    assert (walk.go(later(HOUR)).mails, walk.standing.step) == ((), "split")
    walk.splits = {"split": SplitState(NOON, later(4 * HOUR), "b")}
    assert wanted(walk.go(later(5 * HOUR))) == [("long", later(4 * HOUR), None)]


def test_who_waits_for_the_winner_is_not_drawn_again_and_not_due_by_time() -> None:
    walk = SplitWalk(TENTHS, THIRD)
    walk.chance = Told(take={"split": "nobody"})
    walk.go()
    walk.chance = Told(take={"split": "a"})  # as under another name of the split
    walk.standing = replace(walk.standing, due_at=later(HOUR))  # it was set aside for an hour
    move = walk.go(later(2 * HOUR))
    assert (move.mails, move.standing.step, move.standing.due_at) == ((), "split", None)


def test_all_who_come_later_get_the_better_arm() -> None:
    walk = SplitWalk(HALVES)
    walk.chance = Told(take={"split": "a"})
    walk.splits = {"split": SplitState(NOON, later(-HOUR), "b")}
    assert wanted(walk.go()) == [("long", NOON, None)]


def test_split_whose_only_if_does_not_hold_is_passed_over() -> None:
    walk = SplitWalk(replace(HALVES, only_if=GOLD), THIRD)
    assert wanted(walk.go()) == [("third", NOON, None)]


# -- update and webhook


def test_update_is_carried_out_before_what_comes_behind_it_is_read() -> None:
    arm = Arm(GOLD, (THIRD,))
    walk = SplitWalk(VIP, Branch(id="branch", arms=(arm,)), NEXT)
    move = walk.go()
    assert move.change is not None
    assert (move.change.step, move.change.at, move.mails) == (VIP, NOON, ())
    walk.updated = frozenset({"mark"})
    walk.answers[Holds(GOLD)] = True
    again = walk.go()
    assert (again.change, wanted(again)) == (None, [("third", NOON, None)])
    assert told(again) == [("updated", "mark"), ("branch", "branch")]


def test_update_whose_only_if_does_not_hold_changes_nothing() -> None:
    walk = SplitWalk(replace(VIP, only_if=GOLD), NEXT)
    move = walk.go()
    assert (move.change, wanted(move)) == (None, [("next", NOON, None)])


def test_webhook_is_called_and_nobody_waits_for_the_answer() -> None:
    hook = CallWebhook(id="hook", webhook="care_desk")
    walk = SplitWalk(hook, NEXT)
    walk.standing = Standing(None, later(-DAY))
    move = walk.go()
    assert [(call.step, call.wanted_at) for call in move.calls] == [(hook, later(-DAY))]
    assert wanted(move) == [("next", later(-DAY), None)]
