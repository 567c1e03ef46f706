"""What steps are called: running enrollments hold on to it."""

from __future__ import annotations

import pytest

from penfriend.domain.campaign import Branch, Exit, walk_steps
from tests.unit.language.support import campaign, problems_of


def ids(steps: str) -> list[str]:
    return [step.id for step in walk_steps(campaign("", steps=steps).steps)]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("[{wait: 1 day}, {send: a/b}]", ["wait", "a/b"]),
        ("[{send: a/b}, {wait: 1 day}, {wait: 2 days}]", ["a/b", "wait after a/b", "wait after a/b (2)"]),
        ("[{send: a/b, id: first}, {exit: }]", ["first", "exit after first"]),
        ("[{wait: 1 day, id: pause}, {wait: 1 day}]", ["pause", "wait after pause"]),
        ("[{wait: 1 day}, {wait: 1 day}]", ["wait", "wait (2)"]),
        ("[{wait: 1 day}, {exit: done, id: wait}]", ["wait (2)", "wait"]),
        (
            (
                "[{send: a/b}, {branch: [{if: {orders.count: 1}, steps: [{wait: 1 day}, {send: a/c}, {wait: 1"
                " day}]}]}, exit]"
            ),
            ["a/b", "branch after a/b", "wait after a/b", "a/c", "wait after a/c", "exit after a/b"],
        ),
    ],
)
def test_a_step_is_called_after_the_named_one_above_it(steps: str, expected: list[str]) -> None:
    assert ids(steps) == expected


def test_a_letter_may_be_sent_twice_with_an_id() -> None:
    assert ids("[{send: a/b}, {send: a/b, id: again}]") == ["a/b", "again"]


def test_the_same_letter_in_two_arms_needs_an_id_too() -> None:
    steps = "[{branch: [{if: {orders.count: 1}, steps: [{send: a/b}]}, {else: [{send: a/b}]}]}]"
    found = problems_of(
        f"campaigns: {{c: {{topic: offers, trigger: {{event: order_placed}}, steps: {steps}}}}}\n"
    )
    assert len(found) == 1
    assert "is sent twice in this campaign. Give one of the two an id" in found[0]


def test_else_can_stand_beside_the_branch_or_as_its_last_entry() -> None:
    inside = campaign("", steps="[{branch: [{if: {orders.count: 1}, steps: []}, {else: [exit]}]}]")
    beside = campaign("", steps="[{branch: [{if: {orders.count: 1}, steps: []}], else: [exit]}]")
    assert inside.steps == beside.steps
    branch = inside.steps[0]
    assert isinstance(branch, Branch)
    assert branch.arms[1].condition is None


def test_an_exit_may_carry_a_word() -> None:
    with_word, without = (campaign("", steps=f"[{{exit: {word}}}]").steps[0] for word in ("bought", ""))
    assert isinstance(with_word, Exit)
    assert isinstance(without, Exit)
    assert (with_word.word, without.word) == ("bought", "")
