"""The laws of sending and of enrollments, read by plain Python from what was left behind."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from penfriend.domain.campaign import Campaign, Policy, Send, Split, WaitHappening, walk_steps
from penfriend.domain.chance import position
from penfriend.domain.contact import DEAD_ADDRESS
from penfriend.domain.definitions import Definitions
from penfriend.domain.reasons import End, NotEntered, Postponed, Skip
from penfriend.domain.segment import All, AnyOf, Condition, Not
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import Cap, Moment, Unit, from_datetime, to_datetime
from tests.laws.lived import Left, Lived, Row
from tests.laws.told_laws import all_that_happened_is_told_once

ENDS = {reason.value for reason in End}
SKIPS = ENDS | {reason.value for reason in Skip}
WAITS = {reason.value for reason in Postponed}
REFUSALS = {reason.value for reason in NotEntered}


def keep_the_laws(lived: Lived, resent: bool = False) -> None:
    """All of them. `resent`: a mail in doubt may have left twice."""
    every_enrollment_ends_or_waits_for_something_stated(lived)
    no_step_sends_twice(lived, resent)
    every_mail_may_go(lived)
    no_cap_is_passed(lived)
    every_message_has_its_end_or_its_moment(lived)
    messages_and_decisions_add_up(lived)
    all_that_happened_is_told_once(lived)


# -- enrollments


def every_enrollment_ends_or_waits_for_something_stated(lived: Lived) -> None:
    for row in lived.rows["enrollments"]:
        assert row["owner"] is None, row
        ended = [line for line in _lines(lived, row) if line["what"] == "ended"]
        if row["status"] == "ended":
            assert row["end_reason"] in ENDS, row
            assert row["entered_at"] <= row["ended_at"] <= lived.end, row
            assert [line["reason"] for line in ended] == [row["end_reason"]], row
            continue
        assert not ended, row
        assert (row["status"], row["end_reason"], row["ended_at"]) == ("active", None, None), row
        _waits_for_something(lived, row)
    assert {row["reason"] for row in lived.rows["refusals"]} <= REFUSALS


def _waits_for_something(lived: Lived, row: Row) -> None:
    campaign = lived.definitions.campaigns[row["campaign"]]
    step = next(step for step in walk_steps(campaign.steps) if step.id == row["step"])
    if isinstance(step, Send):
        mine = [mail for mail in lived.rows["messages"] if mail["enrollment_id"] == row["id"]]
        assert [mail["status"] for mail in mine if mail["step"] == step.id] == ["due"], row
    elif isinstance(step, Split):
        assert step.winner is not None, row
        assert any(
            (line["what"], line["step"], line["detail"]) == ("waits", step.id, "for the better arm")
            for line in _lines(lived, row)
        ), row
    else:
        assert row["due_at"] is not None, row
        assert row["due_at"] > lived.end, row
        said = [line for line in _lines(lived, row) if (line["what"], line["step"]) == ("waits", step.id)]
        assert said, (row, isinstance(step, WaitHappening))
        assert said[-1]["until"] == row["due_at"], row


def _lines(lived: Lived, row: Row) -> list[Row]:
    return [line for line in lived.rows["decisions"] if line["enrollment_id"] == row["id"]]


# -- mails


def no_step_sends_twice(lived: Lived, resent: bool) -> None:
    messages = lived.rows["messages"]
    steps = Counter((row["enrollment_id"], row["step"]) for row in messages)
    assert not [key for key, many in steps.items() if many > 1]
    assert len({row["message_id"] for row in messages}) == len(messages)
    left = Counter(mail.message_id for mail in lived.left)
    assert resent or not [key for key, many in left.items() if many > 1]
    sent = {row["message_id"] for row in messages if row["status"] == "sent"}
    assert sent <= set(left) <= sent | {row["message_id"] for row in messages if in_doubt(lived, row)}


def in_doubt(lived: Lived, row: Row) -> bool:
    """Whether it may have left the house at a try whose answer is not on record."""
    tries = [one for one in lived.rows["attempts"] if one["message_id"] == row["id"]]
    return any(one["outcome"] == "unknown" for one in tries)


def every_mail_may_go(lived: Lived) -> None:
    for mail in lived.left:
        row = lived.message(mail.message_id)
        campaign = lived.definitions.campaigns[row["campaign"]]
        entered = lived.enrollment(row["enrollment_id"])
        # a complaint stops what is advertised, a dead address everything
        assert mail.suppressed != DEAD_ADDRESS, (mail, row)
        assert entered["entered_at"] <= mail.at, (mail, row)
        assert entered["ended_at"] is None or mail.at <= entered["ended_at"], (mail, row, entered)
        if campaign.is_transactional:
            continue
        assert mail.suppressed is None, (mail, row)
        assert campaign.topic in mail.topics, (mail, row)
        layers = layers_of(lived.definitions, campaign, mail.contact)
        assert in_window(layers, mail, _zone(lived, mail)), (mail, row, layers)
        if campaign.goal is not None:
            percent = last_given(layers, "holdout") or 0.0
            assert position("holdout", mail.contact["key"], campaign.name) >= percent, (mail, row)


def _zone(lived: Lived, mail: Left) -> ZoneInfo:
    return ZoneInfo(mail.contact["timezone"] or lived.definitions.brand.timezone)


def layers_of(definitions: Definitions, campaign: Campaign, contact: Row) -> list[Policy]:
    """What is given for that contact, the weakest first."""
    whens = (*definitions.policy.when, *campaign.policy.when)
    held = [when.policy for when in whens if holds(when.condition, contact)]
    return [definitions.policy, campaign.policy, *held]


def last_given(layers: list[Policy], key: str) -> Any:
    """The strongest word on one key."""
    given = [getattr(layer, key) for layer in layers if getattr(layer, key) is not None]
    return given[-1] if given else None


def holds(condition: Condition, contact: Row) -> bool:
    """A condition about the contact alone, of its row."""
    match condition:
        case All(of):
            return all(holds(part, contact) for part in of)
        case AnyOf(of):
            return any(holds(part, contact) for part in of)
        case Not(of):
            return not holds(of, contact)
        case FieldTest(field=field, value=value):
            assert field.group == "contact"
            if field.key == "country":
                return bool(contact["country"] == value)
            level = (contact["attributes"] or {}).get("level")
            return level is not None and level >= value
        case _:
            raise AssertionError(condition)


def in_window(layers: list[Policy], mail: Left, zone: ZoneInfo) -> bool:
    """Whether the contact's clock stood in the hours of a day of the policy."""
    wall = to_datetime(mail.at, zone)
    days = last_given(layers, "send_days") or frozenset(range(7))
    opens, closes = last_given(layers, "send_window_hours") or (time(0), time(0))
    yesterday = (wall.weekday() - 1) % 7
    if opens < closes:
        return wall.weekday() in days and opens <= wall.time() < closes
    return (wall.weekday() in days and wall.time() >= opens) or (yesterday in days and wall.time() < closes)


