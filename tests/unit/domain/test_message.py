"""The states of a message and the moves between them."""

import pytest

from penfriend.domain.message import ALLOWED_MOVES, FINAL, OVER, Status, may_move


def test_every_status_has_its_moves() -> None:
    assert set(ALLOWED_MOVES) == set(Status)


@pytest.mark.parametrize("status", sorted(FINAL))
def test_nothing_follows_an_end_state(status: Status) -> None:
    assert ALLOWED_MOVES[status] == frozenset()


@pytest.mark.parametrize("status", sorted(set(Status) - FINAL))
def test_every_other_state_reaches_an_end_state(status: Status) -> None:
    reached, former = {status}, set[Status]()
    while reached != former:
        former = reached
        reached = reached.union(*(ALLOWED_MOVES[one] for one in reached))
    assert reached & FINAL


def test_nothing_is_sent_that_was_not_begun() -> None:
    assert [status for status in Status if may_move(status, Status.SENT)] == [Status.SENDING, Status.UNKNOWN]


def test_nothing_is_begun_that_was_not_claimed() -> None:
    assert [status for status in Status if may_move(status, Status.SENDING)] == [Status.CLAIMED]


def test_what_is_on_its_way_is_never_skipped() -> None:
    assert not may_move(Status.SENDING, Status.SKIPPED)


def test_step_is_over_also_where_its_mail_is_in_doubt() -> None:
    assert {*FINAL, Status.UNKNOWN} == OVER
