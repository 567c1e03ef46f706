"""Holdout and shares: stable, as large as they say, and told by a test where it wants to."""

from collections import Counter

from penfriend.domain.chance import Drawn, Told, position
from penfriend.domain.steps import Share

DRAWN = Drawn()
PEOPLE = [f"c-{number}" for number in range(20_000)]


def test_place_of_a_name_never_changes() -> None:
    """A change would hold out and split other people than before."""
    places = [round(position("holdout", who, "welcome"), 6) for who in ("c-1", "c-2", "ش-3")]
    assert places == [25.736687, 15.046295, 34.807437]


def test_names_do_not_run_into_one_another() -> None:
    assert position("ab", "c") != position("a", "bc")


def test_holdout_is_as_large_as_it_says_and_others_in_each_campaign() -> None:
    held = {name: {who for who in PEOPLE if DRAWN.is_held_out(who, name, 5)} for name in ("one", "two")}
    assert all(900 < len(people) < 1100 for people in held.values())
    assert len(held["one"] & held["two"]) < 100  # 50 by chance
    assert not any(DRAWN.is_held_out(who, "one", 0) for who in PEOPLE[:1000])


def test_larger_holdout_keeps_those_who_were_in_the_smaller() -> None:
    small = {who for who in PEOPLE if DRAWN.is_held_out(who, "one", 5)}
    assert all(DRAWN.is_held_out(who, "one", 10) for who in small)


def test_shares_are_as_large_as_they_say_and_leave_the_rest_over() -> None:
    arms = (Share("short", 10, ()), Share("long", 30, ()))
    taken = Counter(arm.name if (arm := DRAWN.arm(who, "sale", "split", arms)) else None for who in PEOPLE)
    assert 1850 < taken["short"] < 2150
    assert 5800 < taken["long"] < 6200
    assert taken[None] == len(PEOPLE) - taken["short"] - taken["long"]


def test_thirds_leave_nobody_over() -> None:
    arms = tuple(Share(name, 100 / 3, ()) for name in ("a", "b", "c"))
    assert all(DRAWN.arm(who, "sale", "split", arms) for who in PEOPLE)


def test_split_is_drawn_apart_from_the_holdout() -> None:
    """Else the first arm would lack those who are held out."""
    arms = (Share("short", 10, ()),)
    kept = [who for who in PEOPLE if not DRAWN.is_held_out(who, "sale", 10)]
    short = sum(DRAWN.arm(who, "sale", "split", arms) is not None for who in kept)
    assert 1650 < short < 1950


def test_test_tells_who_is_held_out_and_which_arm_is_taken() -> None:
    arms = (Share("short", 10, ()), Share("long", 10, ()))
    assert not Told().is_held_out("c-1", "sale", 100)
    assert Told(holdout=True).is_held_out("c-1", "sale", 0)
    assert Told().arm("c-1", "sale", "split", arms) == arms[0]
    assert Told(take={"split": "long"}).arm("c-1", "sale", "split", arms) == arms[1]