def no_cap_is_passed(lived: Lived) -> None:
    counted: dict[int, dict[str, Moment]] = {}
    for mail in lived.left:
        campaign = lived.definitions.campaigns[lived.message(mail.message_id)["campaign"]]
        if campaign.is_transactional:
            continue
        mails = counted.setdefault(mail.contact["id"], {})
        before = [at for other, at in mails.items() if other != mail.message_id]
        for cap in last_given(layers_of(lived.definitions, campaign, mail.contact), "at_most") or ():
            since = _so_long_before(mail.at, cap, _zone(lived, mail))
            assert sum(at > since for at in before) < cap.mails, (mail, cap, before)
        mails[mail.message_id] = mail.at


def _so_long_before(at: Moment, cap: Cap, zone: ZoneInfo) -> Moment:
    hours = {Unit.HOURS: 1, Unit.MINUTES: 1 / 60}.get(cap.per.unit)
    if hours is not None:
        return Moment(at - int(cap.per.amount * hours * 3600) * 1_000_000)
    assert cap.per.unit is Unit.DAYS
    wall = to_datetime(at, zone).replace(tzinfo=None) - timedelta(days=cap.per.amount)
    return from_datetime(datetime.combine(wall.date(), wall.time(), tzinfo=zone))


# -- messages and decisions


