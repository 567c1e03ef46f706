"""What follows from the result of a try."""

import pytest

from penfriend.domain.campaign import OnUnknown
from penfriend.domain.delivery import Fault, Outcome, Result, Stage
from penfriend.domain.message import Status
from penfriend.domain.retry import Consequence, backoff, consequence, route_pause
from penfriend.domain.timing import DAY, HOUR, MINUTE, SECOND, Moment
from tests.support.mail_pieces import NOON

ID = "<1@mail.acorn.example>"


def follows(
    outcome: Outcome,
    fault: Fault = Fault.RECIPIENT,
    *,
    enhanced: str | None = None,
    retry_after: float | None = None,
    number: int = 1,
    on_unknown: OnUnknown = OnUnknown.HOLD,
) -> Consequence:
    result = Result(outcome, Stage.RCPT, enhanced=enhanced, fault=fault, retry_after=retry_after)
    return consequence(result, message_id=ID, number=number, now=NOON, on_unknown=on_unknown)


def test_accepted_is_sent() -> None:
    assert follows(Outcome.ACCEPTED, Fault.NONE) == Consequence(Status.SENT)


@pytest.mark.parametrize(("number", "minutes"), [(1, 5), (2, 10), (3, 20), (7, 240), (70, 240)])
def test_deferred_is_tried_again_later_each_time(number: int, minutes: int) -> None:
    due = follows(Outcome.DEFERRED, number=number).due_at
    assert due is not None
    assert 0.8 * minutes * MINUTE <= due - NOON <= 1.2 * minutes * MINUTE


def test_two_messages_do_not_come_back_at_the_same_moment() -> None:
    assert backoff(ID, 1) != backoff("<2@mail.acorn.example>", 1)


def test_same_message_comes_back_at_the_same_moment_in_every_run() -> None:
    assert backoff(ID, 1) == backoff(ID, 1)


def test_server_that_asks_for_more_time_gets_it() -> None:
    assert follows(Outcome.DEFERRED, retry_after=3 * 3600).due_at == NOON + 3 * HOUR


def test_server_that_asks_for_a_year_does_not_get_it() -> None:
    assert follows(Outcome.DEFERRED, retry_after=365 * 86_400).due_at == NOON + DAY


def test_rejected_failed() -> None:
    assert follows(Outcome.REJECTED, enhanced="5.2.2") == Consequence(Status.FAILED)


@pytest.mark.parametrize("enhanced", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"])
def test_dead_address_is_suppressed(enhanced: str) -> None:
    assert follows(Outcome.REJECTED, enhanced=enhanced).suppress


@pytest.mark.parametrize("enhanced", ["5.7.1", "5.7.26", "5.2.1", "5.2.2", "5.1.8", "5.0.0", None])
def test_no_other_code_says_that_an_address_is_dead(enhanced: str | None) -> None:
    assert not follows(Outcome.REJECTED, enhanced=enhanced).suppress


def test_refused_mail_says_nothing_about_the_address() -> None:
    assert follows(Outcome.REJECTED, Fault.MESSAGE, enhanced="5.1.1") == Consequence(Status.FAILED)


@pytest.mark.parametrize("outcome", [Outcome.DEFERRED, Outcome.REJECTED])
def test_fault_of_the_route_pauses_it_and_does_not_count(outcome: Outcome) -> None:
    found = follows(outcome, Fault.ROUTE, enhanced="5.7.1", number=9)
    assert found == Consequence(Status.DUE, Moment(NOON + 30 * SECOND), pause_route=True, uncounted=True)


@pytest.mark.parametrize(
    ("stage", "code", "seconds"),
    [(Stage.AUTH, 535, 900), (Stage.AUTH, 454, 30), (Stage.AUTH, None, 30), (Stage.GREETING, 554, 30)],
)
def test_login_that_was_refused_for_good_rests_the_route_for_long_at_once(
    stage: Stage, code: int | None, seconds: int
) -> None:
    refused = Result(Outcome.DEFERRED, stage, code=code, fault=Fault.ROUTE)
    found = consequence(refused, message_id=ID, number=1, now=NOON, on_unknown=OnUnknown.HOLD)
    assert found == Consequence(Status.DUE, Moment(NOON + seconds * SECOND), pause_route=True, uncounted=True)


def test_connection_lost_in_the_middle_of_a_mail_counts_and_pauses_nobody_else() -> None:
    lost = Result(Outcome.DEFERRED, Stage.BODY, fault=Fault.ROUTE)
    found = consequence(lost, message_id=ID, number=3, now=NOON, on_unknown=OnUnknown.HOLD)
    assert found == Consequence(Status.DUE, Moment(NOON + backoff(ID, 3)))


@pytest.mark.parametrize(("code", "enhanced"), [(421, "4.3.2"), (452, "4.7.0")])
def test_opinion_of_one_destination_does_not_count_and_pauses_nobody_else(code: int, enhanced: str) -> None:
    told = Result(Outcome.DEFERRED, Stage.RCPT, code, enhanced, fault=Fault.ROUTE)
    found = consequence(told, message_id=ID, number=9, now=NOON, on_unknown=OnUnknown.HOLD)
    assert found == Consequence(Status.DUE, Moment(NOON + backoff(ID, 1)), uncounted=True)


def test_opinion_that_several_destinations_share_is_the_routes_matter() -> None:
    told = Result(Outcome.DEFERRED, Stage.DOT, 421, fault=Fault.ROUTE)
    found = consequence(
        told, message_id=ID, number=9, now=NOON, on_unknown=OnUnknown.HOLD, told_by_several=True
    )
    assert found == Consequence(Status.DUE, Moment(NOON + 30 * SECOND), pause_route=True, uncounted=True)


def test_421_before_a_recipient_was_named_is_the_routes_matter() -> None:
    told = Result(Outcome.DEFERRED, Stage.MAIL, 421, fault=Fault.ROUTE)
    found = consequence(told, message_id=ID, number=1, now=NOON, on_unknown=OnUnknown.HOLD)
    assert found.pause_route


def test_greylisted_mail_is_put_off_for_its_own_sake() -> None:
    told = Result(Outcome.DEFERRED, Stage.RCPT, 450, "4.7.1", fault=Fault.ROUTE)
    found = consequence(told, message_id=ID, number=3, now=NOON, on_unknown=OnUnknown.HOLD)
    assert found == Consequence(Status.DUE, Moment(NOON + backoff(ID, 3)))


def test_unknown_is_held() -> None:
    assert follows(Outcome.UNKNOWN, Fault.ROUTE) == Consequence(Status.UNKNOWN)


def test_unknown_is_sent_again_where_the_campaign_says_so() -> None:
    found = follows(Outcome.UNKNOWN, Fault.ROUTE, on_unknown=OnUnknown.RESEND)
    assert found == Consequence(Status.DUE, Moment(NOON + backoff(ID, 1)))


@pytest.mark.parametrize(("failures", "seconds"), [(0, 30), (1, 30), (2, 60), (5, 480), (6, 900), (99, 900)])
def test_route_rests_longer_each_time(failures: int, seconds: int) -> None:
    assert route_pause(failures) == seconds * SECOND
