"""Tests of campaigns: the real engine tells what happened, and a test agrees with it or does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest

from penfriend.bootstrap import CampaignTests, Settings, Trial, campaign_tests, check, read_files
from penfriend.domain.campaign_test import CampaignTest, Expectation, Expected, GivenEvent
from penfriend.domain.moments import At
from tests.support.houses import write_shop

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
data: {events: {signed_up: {}, letter_wanted: {}}}
policy: {send_between: 09:00-20:00, at_most: 2 per 7 days, max_lateness: 2 days}
campaigns:
  welcome:
    topic: offers
    trigger: {event: signed_up}
    goal: {event: order_placed}
    steps: [{send: hello}, {wait: 2 days}, {send: hello, id: again}]
  letters:
    topic: offers
    trigger: {event: letter_wanted}
    reentry: always
    steps: [{send: hello}]
  question:
    topic: offers
    trigger: {event: signed_up}
    steps:
      - {send: hello, survey: care}
      - {send: hello, id: again, only_if: {message.hello.opened: yes}}
      - wait: {for: [survey_answered, mail_clicked], at_most: 7 days}
      - {send: hello, id: sorry, only_if: {survey.score: {at_most: 2}}}
  cheaper:
    topic: offers
    trigger: {event: letter_wanted}
    steps: [{wait: {for: {if: {product.price: {less_than: 10}}}, at_most: 7 days}}, {send: hello}]
  waning:
    topic: offers
    trigger: {segment: at_risk}
    exit_on: [left_segment]
    steps: [{send: hello}]
segments: {at_risk: {where: {contact.rfm.frequency: {at_least: 4}, contact.rfm.recency: {at_most: 2}}}}
surveys: {care: {type: csat, question: "How was it?"}}
"""
SENT, SKIPPED, POSTPONED, EXIT = Expectation


@pytest.fixture(scope="module")
def tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CampaignTests]:
    config = write_shop(tmp_path_factory.mktemp("shop"), CAMPAIGNS)
    settings = Settings.of({"PENFRIEND_CONFIG": str(config)})
    checked = check(read_files(settings.config), settings, (b"a secret for the tests",))
    with campaign_tests(settings, *checked.require()) as running:
        yield running


def at(text: str) -> At:
    moment = datetime.fromisoformat(text)
    return At(date(moment.year, moment.month, moment.day), moment.time())


def event(moment: str, name: str, **properties: object) -> GivenEvent:
    return GivenEvent(at(moment), name, properties)


def expect(moment: str, what: Expectation, step: str = "", reason: str = "") -> Expected:
    return Expected(at(moment), what, step, reason)


WELCOME = CampaignTest(
    name="the whole series",
    campaign="welcome",
    contact={"locale": "en", "timezone": "Europe/London"},
    events=(event("2026-03-02 10:00", "signed_up"),),
    expect=(
        expect("2026-03-02 10:00", SENT, "hello"),
        expect("2026-03-04 10:00", SENT, "again"),
        expect("2026-03-04 10:00", EXIT, reason="completed"),
    ),
)


def lines(tested: Trial) -> list[str]:
    assert tested.fault == ""
    return [str(found) for _, found in tested.pairs if found is not None]


def test_what_happens_as_expected_passes(tests: CampaignTests) -> None:
    tested = tests.run(WELCOME)
    assert (tested.passed, lines(tested)) == (
        True,
        ["2026-03-02 10:00 sent hello", "2026-03-04 10:00 sent again", "2026-03-04 10:00 exit completed"],
    )


@pytest.mark.parametrize(("recency", "comes"), [(2, 1), (3, 0)])
def test_scores_of_orders_are_those_that_the_test_gives(
    tests: CampaignTests, recency: int, comes: int
) -> None:
    test = CampaignTest(
        name="scored",
        campaign="waning",
        contact={"subscribed_at": at("2026-03-02 10:00"), "rfm": {"recency": recency, "frequency": 5}},
    )
    assert (
        lines(tests.run(test))
        == ["2026-03-02 10:00 sent hello", "2026-03-02 10:00 exit completed"][: 2 * comes]
    )


def test_mail_that_was_not_expected_fails(tests: CampaignTests) -> None:
    tested = tests.run(replace(WELCOME, expect=WELCOME.expect[:1]))
    assert not tested.passed
    assert [wanted for wanted, found in tested.pairs if found is not None] == [tested.pairs[0][0], None, None]


def test_mail_that_does_not_come_fails(tests: CampaignTests) -> None:
    late = expect("2026-03-09 10:00", SENT, "again")
    assert not tests.run(replace(WELCOME, expect=(*WELCOME.expect, late))).passed


def test_minute_that_is_wrong_fails(tests: CampaignTests) -> None:
    first = expect("2026-03-02 10:01", SENT, "hello")
    assert not tests.run(replace(WELCOME, expect=(first, *WELCOME.expect[1:]))).passed


def test_goal_ends_the_series(tests: CampaignTests) -> None:
    bought = replace(
        WELCOME,
        events=(*WELCOME.events, event("2026-03-03 12:00", "order_placed", total="40.00")),
        expect=(WELCOME.expect[0], expect("2026-03-03 12:00", EXIT, reason="goal")),
    )
    assert tests.run(bought).passed