def every_message_has_its_end_or_its_moment(lived: Lived) -> None:
    for row in lived.rows["messages"]:
        assert row["owner"] is None, row
        match row["status"]:
            case "sent" | "unknown":
                assert row["reason"] is None, row
                assert row["over_at"] is not None, row
            case "skipped":
                assert row["reason"] in SKIPS, row
                assert row["over_at"] is not None, row
            case "due":
                assert row["due_at"] > lived.end, row
                assert row["held_by"] in WAITS or in_doubt(lived, row), row
            case _:
                raise AssertionError(row)
        assert row["over_at"] is None or row["wanted_at"] <= row["over_at"] <= lived.end, row


def messages_and_decisions_add_up(lived: Lived) -> None:
    for row in lived.rows["messages"]:
        mine = [line for line in _lines(lived, {"id": row["enrollment_id"]}) if line["step"] == row["step"]]
        postponed = [line for line in mine if line["what"] == "postponed"]
        assert len(postponed) == row["postponed"], (row, postponed)
        assert {line["reason"] for line in postponed} <= WAITS, row
        skipped = [line["reason"] for line in mine if line["what"] == "skipped"]
        ended = lived.enrollment(row["enrollment_id"])["end_reason"]
        if row["status"] != "skipped":
            assert not skipped or in_doubt(lived, row), (row, skipped)
        else:  # what an end has overtaken stands on record with the end
            assert skipped == [row["reason"]] or (not skipped and row["reason"] == ended), (row, mine)
        accepted = [one for one in lived.rows["attempts"] if one["message_id"] == row["id"]]
        outcomes = [one["outcome"] for one in accepted]
        assert (outcomes[-1:] == ["accepted"]) is (row["status"] == "sent"), (row, accepted)
        assert row["attempts"] == len(accepted), (row, accepted)


# -- two lives of the same stream


def outcome(lived: Lived) -> dict[str, list[tuple[Any, ...]]]:
    """All that came of it, without the numbers of rows."""
    who = {row["id"]: row["key"] for row in lived.rows["contacts"]}
    runs = {
        row["id"]: (who[row["contact_id"]], row["campaign"], row["occurrence"], row["entry"])
        for row in lived.rows["enrollments"]
    }
    mails = {row["message_id"]: row for row in lived.rows["messages"]}
    left = [(mail.at, *runs[mails[mail.message_id]["enrollment_id"]], mails[mail.message_id]["step"])
            for mail in lived.left]  # fmt: skip
    enrolled = ("entered_at", "status", "step", "began_at", "due_at", "missed", "waited", "ended_at",
                "end_reason", "end_word", "goal_at", "converted_at")  # fmt: skip
    message = ("step", "status", "reason", "wanted_at", "due_at", "held_by", "over_at", "sent_at")
    line = ("step", "at", "what", "reason", "until", "detail")
    return {
        "left": sorted(left),
        "enrollments": _sorted(
            (*runs[row["id"]], *(row[name] for name in enrolled)) for row in lived.rows["enrollments"]
        ),
        "messages": _sorted(
            (*runs[row["enrollment_id"]], *(row[name] for name in message)) for row in lived.rows["messages"]
        ),
        "decisions": _sorted(
            (*runs[row["enrollment_id"]], *(row[name] for name in line)) for row in lived.rows["decisions"]
        ),
        "refusals": _sorted(
            (who[row["contact_id"]], row["campaign"], row["occurrence"], row["at"], row["reason"])
            for row in lived.rows["refusals"]
        ),
        "splits": _sorted(
            (row["campaign"], row["step"], row["decided_at"], row["winner"], row["figures"])
            for row in lived.rows["splits"]
        ),
    }  # fmt: skip


def _sorted(rows: Any) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: tuple(str(value) for value in row))
