"""Triggers by date and by schedule, and what they let the campaign name."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from penfriend.domain.campaign import (
    DateTrigger,
    Every,
    ExitWord,
    Reentry,
    ReentryKind,
    ScheduleTrigger,
    SegmentTrigger,
)
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import At
from penfriend.domain.timing import Duration, Unit, from_datetime
from penfriend.language import load
from tests.unit.language.support import HEAD, campaign

BIRTHDAY = Field("contact.birthday", "contact", "birthday", FieldType.DATE)


def test_a_birthday_three_days_ahead() -> None:
    found = campaign("", trigger="{date: contact.birthday, every: year, offset: -3 days, at: 09:00}")
    assert found.trigger == DateTrigger(BIRTHDAY, Every.YEAR, Duration(3, Unit.DAYS), sign=-1, at=time(9))
    assert found.reentry == Reentry(ReentryKind.NEVER)
    assert found.exit_on == ()


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("{date: contact.birthday, every: year, day: 1}", DateTrigger(BIRTHDAY, Every.YEAR, day=1)),
        ("{date: contact.birthday, every: month}", DateTrigger(BIRTHDAY, Every.MONTH)),
        (
            "{date: contact.birthday, offset: 2 weeks}",
            DateTrigger(BIRTHDAY, offset=Duration(2, Unit.WEEKS)),
        ),
        (
            "{date: contact.created_at, every: year}",
            DateTrigger(Field("contact.created_at", "contact", "created_at", FieldType.MOMENT), Every.YEAR),
        ),
    ],
)
def test_a_date_is_moved_or_taken_to_a_day(text: str, trigger: DateTrigger) -> None:
    assert campaign("", trigger=text).trigger == trigger


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("2026-04-02 10:00", ScheduleTrigger(moment=At(date(2026, 4, 2), time(10)))),
        (
            "2026-04-02 10:00 Europe/London",
            ScheduleTrigger(moment=At(date(2026, 4, 2), time(10), "Europe/London")),
        ),
        ("2026-04-02", ScheduleTrigger(moment=At(date(2026, 4, 2)))),
        ('"0 10 1 * *"', ScheduleTrigger(cron="0 10 1 * *")),
        ("30 9 * * 0", ScheduleTrigger(cron="30 9 * * 0")),
        ("0 9 * * mon#1", ScheduleTrigger(cron="0 9 * * mon#1")),
        ("0 9-17 * * mon-fri", ScheduleTrigger(cron="0 9-17 * * mon-fri")),
        ("0 10 29 2 *", ScheduleTrigger(cron="0 10 29 2 *")),
    ],
)
def test_a_schedule_is_a_moment_or_a_cron_line(text: str, trigger: ScheduleTrigger) -> None:
    assert campaign("", trigger=f"{{schedule: {text}}}").trigger == trigger


def test_who_is_in_a_segment_of_things_enters_for_each_and_can_leave_it() -> None:
    found = campaign(
        "exit_on: [left_segment],",
        trigger='{schedule: "0 10 1 * *", segment: carts, if: {cart.total: {at_least: 10}}}',
        steps="[{wait: {until: 2 days after cart.updated_at}}, {send: a/b}]",
        more="segments: {carts: {of: carts, where: {cart.status: open}}}\n",
    )
    assert isinstance(found.trigger, ScheduleTrigger)
    assert found.trigger.segment == "carts"
    assert found.trigger.condition is not None
    assert found.exit_on == (ExitWord.LEFT_SEGMENT,)


def test_a_segment_alone_is_joined() -> None:
    found = campaign("", trigger="{segment: s}", more="segments: {s: {where: {contact.tier: gold}}}\n")
    assert found.trigger == SegmentTrigger("s")


@pytest.mark.parametrize(
    ("written", "now", "warned"),
    [
        ("2026-04-02 10:00", datetime(2026, 4, 2, 12, tzinfo=UTC), False),  # it is 01:00 in the last zone
        ("2026-04-02 10:00", datetime(2026, 4, 2, 22, 1, tzinfo=UTC), True),
        ("2026-04-02 10:00Z", datetime(2026, 4, 2, 12, tzinfo=UTC), True),
        ("2026-04-02", datetime(2026, 4, 2, 11, tzinfo=UTC), False),
    ],
)
def test_a_moment_that_is_past_everywhere_is_a_warning(written: str, now: datetime, warned: bool) -> None:
    campaigns = (
        f"campaigns: {{c: {{topic: offers, trigger: {{schedule: {written}}}, steps: [{{send: a/b}}]}}}}\n"
    )
    loaded = load({"c.yaml": HEAD + campaigns}, "c.yaml", {}, None, from_datetime(now))
    warning = "c.yaml:3:52: warning: that moment is past; nobody enters by it any more."
    assert [str(problem) for problem in loaded.problems] == ([warning] if warned else [])
    assert loaded.definitions is not None
