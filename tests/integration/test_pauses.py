"""`active: no`: everybody keeps their place, ends go on, and waits run on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.bootstrap.why import tell_why
from tests.support.both_databases import KINDS
from tests.support.edited_shop import HEAD, OFFERS, EditedShop, Past, edited_shop, past
from tests.support.three_people import BRITISH, EDIT, PEOPLE, STEPS, series, three_people, told


@pytest.fixture(scope="module", params=KINDS)
def until_monday(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Past:
    return past(request, tmp_path_factory.mktemp("past"), three_people)


@pytest.fixture
def shop(until_monday: Past, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EditedShop]:
    with until_monday.go_on(request, tmp_path) as made:
        yield made


def paused(text: str) -> str:
    return text.replace("    topic: offers\n", "    topic: offers\n    active: no\n")


@pytest.mark.both
def test_a_pause_keeps_everybody_in_place_and_waits_run_on(shop: EditedShop) -> None:
    shop.edit(paused(series()))
    shop.live_until("Tu 10:00")
    assert [told(shop, name) for name in PEOPLE] == ["", "Mo 09:00 postponed two campaign_paused", ""]
    shop.edit(series())
    shop.live_until("Mo+1 12:00")
    assert told(shop, "before") == ("Tu 10:00 sent two, Th 09:00 sent three, Th 09:00 exit completed")
    assert told(shop, "on") == (
        "Mo 09:00 postponed two campaign_paused, Tu 10:00 sent two, "
        "Th 09:00 sent three, Th 09:00 exit completed"
    )
    assert told(shop, "behind") == "Tu 10:00 sent three, Tu 10:00 exit completed"


def test_a_long_pause_makes_only_that_too_late_which_was_due(shop: EditedShop) -> None:
    """`two` could have gone out on Monday at 09:00 first; what came up meanwhile comes up at the end."""
    shop.edit(paused(series()))
    shop.live_until("Fr 10:00")
    shop.edit(series())
    shop.live_until("Mo+1 12:00")
    assert told(shop, "before") == "Fr 10:00 sent two, Su 09:00 sent three, Su 09:00 exit completed"
    assert told(shop, "on") == (
        "Mo 09:00 postponed two campaign_paused, We 09:00 skipped two too_late, "
        "Fr 10:00 sent three, Fr 10:00 exit completed"
    )
    assert told(shop, "behind") == "Fr 10:00 sent three, Fr 10:00 exit completed"
    notes = [row["note"] for row in shop.rows("messages") if row["reason"] == "too_late"]
    assert notes == ["held up by campaign_paused"]


@pytest.mark.both
def test_in_a_pause_nobody_enters_and_what_came_is_passed_over(shop: EditedShop) -> None:
    shop.edit(paused(series()))
    shop.person("late")
    shop.happen("late", "signed_up")
    shop.live_until("Tu 10:00")
    shop.edit(series())
    shop.live_until("We 10:00")
    assert shop.story("late", "series", EDIT) == []
    assert [row["reason"] for row in shop.rows("refusals")] == ["campaign_paused"]


def test_ends_go_on_in_a_pause(shop: EditedShop) -> None:
    shop.edit(paused(series(more="    exit_on: [joined]\n")))
    shop.live_until("Mo 10:00")
    shop.happen("before", "joined")
    shop.happen("behind", "unsubscribed", topic="offers")
    shop.live_until("Mo 10:01")
    shop.happen("on", "unsubscribed", topic="offers")
    shop.live_until("Mo 11:00")
    assert told(shop, "before") == "Mo 10:00 exit exit_event"
    assert told(shop, "behind") == "Mo 10:00 exit unsubscribed"
    assert told(shop, "on").endswith("Mo 10:01 skipped two unsubscribed, Mo 10:01 exit unsubscribed")


def test_a_campaign_that_begins_paused_is_activated_when_it_first_runs(
    tmp_path: Path, database_url: str
) -> None:
    trigger = "trigger: {segment: british}\n    backfill: all"
    text = series().replace("trigger: {event: signed_up}", trigger) + BRITISH
    with edited_shop(tmp_path, database_url, "Mo 09:30") as shop:
        shop.write(f"{HEAD}{OFFERS}campaigns: {{}}\n")
        shop.house.apply(shop.house.read_files())
        shop.person("ann", country="GB")
        shop.edit(paused(text))
        shop.live_until("Mo 10:00")
        assert shop.rows("enrollments") == []
        shop.edit(text)
        assert shop.story("ann", "series", EDIT) == ["Mo 10:00 sent one"]


@pytest.mark.both
def test_whoever_asks_why_is_told_of_the_pause(shop: EditedShop) -> None:
    shop.edit(paused(series()))
    (story,) = tell_why(shop.house, "before").stories
    assert [one.text for one in story.now] == ["stands at first; the campaign is paused, then the mail two"]


def test_whoever_asks_why_is_told_of_the_step_that_is_gone(shop: EditedShop) -> None:
    shop.edit(series(STEPS.replace("\n      - {wait: 44 hours, id: first}", "")))
    (story,) = tell_why(shop.house, "before").stories
    assert "first: is no longer there: goes on at two" in [one.text for one in story.happened]
