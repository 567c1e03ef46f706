"""The edit matrix: each kind of edit, times a person standing before, on and behind the edited step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.both_databases import KINDS
from tests.support.edited_shop import HEAD, OFFERS, EditedShop, Past, edited_shop, past
from tests.support.three_people import (
    BRITISH,
    PEOPLE,
    POLICY,
    STEPS,
    UNCHANGED,
    series,
    three_people,
    told,
)


@pytest.fixture(scope="module", params=KINDS)
def until_monday(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Past:
    return past(request, tmp_path_factory.mktemp("past"), three_people)


@pytest.fixture
def shop(until_monday: Past, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EditedShop]:
    with until_monday.go_on(request, tmp_path) as made:
        yield made


@dataclass(frozen=True)
class Edit:
    """What the file says afterwards, and what becomes of whom; who is not named goes on as before."""

    text: str
    before: str = UNCHANGED["before"]
    on: str = UNCHANGED["on"]
    behind: str = UNCHANGED["behind"]
    campaign: str = "series"


def without(part: str) -> str:
    assert part in STEPS
    return STEPS.replace(part, "")


def with_(old: str, new: str) -> str:
    assert old in STEPS
    return STEPS.replace(old, new)


REMOVED = "Mo 08:30 exit campaign_removed"
EDITS = {
    "nothing": Edit(series()),
    "a step is added: it is for those who have not passed its place": Edit(
        series(with_("{send: two}", "{send: two}\n      - {send: extra}")),
        before="Tu 09:00 sent two, Tu 09:00 sent extra, Th 09:00 sent three, Th 09:00 exit completed",
        on="Mo 09:00 sent two, Mo 09:00 sent extra, We 09:00 sent three, We 09:00 exit completed",
    ),
    "a letter is removed: who stands on it goes on at the next step, from now": Edit(
        series(without("\n      - {send: two}")),
        before="Th 09:00 sent three, Th 09:00 exit completed",
        on="Mo 08:30 skipped two campaign_removed, We 09:00 sent three, We 09:00 exit completed",
    ),
    "a wait is removed: who waits goes on at once": Edit(
        series(without("\n      - {wait: 44 hours, id: first}")),
        before="Mo 09:00 sent two, We 09:00 sent three, We 09:00 exit completed",
    ),
    "a wait and all behind it are removed: who waits is through": Edit(
        series(STEPS[: STEPS.index("\n      - {wait: 44 hours, id: second}")]),
        before="Tu 09:00 sent two, Tu 09:00 exit completed",
        on="Mo 09:00 sent two, Mo 09:00 exit completed",
        behind="Mo 08:30 exit completed",
    ),
    "steps are reordered: nobody has a letter twice": Edit(
        series(STEPS.replace("one", "x").replace("two", "one").replace("send: x", "send: two")),
        before="Th 09:00 sent three, Th 09:00 exit completed",
        on="Mo 09:00 sent two, Fr 09:00 sent three, Fr 09:00 exit completed",
    ),
    "a wait is shortened: what becomes due at once goes out, and is not too late": Edit(
        series(with_("44 hours, id: second", "10 hours, id: second"), "    policy: {max_lateness: 1 hour}\n"),
        before="Tu 09:00 sent two, Tu 19:00 sent three, Tu 19:00 exit completed",
        on="Mo 09:00 sent two, Mo 19:00 sent three, Mo 19:00 exit completed",
        behind="Mo 09:00 sent three, Mo 09:00 exit completed",
    ),
    "a wait is lengthened: it counts from its old beginning": Edit(
        series(with_("44 hours, id: second", "92 hours, id: second")),
        before="Tu 09:00 sent two, Sa 09:00 sent three, Sa 09:00 exit completed",
        on="Mo 09:00 sent two, Fr 09:00 sent three, Fr 09:00 exit completed",
        behind="Th 09:00 sent three, Th 09:00 exit completed",
    ),
    "a wait becomes another kind of wait: it counts from its old beginning": Edit(
        series(
            with_("wait: 44 hours, id: second", "wait: {for: order_placed, at_most: 40 hours}, id: second")
        ),
        before="Tu 09:00 sent two, Th 09:00 sent three, Th 09:00 exit completed",
        on="Mo 09:00 sent two, We 09:00 sent three, We 09:00 exit completed",
        behind="Tu 09:00 sent three, Tu 09:00 exit completed",
    ),
    "a wait becomes a letter: who waits gets it now": Edit(
        series(with_("{wait: 44 hours, id: first}", "{send: extra, id: first}")),
        before="Mo 09:00 sent first, Mo 09:00 sent two, We 09:00 sent three, We 09:00 exit completed",
    ),
    "a letter becomes a wait: who stands on it waits from now": Edit(
        series(with_("{send: two}", "{wait: 1 hour, id: two}")),
        before="Th 09:00 sent three, Th 09:00 exit completed",
        on="Mo 08:30 skipped two campaign_removed, We 09:00 sent three, We 09:00 exit completed",
    ),
    "an exit rule comes: it holds at once, also for what was before": Edit(
        series(more="    exit_on: [{if: {contact.country: GB}}]\n"),
        before="Mo 08:30 exit exit_condition",
        on="Mo 08:30 skipped two exit_condition, Mo 08:30 exit exit_condition",
        behind="Mo 08:30 exit exit_condition",
    ),
    "the campaign's window changes: it holds from the next decision on": Edit(
        series(more="    policy: {send_between: 10:00-20:00}\n"),
        before="Tu 10:00 sent two, Th 10:00 sent three, Th 10:00 exit completed",
        on="Mo 10:00 sent two, We 10:00 sent three, We 10:00 exit completed",
        behind="Tu 10:00 sent three, Tu 10:00 exit completed",
    ),
    "the brand's window changes: it holds from the next decision on": Edit(
        series().replace("09:00-20:00", "10:00-20:00"),
        before="Tu 10:00 sent two, Th 10:00 sent three, Th 10:00 exit completed",
        on="Mo 10:00 sent two, We 10:00 sent three, We 10:00 exit completed",
        behind="Tu 10:00 sent three, Tu 10:00 exit completed",
    ),
    "a letter is only for some from now on": Edit(
        series(with_("{send: two}", "{send: two, only_if: {contact.country: TR}}")),
        before="Tu 08:00 skipped two condition_false, Th 09:00 sent three, Th 09:00 exit completed",
        on="Mo 09:00 skipped two condition_false, We 09:00 sent three, We 09:00 exit completed",
    ),
    "the trigger changes: who is inside stays": Edit(series(trigger="joined")),
    "the campaign is removed: it ends for all": Edit(
        f"{HEAD}{OFFERS}{POLICY}campaigns: {{}}\n",
        before=REMOVED,
        on=f"Mo 08:30 skipped two campaign_removed, {REMOVED}",
        behind=REMOVED,
    ),
    "the campaign has another name": Edit(
        series(name="letters", more="    was: series\n"), campaign="letters"
    ),
    "a letter has another name": Edit(
        series(with_("{send: two}", "{send: extra, was: two}")),
        before="Tu 09:00 sent extra, Th 09:00 sent three, Th 09:00 exit completed",
        on="Mo 09:00 sent extra, We 09:00 sent three, We 09:00 exit completed",
    ),
    "a wait has another name": Edit(
        series(with_("hours, id: second", "hours, id: later, was: second")),
    ),
    "the topic has another name": Edit(
        series()
        .replace("topic: offers", "topic: news")
        .replace("offers:", "news:")
        .replace("title: Offers", "title: News, was: offers"),
    ),
}


ALONE = (
    "a wait becomes another kind of wait: it counts from its old beginning",
    "a letter has another name",
    "the topic has another name",
)
"""Each sends statements to the store that no other edit sends."""


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(edit, id=name, marks=[pytest.mark.both] if name in ALONE else [])
        for name, edit in EDITS.items()
    ],
)
def test_edit(shop: EditedShop, edit: Edit) -> None:
    shop.edit(edit.text)
    shop.live_until("Mo+1 12:00")
    found = {name: told(shop, name, edit.campaign) for name in PEOPLE}
    assert found == {"before": edit.before, "on": edit.on, "behind": edit.behind}


def test_a_new_text_is_in_the_next_letter(shop: EditedShop) -> None:
    shop.letter("two", "Another two")
    shop.edit(series())
    shop.live_until("Mo 10:00")
    assert shop.mails[-1] == ("on@post.example", "Another two")


def test_a_waiting_letter_is_made_of_the_template_that_its_step_sends_now(shop: EditedShop) -> None:
    shop.edit(series(with_("{send: two}", "{send: extra, id: two}")))
    shop.live_until("Mo 10:00")
    assert told(shop, "on") == "Mo 09:00 sent two"
    assert shop.mails[-1] == ("on@post.example", "The extra")


def test_a_new_goal_counts_what_came_since_entry(shop: EditedShop) -> None:
    shop.happen("behind", "joined")
    shop.live_until("Mo 08:31")
    shop.edit(series(more="    goal: {event: joined}\n"))
    shop.live_until("Mo+1 12:00")
    assert told(shop, "behind") == "Mo 08:30 exit goal"
    assert told(shop, "before") == UNCHANGED["before"]


@pytest.mark.both
def test_who_stands_in_an_arm_stays_in_it_and_goes_behind_it_when_it_is_taken_out(
    tmp_path: Path, database_url: str
) -> None:
    branch = """
      - branch:
          - if: {contact.country: GB}
            steps: [{send: one}, {wait: 2 days, id: inside}, {send: two}]
          - {if: {contact.country: TR}, steps: [{send: extra}]}
        id: where
      - {send: three}"""
    with edited_shop(tmp_path, database_url, "Mo 10:00") as shop:
        shop.edit(series(branch))
        shop.person("ann", country="GB")
        shop.happen("ann", "signed_up")
        shop.live_until("Mo 12:00")
        shop.edit(series(branch.replace("contact.country: GB", "contact.country: PL")))
        shop.live_until("Mo 13:00")
        assert shop.story("ann", "series", "Mo 09:00") == ["Mo 10:00 sent one"]
        start, end = branch.index("          - if:"), branch.index("          - {if: {contact.country: TR}")
        shop.edit(series(branch[:start] + branch[end:]))
        assert shop.story("ann", "series", "Mo 11:00") == ["Mo 13:00 sent three", "Mo 13:00 exit completed"]


@pytest.mark.both
def test_who_is_moved_to_a_wait_for_a_happening_waits_for_it_anew(tmp_path: Path, database_url: str) -> None:
    steps = """
      - {send: one}
      - {wait: {for: joined, at_most: 1 hour}, id: first}
      - {wait: 1 day, id: between}
      - {wait: {for: joined, at_most: 1 day}, id: second}
      - {send: two, only_if: {waited: yes}}
      - {send: three, only_if: {waited: no}}"""
    with edited_shop(tmp_path, database_url, "Mo 10:00") as shop:
        shop.edit(series(steps))
        shop.person("ann")
        shop.happen("ann", "signed_up")
        shop.live_until("Mo 10:30")
        shop.happen("ann", "joined")
        shop.live_until("Mo 12:00")
        shop.edit(series(steps.replace("\n      - {wait: 1 day, id: between}", "")))
        shop.live_until("We 12:00")
        assert shop.story("ann", "series", "Mo 12:00")[-2:] == [
            "Tu 12:00 sent three",
            "Tu 12:00 exit completed",
        ]


LEAVING = "    exit_on: [left_segment]\n"


@pytest.mark.parametrize(
    ("more", "left"),
    [("", []), (LEAVING, ["Mo 12:00 exit left_segment"])],
    ids=["no rule says so", "left_segment"],
)
def test_a_new_definition_takes_people_out_only_by_left_segment(
    tmp_path: Path, database_url: str, more: str, left: list[str]
) -> None:
    text = series(more=more).replace("event: signed_up", "segment: british") + BRITISH
    with edited_shop(tmp_path, database_url, "Mo 09:30") as shop:
        shop.edit(text)
        shop.person("ann", country="GB")
        shop.live_until("Mo 12:00")
        shop.edit(text.replace("contact.country: GB", "contact.country: TR"))
        shop.live_until("Tu 12:00")
        assert shop.story("ann", "series", "Mo 10:00") == left


@pytest.mark.parametrize(
    ("backfill", "entered"), [("", []), ("    backfill: all\n", ["Mo 12:00 sent one"])], ids=["none", "all"]
)
def test_another_segment_of_the_trigger_treats_its_people_as_an_activation(
    tmp_path: Path, database_url: str, backfill: str, entered: list[str]
) -> None:
    segments = (
        "segments: {british: {where: {contact.country: GB}}, turkish: {where: {contact.country: TR}}}\n"
    )
    text = series(more=backfill).replace("event: signed_up", "segment: british") + segments
    with edited_shop(tmp_path, database_url, "Mo 09:30") as shop:
        shop.edit(text)
        shop.person("ann", country="GB")
        shop.person("can", country="TR")
        shop.live_until("Mo 12:00")
        shop.edit(text.replace("trigger: {segment: british}", "trigger: {segment: turkish}"))
        shop.live_until("Mo 13:00")
        assert shop.story("can", "series", "Mo 10:00") == entered
        assert shop.story("ann", "series", "Mo 09:00") == ["Mo 09:30 sent one"]
