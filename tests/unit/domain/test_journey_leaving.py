"""What ends an enrollment, when, and in which order it is asked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from penfriend.domain.asking import Answer, Came, Holds, Question, StillIn
from penfriend.domain.campaign import (
    ExitWord,
    Goal,
    IfHappening,
    Kind,
    SegmentTrigger,
    WaitFor,
)
from penfriend.domain.contact import COMPLAINED, DEAD_ADDRESS, Contact
from penfriend.domain.reasons import End
from penfriend.domain.standing import Ending
from penfriend.domain.timing import DAY, HOUR, MINUTE, Duration, Unit
from tests.support.mail_pieces import LETTER
from tests.unit.domain.walking import (
    ANN,
    ANSWERED,
    GOLD,
    NEXT,
    ORDERED,
    PAUSE,
    Walk,
    later,
)

# -- leaving


ENDS = (ExitWord.GOAL, ExitWord.LEFT_SEGMENT, ANSWERED, IfHappening(GOLD))


def ended(answers: Mapping[Question, Answer], contact: Contact = ANN, **more: Any) -> Ending | None:
    """How it ends two days after it began, noticed an hour before."""
    values: dict[str, Any] = {
        "trigger": SegmentTrigger("vip"),
        "goal": Goal((ORDERED,)),
        "exit_on": ENDS,
    } | more
    walk = Walk(LETTER, contact=contact, **values)
    walk.move()
    return walk.move(later(2 * DAY), answers, noticed=later(2 * DAY - HOUR)).ending


NOTICED = later(2 * DAY - HOUR)


def test_nothing_ends_who_did_nothing() -> None:
    assert ended({}) is None


def test_goal_ends_at_its_own_moment() -> None:
    assert ended({Came(ORDERED): later(HOUR)}) == Ending(End.GOAL, later(HOUR))


def test_goal_that_exit_on_does_not_list_ends_nothing() -> None:
    assert ended({Came(ORDERED): later(HOUR)}, exit_on=()) is None


def test_leaving_the_segment_ends_when_it_was_noticed() -> None:
    assert ended({StillIn("vip"): False}) == Ending(End.LEFT_SEGMENT, NOTICED)


def test_event_ends_at_its_own_moment_and_is_named() -> None:
    assert ended({Came(ANSWERED): later(HOUR)}) == Ending(End.EXIT_EVENT, later(HOUR), "survey_answered")


def test_condition_ends_when_it_was_noticed() -> None:
    assert ended({Holds(GOLD): True}) == Ending(End.EXIT_CONDITION, NOTICED)


def test_first_rule_that_is_listed_gives_the_reason() -> None:
    answers: dict[Question, Answer] = {Came(ORDERED): later(3 * HOUR), Came(ANSWERED): later(HOUR)}
    goal_first, event_first = ended(answers), ended(answers, exit_on=(ANSWERED, ExitWord.GOAL))
    assert goal_first is not None
    assert event_first is not None
    assert (goal_first.reason, event_first.reason) == (End.GOAL, End.EXIT_EVENT)


def test_late_event_undoes_nothing_that_was_done_before() -> None:
    walk = Walk(LETTER, PAUSE, exit_on=(ANSWERED,))
    walk.move()
    walk.sent("hello", later(3 * HOUR))
    walk.move(later(3 * HOUR))
    ending = walk.move(later(5 * HOUR), {Came(ANSWERED): later(HOUR)}).ending
    assert ending == Ending(End.EXIT_EVENT, later(3 * HOUR), "survey_answered")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"erased": True, "suppression": DEAD_ADDRESS, "topics": frozenset()}, End.ERASED),
        ({"suppression": COMPLAINED, "topics": frozenset()}, End.SUPPRESSED),
        ({"topics": frozenset({"rewards"})}, End.UNSUBSCRIBED),
    ],
)
def test_leaving_us_ends_before_any_rule(change: dict[str, object], reason: End) -> None:
    contact = replace(ANN, **change)  # type: ignore[arg-type]  # a different field each time
    assert ended({Came(ORDERED): later(HOUR)}, contact) == Ending(reason, NOTICED)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"topics": frozenset()}, None),
        ({"suppression": COMPLAINED}, None),
        ({"suppression": DEAD_ADDRESS}, End.SUPPRESSED),
        ({"erased": True}, End.ERASED),
    ],
)
def test_what_is_owed_is_stopped_by_a_dead_address_and_erasure_alone(
    change: dict[str, object], reason: End | None
) -> None:
    contact = replace(ANN, **change)  # type: ignore[arg-type]  # a different field each time
    found = ended({}, contact, kind=Kind.TRANSACTIONAL, topic=None)
    assert (found.reason if found else None) == reason


def test_who_is_ended_gets_no_mail_of_the_step_that_was_due() -> None:
    walk = Walk(PAUSE, NEXT, exit_on=(ANSWERED,))
    walk.move()
    move = walk.move(later(2 * DAY), {Came(ANSWERED): later(DAY)})
    assert (move.mails, move.standing.step) == ((), "pause")


def test_wait_that_begins_in_the_future_is_waited_for() -> None:
    walk = Walk(LETTER, WaitFor(id="pause", duration=Duration(5, Unit.MINUTES)), NEXT)
    walk.move()
    walk.sent("hello", later(HOUR))  # the clock was set back since
    assert walk.move(later(MINUTE)).standing.due_at == later(HOUR + 5 * MINUTE)
