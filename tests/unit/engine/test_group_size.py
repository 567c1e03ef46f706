"""Groups grow while they are quick, and shrink where the machine has become slow."""

from __future__ import annotations

from penfriend.engine.group_size import ALLOWED_SECONDS, LARGEST_GROUP, SMALLEST_GROUP, GroupSize

QUICK, SLOW = ALLOWED_SECONDS / 2, ALLOWED_SECONDS * 2.5


def test_a_quick_full_group_is_followed_by_one_twice_as_large_up_to_the_largest() -> None:
    size = GroupSize(30)
    found = [size.next()]
    for _ in range(4):
        size.took(size.next(), QUICK)
        found.append(size.next())
    assert found == [30, 60, 120, LARGEST_GROUP, LARGEST_GROUP]


def test_a_group_that_was_not_full_says_nothing_of_a_larger_one() -> None:
    size = GroupSize(30)
    size.took(29, QUICK)
    assert size.next() == 30


def test_a_slow_group_is_followed_by_a_smaller_one_but_one_for_each_connection() -> None:
    size = GroupSize(30)
    size.took(30, QUICK)
    size.took(60, ALLOWED_SECONDS * 1.5)
    assert size.next() == 60
    size.took(60, SLOW)
    assert size.next() == 30
    size.took(30, SLOW)
    assert size.next() == 30


def test_one_connection_has_the_smallest_group_and_very_many_have_one_each() -> None:
    assert GroupSize(1).next() == SMALLEST_GROUP
    assert GroupSize(LARGEST_GROUP + 50).next() == LARGEST_GROUP + 50
