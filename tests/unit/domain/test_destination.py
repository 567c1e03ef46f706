"""Destinations: whose an address is, what a result says, the window, and the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.domain.delivery import Fault, Outcome, Result, Stage
from penfriend.domain.destination import (
    FIRST_WINDOW,
    LARGEST_WINDOW,
    ON_TRIAL,
    SMALLEST_COHORT,
    Says,
    Window,
    domain_of,
    largest_window,
    rest_of,
    says,
    told_for_one_destination,
)
from penfriend.domain.timing import SECOND

WITH_THE_MAIL = (Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.BODY, Stage.DOT)
BEFORE_MAIL = (Stage.CONNECT, Stage.GREETING, Stage.EHLO, Stage.STARTTLS, Stage.AUTH)


def deferred(stage: Stage, code: int | None, enhanced: str | None = None, text: str = "") -> Result:
    return Result(Outcome.DEFERRED, stage, code, enhanced, text, fault=Fault.ROUTE)


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("ann@shop.example", "shop.example"),
        (" Ann@SHOP.Example. ", "shop.example"),
        ('"a@b"@shop.example', "shop.example"),
        ("ann@BÜCHER.example", "xn--bcher-kva.example"),
        ("ann@xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("ann@" + "ü" * 80 + ".example", "ü" * 80 + ".example"),
        ("ann", ""),
        ("", ""),
    ],
)
def test_domain_is_that_of_the_dns(address: str, domain: str) -> None:
    assert domain_of(address) == domain


# -- what a result says


def test_accepted_mail_is_good() -> None:
    assert says(Result(Outcome.ACCEPTED, Stage.DOT, 250)) is Says.GOOD


@pytest.mark.parametrize("stage", WITH_THE_MAIL)
@pytest.mark.parametrize(("code", "enhanced"), [(451, None), (452, "4.3.1"), (450, "4.4.2"), (None, None)])
def test_4xx_and_a_lost_connection_are_bad_from_mail_on(
    stage: Stage, code: int | None, enhanced: str | None
) -> None:
    assert says(deferred(stage, code, enhanced)) is Says.BAD


@pytest.mark.parametrize("stage", WITH_THE_MAIL[1:])
@pytest.mark.parametrize("enhanced", ["4.3.2", "4.7.0", "4.2.1", None])
def test_421_is_bad_once_the_recipient_is_known(stage: Stage, enhanced: str | None) -> None:
    assert says(deferred(stage, 421, enhanced)) is Says.BAD


def test_no_answer_after_the_last_byte_is_bad() -> None:
    assert says(Result(Outcome.UNKNOWN, Stage.DOT, text="no answer within 600 seconds")) is Says.BAD


@pytest.mark.parametrize("stage", BEFORE_MAIL)
@pytest.mark.parametrize("code", [None, 421, 454, 535])
def test_what_comes_before_mail_says_nothing(stage: Stage, code: int | None) -> None:
    assert says(deferred(stage, code)) is Says.NOTHING


@pytest.mark.parametrize(("code", "enhanced"), [(421, None), (451, "4.7.1"), (450, "4.7.0"), (530, "5.7.0")])
def test_what_is_said_of_us_before_a_recipient_was_named_says_nothing(
    code: int, enhanced: str | None
) -> None:
    assert says(deferred(Stage.MAIL, code, enhanced)) is Says.NOTHING


@pytest.mark.parametrize("enhanced", ["5.1.1", "5.2.2", "5.7.1", None])
def test_refused_recipient_says_nothing(enhanced: str | None) -> None:
    assert says(Result(Outcome.REJECTED, Stage.RCPT, 550, enhanced)) is Says.NOTHING


def test_sender_who_is_refused_for_now_says_nothing() -> None:
    assert says(deferred(Stage.MAIL, 550, "5.1.8")) is Says.NOTHING


@pytest.mark.parametrize("enhanced", ["4.1.1", "4.2.0", "4.2.1", "4.2.2", "4.3.4", "4.6.0"])
def test_one_mailbox_or_one_mail_says_nothing_of_the_others(enhanced: str) -> None:
    assert says(deferred(Stage.RCPT, 452, enhanced)) is Says.NOTHING


@pytest.mark.parametrize(
    ("code", "enhanced", "text"),
    [
        (450, "4.7.1", "450 4.7.1 Client host rejected: please try again"),
        (451, "4.7.1", "451 4.7.1 try again in 5 minutes"),
        (450, None, "450 Greylisted, see http://postgrey.example"),
        (451, "4.3.0", "451 4.3.0 you are on our grey-list"),
        (450, "4.5.0", "450 4.5.0 graylisting in action"),
    ],
)
def test_greylisting_shuts_no_destination(code: int, enhanced: str | None, text: str) -> None:
    assert says(deferred(Stage.RCPT, code, enhanced, text)) is Says.NOTHING


@pytest.mark.parametrize(("code", "enhanced"), [(452, "4.7.1"), (450, "4.7.0"), (451, "4.7.28")])
def test_other_words_about_our_reputation_are_bad(code: int, enhanced: str) -> None:
    assert says(deferred(Stage.RCPT, code, enhanced)) is Says.BAD


@pytest.mark.parametrize("stage", [Stage.REQUEST, Stage.STORED])
def test_provider_and_folder_say_nothing_of_a_destination(stage: Stage) -> None:
    assert says(deferred(stage, 429)) is Says.NOTHING
    assert says(Result(Outcome.UNKNOWN, stage)) is Says.NOTHING


@pytest.mark.parametrize(
    ("result", "one"),
    [
        (deferred(Stage.RCPT, 421), True),
        (deferred(Stage.DOT, 451, "4.7.0"), True),
        (deferred(Stage.MAIL, 421), False),
        (deferred(Stage.RCPT, 450), False),
        (Result(Outcome.REJECTED, Stage.RCPT, 550, "5.7.1"), False),
    ],
)
def test_opinion_of_us_is_one_destinations_when_it_knew_the_recipient(result: Result, one: bool) -> None:
    assert told_for_one_destination(result) is one


# -- the window


def fails(window: Window) -> int:
    """How many failures in a row until it rests."""
    count = 1
    while (after := window.after_bad()) is not None:
        window, count = after, count + 1
    return count


@pytest.mark.parametrize(("size", "failures"), [(1, 3), (2, 3), (3, 3), (5, 4), (10, 7), (20, 13)])
def test_cohort_has_failed_after_so_many_in_a_row(size: int, failures: int) -> None:
    assert fails(Window(size)) == failures


def test_one_failure_ends_a_trial() -> None:
    assert fails(ON_TRIAL) == 1
    assert ON_TRIAL.after_good(busy=1, limit=20) == Window(2)


def test_window_grows_by_one_where_all_of_it_was_used() -> None:
    assert Window(5).after_good(busy=5, limit=20) == Window(6)
    assert Window(5).after_good(busy=4, limit=20) == Window(5)
    assert Window(20).after_good(busy=20, limit=20) == Window(20)


def test_window_shrinks_by_one() -> None:
    assert Window(5).after_bad() == Window(4, 0.2)


def test_good_result_forgets_what_failed() -> None:
    assert Window(4, 0.9).after_good(busy=1, limit=20) == Window(4)


@given(
    results=st.lists(st.booleans(), max_size=200),
    limit=st.integers(1, LARGEST_WINDOW),
    busy=st.integers(1, 30),
)
def test_law_of_the_window(results: list[bool], limit: int, busy: int) -> None:
    window = Window(min(FIRST_WINDOW, limit))
    in_a_row, largest = 0, window.size
    for good in results:
        before = window
        if good:
            window, in_a_row = window.after_good(busy, limit), 0
            largest = window.size
            assert before.size <= window.size <= before.size + 1
            assert window.failed == 0
        else:
            after, in_a_row = window.after_bad(), in_a_row + 1
            if after is None:  # more than half of those it had at a time failed, one after the other
                assert largest / 2 < in_a_row <= max(largest, SMALLEST_COHORT)
                return
            window = after
            assert window.size == max(1, before.size - 1)
        assert 1 <= window.size <= limit
        assert 0 <= window.failed < 1


@given(size=st.integers(1, LARGEST_WINDOW), lost=st.integers(0, 12))
def test_law_of_recovery(size: int, lost: int) -> None:
    """As many good results as there were bad ones bring a full window back to where it was."""
    window = Window(size)
    for _ in range(lost):
        after = window.after_bad()
        if after is None:
            return
        window = after
    for _ in range(lost):
        window = window.after_good(busy=size, limit=size)
    assert window == Window(size)


@given(st.integers(1, 200))
def test_one_destination_never_holds_all_connections(connections: int) -> None:
    largest = largest_window(connections)
    assert 1 <= largest <= LARGEST_WINDOW
    assert largest < connections or connections == 1


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 300), (1, 300), (2, 600), (4, 2_400), (5, 4_000), (99, 4_000)]
)
def test_destination_rests_longer_each_time(failures: int, seconds: int) -> None:
    assert rest_of(failures) == seconds * SECOND
