"""What differs between two revisions, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from penfriend.domain.campaign import Arm as ArmOf
from penfriend.domain.campaign import Branch, Campaign, EventTrigger, Policy, Send, WaitFor
from penfriend.domain.changes import changed_letters, changes
from penfriend.domain.definitions import Definitions, Topic, Webhook
from penfriend.domain.renames import as_renamed, renames
from penfriend.domain.segment import InSegment, Segment
from penfriend.domain.sources import Source
from penfriend.domain.timing import Duration, Unit
from penfriend.domain.transport_plan import TransportPlan
from penfriend.domain.triggers import SegmentTrigger


def days(number: int) -> Duration:
    return Duration(number, Unit.DAYS)


ONE, TWO = Send(id="one", template="one"), Send(id="two", template="two")
WAIT = WaitFor(id="wait after one", duration=days(2))
SERIES = Campaign(name="series", topic="offers", trigger=EventTrigger("signed_up"), steps=(ONE, WAIT, TWO))


def defined(*campaigns: Campaign, **more: object) -> Definitions:
    return Definitions(campaigns={one.name: one for one in campaigns}, **more)  # type: ignore[arg-type]  # each test gives what it is about


def told(before: Definitions, after: Definitions) -> list[str]:
    return [
        " ".join(part for part in (change.kind, change.name, change.what.value, *change.words) if part)
        for change in changes(before, after)
    ]


def steps(*them: object) -> Definitions:
    return defined(replace(SERIES, steps=them))  # type: ignore[arg-type]  # steps


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (defined(SERIES), []),
        (defined(), ["campaign series removed"]),
        (defined(SERIES, replace(SERIES, name="new")), ["campaign new added"]),
        (
            defined(replace(SERIES, name="letters", was="series", priority=70)),
            ["campaign letters renamed was series priority: 50 -> 70"],
        ),
        (defined(replace(SERIES, active=False)), ["campaign series paused"]),
        (
            defined(replace(SERIES, trigger=SegmentTrigger("vip"))),
            ["campaign series changed trigger: event signed_up -> segment vip"],
        ),
        (
            defined(replace(SERIES, policy=Policy(max_lateness=days(1)))),
            ["campaign series changed policy: max_lateness: none -> 1 day"],
        ),
        (steps(ONE, WAIT), ["step two removed"]),
        (
            steps(ONE, replace(WAIT, duration=days(3)), TWO),
            ["step wait after one changed wait: 2 days -> 3 days"],
        ),
        (steps(ONE, WAIT, TWO, Send(id="new", template="one")), ["step new added"]),
        (steps(TWO, WAIT, ONE), ["step two moved", "step wait after one moved"]),
        (steps(ONE, WAIT, WaitFor(id="two", duration=days(1))), ["step two changed send -> wait"]),
        (
            steps(ONE, WAIT, replace(TWO, id="second", was="two")),
            ["step second renamed was two"],
        ),
        (
            steps(ONE, Branch(id="b", arms=(ArmOf(None, (WAIT, TWO)),))),
            ["step b added", "step wait after one moved", "step two moved"],
        ),
        (defined(SERIES, policy=Policy(confirm_above=5)), ["policy changed confirm_above: none -> 5"]),
        (defined(SERIES, topics={"offers": Topic("offers", "Offers")}), ["topic offers added"]),
    ],
)
def test_what_differs_is_said(after: Definitions, expected: list[str]) -> None:
    assert told(defined(SERIES), after) == expected


def test_letters_that_differ_are_named() -> None:
    found = changed_letters({"a.mjml": "1", "b.mjml": "1"}, {"b.mjml": "2", "c.mjml": "1"})
    assert [(change.name, change.what.value) for change in found] == [
        ("b.mjml", "changed"),
        ("c.mjml", "added"),
        ("a.mjml", "removed"),
    ]


# -- renames


def names(*after: object) -> dict[str, str]:
    return dict(renames(defined(SERIES), steps(*after)).steps.get("series", {}))


def test_a_step_without_a_name_of_its_own_follows_the_one_that_it_is_called_after() -> None:
    renamed = replace(ONE, id="hello", was="one")
    longer = WaitFor(id="wait after hello", duration=days(3))
    assert names(renamed, longer, TWO) == {"one": "hello", "wait after one": "wait after hello"}


def test_a_step_keeps_its_people_when_only_its_place_has_another_name() -> None:
    new, wait = Send(id="new", template="one"), WaitFor(id="wait after new", duration=days(2))
    assert names(ONE, new, wait, TWO) == {"wait after one": "wait after new"}
    assert names(ONE, new, replace(wait, duration=days(9)), TWO) == {}
    # which of the two it is now is not clear
    assert names(ONE, new, wait, replace(wait, id="wait after new (2)"), TWO) == {}
    # a name of its own is no place
    assert names(ONE, new, replace(wait, id="pause"), TWO) == {}


@pytest.mark.parametrize(
    "after",
    [
        defined(replace(SERIES, was="gone")),
        defined(SERIES, replace(SERIES, name="letters", was="series")),
        defined(replace(SERIES, was="letters")),
    ],
    ids=["the old name never was", "the old name still is", "the new name was there before"],
)
def test_a_was_that_says_nothing_renames_nothing(after: Definitions) -> None:
    assert not renames(defined(SERIES), after)


def test_what_refers_to_a_renamed_thing_has_not_changed() -> None:
    inner = Segment("vip")
    outer = Segment("all", where=InSegment("vip"))
    before = defined(replace(SERIES, trigger=SegmentTrigger("vip")), segments={"vip": inner, "all": outer})
    after = defined(
        replace(SERIES, trigger=SegmentTrigger("best")),
        segments={"best": Segment("best", was="vip"), "all": Segment("all", where=InSegment("best"))},
    )
    assert told(before, after) == ["segment best renamed was vip"]
    assert as_renamed(before, renames(before, after)).campaigns == after.campaigns


def test_what_is_secret_is_not_said() -> None:
    def with_secrets(word: str) -> Definitions:
        return Definitions(
            webhooks={"desk": Webhook("desk", "https://desk.example", secret=word)},
            transports={"bulk": TransportPlan(name="bulk", url=f"smtp://user:{word}@mail.example")},
            sources={"warehouse": Source("warehouse", f"postgresql://user:{word}@db.example/x")},
        )

    assert told(with_secrets("sesame"), with_secrets("hocuspocus")) == [
        "webhook desk changed secret changed",
        "transport bulk changed url changed",
        "source warehouse changed url changed",
    ]
