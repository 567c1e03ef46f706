"""`plan` and `apply`: what a change would do, counted on the real store, and the guards that stop it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from penfriend.bootstrap import Files, House, planning
from penfriend.bootstrap.planning import Planning
from penfriend.bootstrap.taking_up import apply, apply_at_start, apply_changed
from penfriend.bootstrap.watching import FileWatch
from penfriend.domain.changes import What
from penfriend.domain.errors import GuardObjects
from penfriend.domain.plan import MovedPeople, Plan, Resized
from penfriend.storage import tables as t
from penfriend.storage.segment_queries import count_members
from tests.support.both_databases import KINDS
from tests.support.edited_shop import HEAD, LETTER, OFFERS, EditedShop, Past, edited_shop, past

STEPS = "[{send: one}, {wait: 2 days, id: first}, {send: two}]"
TEXT = f"""{HEAD}{OFFERS}
policy: {{confirm_above: 3}}
segments: {{british: {{where: {{contact.country: GB}}}}}}
campaigns:
  series:
    topic: offers
    trigger: {{segment: british}}
    steps: {STEPS}
"""
FLOOD = TEXT.replace("contact.country: GB", "contact.country: {in: [GB, TR]}").replace(
    "    steps:", "    backfill: all\n    steps:"
)


@contextmanager
def a_briton(folder: Path, url: str) -> Iterator[EditedShop]:
    """One Briton stands in the wait, five Turks are in no segment."""
    with edited_shop(folder, url, "Mo 09:30") as made:
        made.edit(TEXT)
        made.live_until("Mo 10:00")
        made.person("ann", country="GB")
        for number in range(5):
            made.person(f"can{number}", country="TR")
        made.live_until("Mo 12:00")
        yield made


@pytest.fixture(scope="module", params=KINDS)
def until_noon(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Past:
    return past(request, tmp_path_factory.mktemp("past"), a_briton)


@pytest.fixture
def shop(until_noon: Past, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EditedShop]:
    with until_noon.go_on(request, tmp_path) as made:
        yield made


def plan(shop: EditedShop, text: str) -> Plan:
    shop.write(text)
    files = shop.house.read_files()
    return Planning(shop.house, files, shop.house.check(files)).plan()


def test_no_change_is_no_change(shop: EditedShop) -> None:
    found = plan(shop, TEXT)
    assert (found.revision, found.changes, found.moved, found.objections) == (1, (), (), ())


@pytest.mark.both
def test_a_plan_counts_who_moves_who_enters_and_what_goes_out_and_changes_nothing(shop: EditedShop) -> None:
    before = [shop.rows(table) for table in ("enrollments", "messages", "members", "revisions", "decisions")]
    found = plan(shop, FLOOD.replace("{wait: 2 days, id: first}, ", ""))
    assert found.moved == (MovedPeople("series", "first", "two", 1),)
    assert (found.planned.at_once, found.planned.later) == ({"series": 5}, {})
    assert (found.live.mails, found.planned.mails) == ({}, {"series": 11})
    assert found.sizes == (Resized("british", 1, 6),)
    told = [(change.kind, change.name, change.what) for change in found.changes]
    assert told == [
        ("campaign", "series", What.CHANGED),
        ("step", "first", What.REMOVED),
        ("segment", "british", What.CHANGED),
    ]
    assert [str(objection) for objection in found.objections] == [
        "confirm_above: it would release 11 more mails within 24 hours, and confirm_above is 3"
    ]
    after = [shop.rows(table) for table in ("enrollments", "messages", "members", "revisions", "decisions")]
    assert before == after


def test_what_would_go_out_anyway_is_not_released_by_the_change(shop: EditedShop) -> None:
    for number in range(5):
        shop.person(f"can{number}", country="GB")
    shop.live_until("We 09:00")
    found = plan(shop, TEXT.replace("title: Offers", "title: Offers and news").replace("2 days", "47 hours"))
    assert (found.live.mails, found.planned.mails) == ({"series": 6}, {"series": 6})
    assert found.objections == ()


def test_apply_waits_for_a_yes_above_confirm_above(shop: EditedShop) -> None:
    shop.write(FLOOD)
    files = shop.house.read_files()
    with pytest.raises(GuardObjects, match="it would release 5 more mails"):
        apply(shop.house, files)
    assert shop.house.revision_number() == 1
    done = apply(shop.house, files, yes=True)
    assert (done.applied.revision, done.applied.changed) == (2, True)
    shop.live_until("Mo 13:00")
    assert len(shop.mails) == 6


def test_a_campaign_has_a_limit_of_its_own(shop: EditedShop) -> None:
    own = FLOOD.replace("    topic:", "    policy: {confirm_above: 5}\n    topic:")
    assert plan(shop, own).objections == ()
    (objection,) = plan(shop, own.replace("confirm_above: 5", "confirm_above: 4")).objections
    assert objection.text == "series would send 5 more mails within 24 hours, and confirm_above is 4"


def test_a_daemon_and_tick_are_guarded_and_say_why(
    shop: EditedShop, caplog: pytest.LogCaptureFixture
) -> None:
    watch = FileWatch(shop.house, active=True)
    watch.at_start()
    shop.write(FLOOD)
    watch.look()
    assert shop.house.revision_number() == 1
    note = shop.house.note("not_applied")
    assert note is not None
    assert "confirm_above: it would release 5 more mails" in note
    assert "penfriend apply --yes" in note
    assert note in caplog.text
    assert apply_at_start(shop.house, shop.house.read_files()).note == note
    shop.write(TEXT)
    watch.look()
    assert shop.house.note("not_applied") is None


def test_the_first_apply_ever_is_guarded_as_well(tmp_path: Path, database_url: str) -> None:
    with edited_shop(tmp_path, database_url, "Mo 09:30") as shop:
        shop.write(HEAD + OFFERS)
        for number in range(4):
            shop.person(f"c{number}", country="GB")
        shop.write(FLOOD)
        assert apply_at_start(shop.house, shop.house.read_files()).changed is False
        assert shop.house.revision_number() == 0
        shop.write(TEXT)  # who is in the segment is noted, not mailed
        assert apply_at_start(shop.house, shop.house.read_files()).changed is True


@pytest.mark.both
@pytest.mark.parametrize(("yesterday", "objects"), [(2, True), (3, False), (12, False), (13, True)], ids=str)
def test_an_audience_that_is_another_than_yesterdays_waits_for_a_yes(
    shop: EditedShop, monkeypatch: pytest.MonkeyPatch, yesterday: int, objects: bool
) -> None:
    """The change makes six of one; small numbers alarm nobody."""
    text = FLOOD.replace("    backfill: all\n", "")
    assert plan(shop, text).objections == ()
    monkeypatch.setattr("penfriend.domain.plan.FEW", 5)
    with shop.house.db.write() as connection:
        day = {"segment": "british", "members": yesterday, "day": "2026-03-08"}
        connection.execute(insert(t.segment_sizes), [day, day | {"day": "2026-03-09", "members": 6}])
    found = [objection.guard for objection in plan(shop, text).objections]
    assert found == (["audience"] if objects else [])


@pytest.mark.both
def test_housekeeping_keeps_the_sizes_of_each_day_once(shop: EditedShop) -> None:
    shop.worker.housekeeping()
    shop.person("bob", country="GB")
    shop.live_until("Mo 13:00")
    shop.worker.housekeeping()
    shop.live_until("Tu 13:00")
    shop.worker.housekeeping()
    found = [(row["segment"], row["day"], row["members"]) for row in shop.rows("segment_sizes")]
    assert found == [("british", "2026-03-09", 1), ("british", "2026-03-10", 2)]


@pytest.mark.parametrize(("codes", "objects"), [(4, ["coupons"]), (5, [])], ids=str)
def test_too_few_coupon_codes_for_those_who_come_wait_for_a_yes(
    shop: EditedShop, codes: int, objects: list[str]
) -> None:
    (shop.folder / "codes.csv").write_text("".join(f"CODE{number}\n" for number in range(codes)))
    text = FLOOD.replace("{send: one}", "{send: one, coupon: gift}").replace(
        "confirm_above: 3", "confirm_above: 9"
    )
    found = plan(shop, text + "coupons: {gift: {from: codes.csv}}\n").objections
    assert [objection.guard for objection in found] == objects


def test_a_marketing_letter_without_a_way_out_waits_for_a_yes(shop: EditedShop) -> None:
    dead_end = LETTER.replace('<a href="{{ links.unsubscribe }}">Leave</a>', "") % "Two"
    (shop.folder / "templates" / "two.mjml").write_text(dead_end)
    (objection,) = plan(shop, TEXT).objections
    assert str(objection).startswith("unsubscribe: the letter two of series has no links.unsubscribe")
    apply(shop.house, shop.house.read_files(), yes=True)
    assert plan(shop, TEXT.replace("2 days", "3 days")).objections == ()  # somebody has said yes


@pytest.mark.both
@pytest.mark.parametrize("again", [apply_at_start, apply_changed, apply])
def test_what_a_crash_left_of_an_apply_is_activated_at_the_next_start_look_and_apply(
    shop: EditedShop, monkeypatch: pytest.MonkeyPatch, again: Callable[[House, Files], object]
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    shop.write(FLOOD.replace("confirm_above: 3", "confirm_above: 9").replace("  series:", "  other:"))
    with monkeypatch.context() as dying:
        dying.setattr("penfriend.storage.looks_store.LookStore.activate", die)
        with pytest.raises(Killed):
            shop.house.apply(shop.house.read_files())
    again(shop.house, shop.house.read_files())
    assert shop.house.revision_number() == 2
    shop.live_until("Mo 13:00")
    assert {row["campaign"]: row["removed_at"] is None for row in shop.rows("campaign_states")} == {
        "series": False,
        "other": True,
    }
    assert len([row for row in shop.rows("enrollments") if row["campaign"] == "other"]) == 6


def test_no_read_waits_while_segments_are_counted(shop: EditedShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a hundred million people that takes longer than PostgreSQL lets a reader say nothing."""
    in_use: list[int] = []

    def watched(*values: Any) -> int:
        in_use.append(shop.house.db.connections()[0])
        return count_members(*values)

    monkeypatch.setattr(planning, "count_members", watched)
    plan(shop, FLOOD)
    assert in_use
    assert set(in_use) == {1}