def test_days_keep_the_wall_clock_across_a_clock_change(tests: CampaignTests) -> None:
    """In Berlin the clock goes forward on 29 March 2026."""
    spring = replace(
        WELCOME,
        contact={"timezone": "Europe/Berlin"},
        events=(event("2026-03-28 10:00", "signed_up"),),
        expect=(
            expect("2026-03-28 10:00", SENT, "hello"),
            expect("2026-03-30 10:00", SENT, "again"),
            expect("2026-03-30 10:00", EXIT, reason="completed"),
        ),
    )
    assert tests.run(spring).passed


def test_third_mail_of_the_week_waits_and_is_too_late(tests: CampaignTests) -> None:
    over = CampaignTest(
        name="over the cap",
        campaign="letters",
        events=tuple(event(f"2026-03-0{day} 10:00", "letter_wanted") for day in (2, 3, 4)),
        expect=(
            expect("2026-03-02 10:00", SENT, "hello"),
            expect("2026-03-02 10:00", EXIT, reason="completed"),
            expect("2026-03-03 10:00", SENT, "hello"),
            expect("2026-03-03 10:00", EXIT, reason="completed"),
            expect("2026-03-04 10:00", POSTPONED, "hello", "frequency_cap"),
            expect("2026-03-06 10:00", SKIPPED, "hello", "too_late"),
            expect("2026-03-06 10:00", EXIT, reason="completed"),
        ),
    )
    tested = tests.run(over)
    assert tested.passed, lines(tested)
    without_reasons = tuple(replace(one, reason="") for one in over.expect)
    assert tests.run(replace(over, expect=without_reasons)).passed


def test_mail_of_the_night_waits_for_the_morning(tests: CampaignTests) -> None:
    night = replace(
        WELCOME,
        events=(event("2026-03-02 23:30", "signed_up"),),
        expect=(
            expect("2026-03-02 23:30", POSTPONED, "hello", "outside_window"),
            expect("2026-03-03 09:00", SENT, "hello"),
        ),
        until=at("2026-03-04 00:00"),
    )
    assert tests.run(night).passed


def test_nobody_is_held_out_unless_the_test_says_so(tests: CampaignTests) -> None:
    held = replace(WELCOME, holdout=True, expect=(expect("2026-03-02 10:00", EXIT, reason="holdout"),))
    definitions = tests.definitions
    with_holdout = replace(definitions, policy=replace(definitions.policy, holdout=50.0))
    assert tests.of(with_holdout).run(held).passed
    assert tests.of(with_holdout).run(WELCOME).passed


def test_who_is_not_subscribed_does_not_enter(tests: CampaignTests) -> None:
    left = replace(WELCOME, contact={"topics": []}, expect=())
    assert tests.run(left).passed


def test_event_that_is_refused_is_told(tests: CampaignTests) -> None:
    wrong = replace(WELCOME, events=(event("2026-03-02 10:00", "order_placed", total="much"),))
    tested = tests.run(wrong)
    assert not tested.passed
    assert tested.fault.startswith("order_placed: ")


ASKED = CampaignTest(
    name="what they think",
    campaign="question",
    events=(event("2026-03-02 10:00", "signed_up"),),
    expect=(
        expect("2026-03-02 10:00", SENT, "hello"),
        expect("2026-03-02 10:00", SKIPPED, "again", "condition_false"),
    ),
)


def test_answer_is_the_one_of_the_letter_that_asked(tests: CampaignTests) -> None:
    said = event("2026-03-03 12:00", "survey_answered", survey="care", score="2")
    expected = (
        expect("2026-03-03 12:00", SENT, "sorry"),
        expect("2026-03-03 12:00", EXIT, reason="completed"),
    )
    tested = tests.run(replace(ASKED, events=(*ASKED.events, said), expect=(*ASKED.expect, *expected)))
    assert tested.passed, lines(tested)


def test_click_is_one_of_the_latest_mail(tests: CampaignTests) -> None:
    clicked = event("2026-03-03 12:00", "mail_clicked", step="hello")
    expected = (
        expect("2026-03-03 12:00", SKIPPED, "sorry", "condition_false"),
        expect("2026-03-03 12:00", EXIT, reason="completed"),
    )
    tested = tests.run(replace(ASKED, events=(*ASKED.events, clicked), expect=(*ASKED.expect, *expected)))
    assert tested.passed, lines(tested)


def test_nobody_opens_a_mail_that_was_not_sent(tests: CampaignTests) -> None:
    opened = event("2026-03-02 12:00", "mail_opened", step="again")
    tested = tests.run(replace(ASKED, events=(*ASKED.events, opened)))
    assert tested.fault == "mail_opened: the campaign has sent no mail by then that it could be about"


def test_product_changes_for_everybody(tests: CampaignTests) -> None:
    cheaper = CampaignTest(
        name="cheaper",
        campaign="cheaper",
        events=(
            event("2026-03-02 10:00", "product_updated", product_id="bowl", price="12"),
            event("2026-03-02 10:00", "letter_wanted", product_id="bowl"),
            event("2026-03-04 15:00", "product_updated", product_id="bowl", price="9"),
        ),
        expect=(
            expect("2026-03-04 15:00", SENT, "hello"),
            expect("2026-03-04 15:00", EXIT, reason="completed"),
        ),
    )
    tested = tests.run(cheaper)
    assert tested.passed, lines(tested)
