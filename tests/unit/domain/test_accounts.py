"""Roles, passwords, sessions and the slowing of guesses: the rules, without a store."""

from __future__ import annotations

import pytest

from penfriend.domain.accounts import throttle
from penfriend.domain.accounts.audit import MEANINGS, Deed
from penfriend.domain.accounts.passwords import COMMON, PasswordFault, fault_of, folded, normal
from penfriend.domain.accounts.roles import RIGHTS, Right, Role
from penfriend.domain.accounts.throttle import Bucket, Count, after_guess, after_success, buckets, wait_of
from penfriend.domain.accounts.users import (
    CODE_LASTS,
    FORMER_LASTS,
    IDLE,
    NAME,
    RENEWED_AFTER,
    SESSION_LASTS,
    Session,
    Stage,
    User,
    browser_of,
    former_is_good,
)
from penfriend.domain.timing import DAY, SECOND, Moment
from tests.support.houses import NOON

ACCOUNT = Bucket("user:x", throttle.FREE_FOR_USER)


def test_each_role_may_what_the_one_before_may_and_more() -> None:
    viewer, marketer, operator = (RIGHTS[role] for role in Role)
    assert viewer < marketer < operator == frozenset(Right)
    assert not Role.VIEWER.may(Right.PREVIEW)
    assert not Role.MARKETER.may(Right.USERS)
    assert not Role.MARKETER.may(Right.SETTLE)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("fourteen chars", PasswordFault.SHORT),
        ("fifteen chars ok", None),
        ("öçşğıüöçşğıüöç", PasswordFault.SHORT),
        ("öçşğıüöçşğıüöçş!", None),
        ("y" * 257, PasswordFault.LONG),
        ("0718293648512074", None),
        ("aaaaaaaaaaaaaaaaaaaa", PasswordFault.COMMON),
        ("abcabcabcabcabcabc", PasswordFault.COMMON),
        ("correct horse battery staple", PasswordFault.COMMON),
        ("Password Password", PasswordFault.COMMON),
        ("penfriendpenfriend", PasswordFault.COMMON),
        ("anna.kowalska anna.kowalska", PasswordFault.COMMON),
        ("anna.kowalska gardening", None),
        ("qwertyuiopasdfghj", PasswordFault.COMMON),
        ("lkjhgfdsapoiuytrewq", PasswordFault.COMMON),
        ("1234567890123456", PasswordFault.COMMON),
    ],
)
def test_password_is_judged_by_length_and_by_what_is_expected(
    password: str, fault: PasswordFault | None
) -> None:
    assert fault_of(password, "anna.kowalska") is fault


def test_the_longest_password_is_taken_whole() -> None:
    assert fault_of("walnut ladder " * 18 + "end.") is None


def test_a_password_is_the_same_from_every_keyboard() -> None:
    assert normal("cafe\u0301") == normal("caf\u00e9")


def test_the_list_is_written_as_it_is_compared() -> None:
    assert [word for word in COMMON if folded(word) != word] == []


def guess(count: Count, times: int, at: Moment = NOON) -> Count:
    for _ in range(times):
        count = after_guess(count, ACCOUNT, at)
    return count


def test_some_guesses_are_free_then_each_wait_is_twice_the_one_before() -> None:
    assert wait_of(guess(Count(), throttle.FREE_FOR_USER - 1), NOON) == 0
    waits = [wait_of(guess(Count(), throttle.FREE_FOR_USER + more), NOON) // SECOND for more in range(4)]
    assert waits == [1, 2, 4, 8]


def test_no_wait_is_for_ever() -> None:
    assert wait_of(guess(Count(), 10_000), NOON) == throttle.LONGEST_WAIT


def test_after_a_quiet_while_all_is_forgotten() -> None:
    later = Moment(NOON + throttle.FORGOTTEN_AFTER)
    assert after_guess(guess(Count(), 100), ACCOUNT, later).wrong == 1


def test_a_right_guess_clears_the_account_and_takes_one_back_from_the_network() -> None:
    network = Bucket("network:x", throttle.FREE_FOR_NETWORK)
    assert after_success(guess(Count(), 4), ACCOUNT) is None
    before = Count(7, NOON, NOON)
    after = after_success(after_guess(before, network, NOON), network)
    assert after == before, "whoever has an account of their own cannot guess at others for ever"


def test_who_is_known_by_their_browser_is_not_held_up_by_strangers() -> None:
    strangers = {one.name for one in buckets("password/anna", "192.0.2.1")}
    owner = {one.name for one in buckets("password/anna", "192.0.2.1", "1.abc")}
    assert len(strangers) == 2
    assert not strangers & owner


def test_no_name_and_no_address_is_kept_with_the_guesses() -> None:
    names = " ".join(one.name for one in buckets("password/anna", "192.0.2.1"))
    assert "anna" not in names
    assert "192.0.2.1" not in names


def session(stage: Stage = Stage.IN) -> Session:
    user = User(1, "anna", Role.VIEWER, None, NOON)
    return Session(1, user, stage, NOON, NOON, NOON, "192.0.2.1", "")


def seen_later(by: int) -> Session:
    user = User(1, "anna", Role.VIEWER, None, NOON)
    return Session(1, user, Stage.IN, NOON, NOON, Moment(NOON + by), "192.0.2.1", "")


def test_a_session_ends_when_it_is_not_used_and_in_any_case_after_a_day() -> None:
    assert not session().over(Moment(NOON + IDLE - 1))
    assert session().over(Moment(NOON + IDLE))
    assert not seen_later(SESSION_LASTS - 1).over(Moment(NOON + SESSION_LASTS - 1))
    assert seen_later(SESSION_LASTS).over(Moment(NOON + SESSION_LASTS))
    assert SESSION_LASTS == DAY


def test_half_a_sign_in_ends_soon() -> None:
    assert session(Stage.CODE).over(Moment(NOON + CODE_LASTS))


def test_a_token_is_replaced_after_a_while_and_the_former_is_good_for_a_moment() -> None:
    assert not session().due_for_renewal(Moment(NOON + RENEWED_AFTER - 1))
    assert session().due_for_renewal(Moment(NOON + RENEWED_AFTER))
    assert former_is_good(NOON, Moment(NOON + FORMER_LASTS - 1))
    assert not former_is_good(NOON, Moment(NOON + FORMER_LASTS))


@pytest.mark.parametrize(
    ("agent", "browser"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140.0 Safari/537 Edg/140", "Edge, Windows"),
        ("curl/8", ""),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_a_browser_is_called_as_people_call_it(agent: str, browser: str) -> None:
    assert browser_of(agent) == browser


@pytest.mark.parametrize("name", ["", "Anna", "a b", "-anna", "anna.", "a" * 65, "ann\u00e4", "a/b", "a\n"])
def test_what_no_user_can_be_called(name: str) -> None:
    assert NAME.fullmatch(name) is None


def test_every_deed_has_its_meaning() -> None:
    assert set(MEANINGS) == set(Deed)
