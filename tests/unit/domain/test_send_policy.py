"""Whether a mail that comes up is sent, skipped or waits, and until when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from penfriend.domain.campaign import Kind, Policy, PolicyWhen, SendRules
from penfriend.domain.contact import Contact
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.reasons import End, Postponed
from penfriend.domain.segment import Op
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.send_policy import (
    Decision,
    PostponeIt,
    SendNow,
    Situation,
    SkipIt,
    decide,
    rules_for,
    too_late_at,
)
from penfriend.domain.standing import Ending
from penfriend.domain.timing import DAY, HOUR, MINUTE, Cap, Duration, Moment, SendWindow, Unit
from tests.support.clock import moment
from tests.support.mail_pieces import ANY_TIME, NOON, campaign

ANN = Contact(1, 1, "ann@shop.example", "en", "Europe/London", topics=frozenset({"offers"}))
ONE_A_WEEK = Cap(1, Duration(7, Unit.DAYS))
DAYTIME = SendRules(SendWindow(time(9), time(20)), (), Duration(2, Unit.DAYS))
IN_TURKEY = FieldTest(Field("contact.country", "contact", "country", FieldType.TEXT), Op.EQUAL, "TR")
FEWER = FieldTest(Field("contact.frequency", "contact", "frequency", FieldType.TEXT), Op.EQUAL, "fewer")


def at(text: str) -> Moment:
    return Moment(moment(text))


def later(microseconds: int) -> Moment:
    return Moment(NOON + microseconds)


def decision(**facts: Any) -> Decision:
    values: dict[str, Any] = {"now": NOON, "contact": ANN, "wanted_at": NOON, "rules": ANY_TIME}
    values["transactional"] = False
    return decide(Situation(**(values | facts)))


def capped(*caps: Cap) -> SendRules:
    return replace(ANY_TIME, caps=caps)


# -- skipped


def test_nothing_stands_against_a_mail() -> None:
    assert decision() == SendNow()


def test_end_of_the_enrollment_skips_with_its_reason() -> None:
    end = Ending(End.EXIT_EVENT, NOON, "order_placed")
    assert decision(ending=end) == SkipIt("exit_event", "order_placed", end)


def test_end_comes_before_only_if_and_only_if_before_too_late() -> None:
    end = Ending(End.GOAL, NOON)
    late = {"only_if": False, "now": later(9 * DAY)}
    assert decision(ending=end, **late) == SkipIt("goal", "", end)
    assert decision(**late) == SkipIt("condition_false")


def test_too_late_comes_before_the_window() -> None:
    assert decision(rules=DAYTIME, now=at("2026-03-05T22:00:00Z")) == SkipIt("too_late", "came up too late")


def test_too_late_says_what_held_it_up_last() -> None:
    found = decision(now=later(2 * DAY), held_by="frequency_cap")
    assert found == SkipIt("too_late", "held up by frequency_cap")


def test_too_late_after_a_servers_answer_gives_the_answer() -> None:
    late = {"now": later(2 * DAY), "answer": "451 4.7.1 Greylisted"}
    assert decision(**late) == SkipIt("too_late", "held up by the last try: 451 4.7.1 Greylisted")
    assert decision(**late, held_by="rate_limit") == SkipIt("too_late", "held up by rate_limit")


def test_last_moment_is_not_too_late() -> None:
    assert decision(now=later(2 * DAY - 1)) == SendNow()


def test_contact_without_an_address_is_skipped() -> None:
    found = decision(contact=replace(ANN, email=None))
    assert found == SkipIt("invalid_address", "the contact has no address")


# -- lateness


def test_lateness_counts_from_the_first_moment_that_step_and_window_allow() -> None:
    wanted = at("2026-03-02T22:00:00Z")
    assert too_late_at(DAYTIME, wanted, ANN) == at("2026-03-05T09:00:00Z")


def test_lateness_in_days_goes_by_the_contacts_clock() -> None:
    wanted = at("2026-03-28T12:00:00Z")
    assert too_late_at(ANY_TIME, wanted, ANN) == at("2026-03-30T11:00:00Z")


def test_whatever_held_it_up_does_not_move_the_moment() -> None:
    wanted = later(-2 * DAY)
    assert decision(wanted_at=wanted, rules=replace(DAYTIME, caps=(ONE_A_WEEK,))) == SkipIt(
        "too_late", "came up too late"
    )


@pytest.mark.parametrize(
    ("rules", "recent", "contact"),
    [
        (capped(ONE_A_WEEK), (later(-DAY),), ANN),
        (ANY_TIME, (), replace(ANN, paused_until=later(30 * DAY))),
        (replace(ANY_TIME, window=SendWindow(days=frozenset({6}))), (), ANN),
    ],
    ids=["cap", "pause", "window"],
)
def test_nothing_is_postponed_past_the_moment_it_becomes_too_late(
    rules: SendRules, recent: Sequence[Moment], contact: Contact
) -> None:
    rules = replace(rules, max_lateness=Duration(2, Unit.DAYS))
    found = decision(rules=rules, recent=recent, contact=contact)
    assert isinstance(found, PostponeIt)
    assert found.until <= too_late_at(rules, NOON, contact)


# -- window


def test_outside_the_window_it_waits_for_the_next_opening() -> None:
    evening = at("2026-03-02T20:00:00Z")
    found = decision(rules=DAYTIME, now=evening, wanted_at=evening)
    assert found == PostponeIt(at("2026-03-03T09:00:00Z"), Postponed.OUTSIDE_WINDOW)


def test_window_goes_by_the_contacts_clock() -> None:
    found = decision(rules=DAYTIME, contact=replace(ANN, timezone="America/New_York"))
    assert found == PostponeIt(at("2026-03-02T14:00:00Z"), Postponed.OUTSIDE_WINDOW)


def test_what_is_owed_knows_no_window_no_cap_and_no_pause() -> None:
    rules = SendRules(SendWindow(time(1), time(2)), (ONE_A_WEEK,), Duration(2, Unit.DAYS))
    contact = replace(ANN, paused_until=later(DAY))
    assert decision(transactional=True, rules=rules, recent=(NOON,), contact=contact) == SendNow()


# -- cap


def test_cap_waits_until_the_oldest_mail_that_counts_leaves_its_window() -> None:
    rules = replace(capped(Cap(2, Duration(7, Unit.DAYS))), max_lateness=Duration(30, Unit.DAYS))
    found = decision(rules=rules, recent=(later(-DAY), later(-6 * DAY), later(-8 * DAY)))
    assert found == PostponeIt(later(DAY), Postponed.FREQUENCY_CAP, "2 per 7 days")


def test_cap_with_room_lets_the_mail_go() -> None:
    assert decision(rules=capped(Cap(2, Duration(7, Unit.DAYS))), recent=(later(-DAY),)) == SendNow()


def test_mail_of_exactly_the_length_of_the_cap_ago_does_not_count() -> None:
    assert decision(rules=capped(ONE_A_WEEK), recent=(later(-7 * DAY),)) == SendNow()


def test_every_cap_must_have_room() -> None:
    rules = capped(Cap(5, Duration(7, Unit.DAYS)), Cap(1, Duration(24, Unit.HOURS)))
    found = decision(rules=rules, recent=(later(-HOUR),))
    assert found == PostponeIt(later(23 * HOUR), Postponed.FREQUENCY_CAP, "1 per 24 hours")


def test_a_mail_waits_once_for_the_cap_that_holds_it_longest() -> None:
    both = (Cap(1, Duration(1, Unit.DAYS)), Cap(2, Duration(7, Unit.DAYS)))
    rules = replace(capped(*both), max_lateness=Duration(30, Unit.DAYS))
    found = decision(rules=rules, recent=(later(-HOUR), later(-DAY)))
    assert found == PostponeIt(later(6 * DAY), Postponed.FREQUENCY_CAP, "2 per 7 days")


def test_cap_that_frees_outside_the_window_waits_for_the_opening() -> None:
    rules = replace(DAYTIME, caps=(Cap(1, Duration(10, Unit.HOURS)),))
    found = decision(rules=rules, recent=(later(-HOUR),))
    assert found == PostponeIt(at("2026-03-03T09:00:00Z"), Postponed.FREQUENCY_CAP, "1 per 10 hours")


def test_cap_of_none_at_all_never_lets_a_mail_go() -> None:
    found = decision(rules=capped(Cap(0, Duration(1, Unit.DAYS))))
    assert found == PostponeIt(later(DAY), Postponed.FREQUENCY_CAP, "0 per 1 day")


@pytest.mark.parametrize("sent", ["2026-03-28T01:30:00Z", "2026-03-29T00:30:00Z", "2026-10-24T00:30:00Z"])
@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kathmandu"])
def test_cap_has_room_when_it_says_so_over_clock_changes(sent: str, zone: str) -> None:
    contact, went, rules = replace(ANN, timezone=zone), at(sent), capped(Cap(1, Duration(1, Unit.DAYS)))
    now = Moment(went + MINUTE)
    found = decision(rules=rules, recent=(went,), contact=contact, now=now, wanted_at=now)
    assert isinstance(found, PostponeIt)
    assert found.until > now
    again = decision(rules=rules, recent=(went,), contact=contact, now=found.until, wanted_at=now)
    assert again == SendNow()
    assert found.until - went <= DAY + HOUR


# -- pauses


def test_person_who_asked_for_a_pause_is_left_alone() -> None:
    found = decision(contact=replace(ANN, paused_until=later(DAY)))
    assert found == PostponeIt(later(DAY), Postponed.CONTACT_PAUSED)


def test_pause_that_is_over_is_over() -> None:
    assert decision(contact=replace(ANN, paused_until=NOON)) == SendNow()


def test_route_that_rests_is_waited_for() -> None:
    found = decision(route_paused_until=later(MINUTE))
    assert found == PostponeIt(later(MINUTE), Postponed.PROVIDER_PAUSED)


def test_route_that_rests_holds_up_what_is_owed_too() -> None:
    found = decision(route_paused_until=later(MINUTE), transactional=True)
    assert found == PostponeIt(later(MINUTE), Postponed.PROVIDER_PAUSED)


# -- rules

NINE_TO_FIVE = (time(9), time(17))
TEN_TO_NINE = (time(10), time(21))


def test_campaigns_own_keys_replace_the_brands_one_by_one() -> None:
    brand = Policy(NINE_TO_FIVE, frozenset({0}), (ONE_A_WEEK,), Duration(2, Unit.DAYS))
    own = campaign(policy=Policy(at_most=(), max_lateness=Duration(12, Unit.HOURS)))
    found = rules_for(own, brand, lambda _: False)
    window = SendWindow(*NINE_TO_FIVE, frozenset({0}))
    assert found == SendRules(window, (), Duration(12, Unit.HOURS))


def test_without_any_policy_mail_goes_at_any_time_for_two_days() -> None:
    found = rules_for(campaign(), Policy(), lambda _: False)
    assert (found.window.is_always_open, found.caps, found.max_lateness) == (True, (), Duration(2, Unit.DAYS))


def test_days_alone_make_a_window() -> None:
    found = rules_for(campaign(), Policy(send_days=frozenset({5, 6})), lambda _: False)
    assert found.window.next_open(NOON, ANN.zone) == at("2026-03-07T00:00:00Z")


def test_of_the_whens_that_hold_the_last_one_wins() -> None:
    brand = Policy(
        NINE_TO_FIVE,
        when=(
            PolicyWhen(IN_TURKEY, Policy(TEN_TO_NINE)),
            PolicyWhen(FEWER, Policy((time(12), time(13)), at_most=(ONE_A_WEEK,))),
        ),
    )
    found = rules_for(campaign(), brand, lambda _: True)
    assert (found.window.opens, found.caps) == (time(12), (ONE_A_WEEK,))


def test_when_that_does_not_hold_changes_nothing() -> None:
    brand = Policy(NINE_TO_FIVE, when=(PolicyWhen(IN_TURKEY, Policy(TEN_TO_NINE)),))
    assert rules_for(campaign(), brand, lambda _: False).window.opens == time(9)


def test_what_holds_for_the_person_stands_above_the_campaigns_own() -> None:
    brand = Policy(when=(PolicyWhen(FEWER, Policy(at_most=(ONE_A_WEEK,))),))
    own = campaign(policy=Policy(at_most=()))
    assert rules_for(own, brand, lambda _: True).caps == (ONE_A_WEEK,)


def test_what_is_owed_keeps_its_lateness_alone() -> None:
    brand = Policy(NINE_TO_FIVE, at_most=(ONE_A_WEEK,), max_lateness=Duration(6, Unit.HOURS))
    found = rules_for(campaign(kind=Kind.TRANSACTIONAL, topic=None), brand, lambda _: False)
    assert found == SendRules(SendWindow(), (), Duration(6, Unit.HOURS))
