"""What fell due in the gap of a restored backup, and what did not."""

from __future__ import annotations

from datetime import time

import pytest

from penfriend.domain.campaign import SendRules
from penfriend.domain.gap import Gap, Settled
from penfriend.domain.health import ClockSet, Health
from penfriend.domain.reasons import Postponed
from penfriend.domain.send_policy import PostponeIt, SendNow, SkipIt, TakeAsSent, too_late_at
from penfriend.domain.timing import DAY, HOUR, MINUTE, Duration, Moment, SendWindow, Unit
from tests.support.mail_pieces import NOON
from tests.unit.domain.test_send_policy import ANN, decision

FOUND = Moment(NOON + HOUR)
GAP = Gap(since=Moment(NOON - DAY), until=NOON, found_at=FOUND)


def after(microseconds: int) -> Moment:
    return Moment(NOON + microseconds)


@pytest.mark.parametrize(
    ("wanted", "due", "held_by", "fell"),
    [
        (NOON, NOON, None, True),
        (after(-2 * DAY), after(-2 * DAY), "frequency_cap", True),
        (after(1), after(1), None, False),
        (after(-DAY), after(1), "frequency_cap", False),  # it waited beyond the gap
        (after(-DAY), after(HOUR), "unconfirmed", True),
    ],
)
def test_mail_fell_due_in_the_gap_if_it_came_up_before_its_end(
    wanted: Moment, due: Moment, held_by: str | None, fell: bool
) -> None:
    assert GAP.fell_due(wanted, due, held_by) is fell


def test_who_joined_since_may_have_joined_by_old_news_until_somebody_has_said_it() -> None:
    assert GAP.may_be_old_news(FOUND, FOUND)
    assert not GAP.may_be_old_news(after(-DAY), FOUND)
    settled = GAP.settle(Settled.SENT, after(DAY))
    assert settled.may_be_old_news(FOUND, after(DAY))
    assert not settled.may_be_old_news(FOUND, after(DAY + 1))


def test_another_gap_keeps_what_nobody_has_answered() -> None:
    later = Gap(since=after(HOUR), until=after(2 * HOUR), found_at=after(DAY))
    assert later.with_earlier(GAP) == Gap(since=GAP.since, until=after(2 * HOUR), found_at=after(DAY))
    assert later.with_earlier(GAP.settle(Settled.SENT, FOUND)) == later


@pytest.mark.parametrize("gap", [GAP, GAP.settle(Settled.RESEND, FOUND)])
def test_gap_comes_back_as_it_was(gap: Gap) -> None:
    assert Gap.of(dict(gap.as_json())) == gap


def test_health_says_each_trouble_in_a_line_and_nothing_where_all_is_well() -> None:
    clock = ClockSet(NOON, -90 * MINUTE)
    lines = Health(gap=GAP, held=7, no_room="/srv: the disk has 1.0 MB left", clock=clock).lines()
    assert [line.split(":")[0] for line in lines] == ["Held", "No room", "Clock"]
    assert "wait: 7 so far" in lines[0]
    assert "2026-03-01 12:00 UTC" in lines[0]
    assert lines[2] == "Clock: the clock was set back by 90 minutes 0 seconds at 2026-03-02 12:00 UTC"
    assert Health().lines() == []


# -- what is decided


NIGHT = SendRules(SendWindow(time(0), time(5)), (), Duration(2, Unit.DAYS))


def test_mail_of_a_gap_waits_for_a_person_whatever_its_window_until_it_is_too_late() -> None:
    waits = decision(gap=GAP, rules=NIGHT)
    assert isinstance(waits, PostponeIt)
    assert waits.reason is Postponed.UNCONFIRMED
    assert waits.until == too_late_at(NIGHT, NOON, ANN)
    late = decision(gap=GAP, now=after(3 * DAY), held_by="unconfirmed")
    assert late == SkipIt("too_late", "held up by unconfirmed")


def test_mail_of_a_gap_is_taken_as_sent_or_sent_as_somebody_says() -> None:
    assert isinstance(decision(gap=GAP.settle(Settled.SENT, NOON)), TakeAsSent)
    assert isinstance(decision(gap=GAP.settle(Settled.SENT, NOON), transactional=True), TakeAsSent)
    assert decision(gap=GAP.settle(Settled.RESEND, NOON)) == SendNow()


def test_mail_of_a_gap_that_would_not_have_gone_is_skipped_as_ever() -> None:
    assert decision(gap=GAP, only_if=False) == SkipIt("condition_false")
