"""The way through a campaign's steps, and what is asked on it."""

from typing import Any

from penfriend.domain.asking import Came, Holds, StillIn, ValueOf
from penfriend.domain.campaign import (
    Arm,
    Branch,
    EventHappening,
    Exit,
    ExitWord,
    Goal,
    IfHappening,
    Policy,
    PolicyWhen,
    SegmentTrigger,
    Step,
    WaitFor,
    WaitHappening,
    WaitUntil,
)
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import OfField
from penfriend.domain.route import Route, sends_of, successor
from penfriend.domain.segment import Op
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import Duration, Unit
from tests.support.mail_pieces import LETTER, campaign, with_id

DAY = Duration(1, Unit.DAYS)
TIER = Field("contact.tier", "contact", "tier", FieldType.TEXT)
GOLD = FieldTest(TIER, Op.EQUAL, "gold")
SILVER = FieldTest(TIER, Op.EQUAL, "silver")
A, B, C, D = (with_id(LETTER, name) for name in "abcd")


def route(*steps: Step, **more: Any) -> Route:
    return Route.of(campaign(*steps, **more), Policy())


def branch(*arms: Arm) -> Branch:
    return Branch(id="branch", arms=arms)


def test_steps_follow_each_other() -> None:
    way = route(A, B)
    assert (way.first, way.after) == ("a", {"a": "b", "b": None})


def test_last_step_of_an_arm_goes_on_behind_the_branch() -> None:
    way = route(A, branch(Arm(GOLD, (B,)), Arm(None, (C,))), D)
    assert way.after == {"a": "branch", "branch": "d", "b": "d", "c": "d", "d": None}


def test_arm_in_an_arm_goes_on_behind_both_where_nothing_follows() -> None:
    inner = Branch(id="inner", arms=(Arm(GOLD, (B,)),))
    way = route(branch(Arm(GOLD, (inner,))), D)
    assert (way.after["inner"], way.after["b"]) == ("d", "d")


def test_campaign_without_steps_has_no_first() -> None:
    assert route().first is None


def test_every_question_of_the_campaign_is_asked_once_in_order() -> None:
    updated = Field("cart.updated_at", "cart", "updated_at", FieldType.MOMENT)
    ordered, answered = EventHappening("order_placed"), EventHappening("survey_answered")
    way = Route.of(
        campaign(
            WaitUntil(id="until", until=OfField(updated)),
            WaitHappening(id="for", happenings=(answered, IfHappening(GOLD)), at_most=DAY),
            branch(Arm(SILVER, (B,)), Arm(None, (C,))),
            WaitFor(id="pause", duration=DAY, only_if=GOLD),
            trigger=SegmentTrigger("vip"),
            goal=Goal((ordered,)),
            exit_on=(ExitWord.GOAL, ExitWord.LEFT_SEGMENT, answered, IfHappening(GOLD)),
        ),
        Policy(when=(PolicyWhen(SILVER, Policy()),)),
    )
    assert way.questions == (
        Holds(SILVER),
        StillIn("vip"),
        Came(answered),
        Holds(GOLD),
        Came(ordered),
        ValueOf(updated),
        Came(answered, since_step=True),
    )


def test_goal_is_asked_also_where_it_ends_nothing() -> None:
    ordered = EventHappening("order_placed")
    assert Came(ordered) in route(A, goal=Goal((ordered,)), exit_on=()).questions


def test_removed_step_goes_on_at_the_next_survivor_of_its_arm() -> None:
    way = route(branch(Arm(GOLD, (A, B, C))), D)
    assert successor(way, "a", frozenset({"branch", "c", "d"})) == "c"


def test_removed_step_goes_on_behind_an_arm_of_which_nothing_is_left() -> None:
    way = route(branch(Arm(GOLD, (A, B))), D)
    assert successor(way, "a", frozenset({"d"})) == "d"


def test_removed_last_step_goes_on_nowhere() -> None:
    assert successor(route(A, B), "b", frozenset({"a"})) is None


def test_mails_are_listed_with_those_in_arms() -> None:
    way = route(A, branch(Arm(GOLD, (B, Exit(id="exit")))), C)
    assert [step.id for step in sends_of(way)] == ["a", "b", "c"]
