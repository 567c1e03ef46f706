"""Which mail a goal is credited to."""

from __future__ import annotations

import pytest

from penfriend.domain.results import USUAL, Candidate, Credit, credited
from penfriend.domain.timing import Moment

CLICKED, OPENED, SENT = USUAL
GOAL = Moment(100)


def mail(number: int, sent: int, opened: tuple[int, ...] = (), clicked: tuple[int, ...] = ()) -> Candidate:
    return Candidate(number, Moment(sent), tuple(map(Moment, opened)), tuple(map(Moment, clicked)))


@pytest.mark.parametrize(
    ("mails", "expected"),
    [
        ([mail(1, 10, (), (50,)), mail(2, 20, (90,)), mail(3, 95)], 1),
        ([mail(1, 10, (), (50,)), mail(2, 20, (), (40,))], 1),
        ([mail(1, 10, (), (30, 80)), mail(2, 20, (), (40,))], 1),
        ([mail(1, 10, (30,)), mail(2, 20, (90,)), mail(3, 95)], 2),
        ([mail(1, 10), mail(2, 20), mail(3, 15)], 2),
        ([mail(1, 10, (), (101,)), mail(2, 20, (100,))], 2),
        ([mail(1, 101, (102,), (103,))], None),
        ([], None),
        ([mail(1, 10, (), (50,)), mail(2, 20, (), (50,))], 2),
        ([mail(1, 20), mail(2, 20)], 2),
    ],
    ids=[
        "a click counts before a later open",
        "the last click",
        "clicked again",
        "the last open, where nothing was clicked",
        "the last sent, where nothing was opened",
        "what came after the goal did not lead to it",
        "sent after the goal",
        "no mail",
        "at one moment: sent later",
        "sent at one moment: the later one of ours",
    ],
)
def test_goal_is_credited_to_one_mail(mails: list[Candidate], expected: int | None) -> None:
    assert credited(mails, GOAL) == expected
    assert credited(reversed(mails), GOAL) == expected


def test_who_clicks_has_opened() -> None:
    mails = [mail(1, 10, (30,)), mail(2, 20, (), (60,))]
    assert credited(mails, GOAL, (OPENED, SENT)) == 2


def test_rule_without_sent_may_find_no_mail() -> None:
    assert credited([mail(1, 10, (20,))], GOAL, (CLICKED,)) is None
    assert credited([mail(1, 10, (20,)), mail(2, 30)], GOAL, (Credit.SENT, CLICKED)) == 2
