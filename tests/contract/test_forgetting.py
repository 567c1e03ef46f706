"""What is deleted when it was kept long enough, and what stays whatever its age, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from penfriend.domain.feedback import Feedback, Kind
from penfriend.domain.timing import DAY, HOUR, Moment
from penfriend.storage import forgetting
from penfriend.storage import tables as t
from penfriend.storage.feedback_log import FeedbackLog
from penfriend.storage.forgetting import count_forgettable, forget
from tests.contract.store_cases import Shop
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds

YEAR = 365 * DAY
OLD, NOW = "2026-03-02T10:00:00Z", "2030-03-02T10:00:00Z"


def go(store: Shop | World, kind: str, limit: int = YEAR, steps: int = 100) -> int:
    """What was kept for longer than `limit` goes; how many rows the pass has deleted so far."""
    now = store.clock.now()
    return forget(store.db, kind, Moment(now - limit), Moment(now), steps).gone


# -- events


def names(shop: Shop) -> list[str]:
    """The events that are left, by their id."""
    return [row["key"] for row in shop.rows("SELECT key FROM events ORDER BY id")]


@pytest.fixture
def old_shop(shop: Shop) -> Shop:
    """Two people looked at products long ago; four years later somebody did something else."""
    for number in range(4):
        shop.happen("product_viewed", OLD, "c-1", id=f"a{number}", product_id="p")
    shop.happen("product_viewed", OLD, "c-2", id="b0", product_id="p")
    shop.clock.set(NOW)
    shop.happen("product_viewed", NOW, "c-3", id="new", product_id="p")
    with shop.db.write() as connection:
        connection.execute(t.touched.delete())
    return shop


def enroll(shop: Shop, **values: Any) -> None:
    """The first person is, or was, in a campaign."""
    row = {
        "campaign": "w",
        "contact_id": shop.contact()["id"],
        "occurrence": "",
        "entered_at": 0,
        "began_at": 0,
    }
    with shop.db.write() as connection:
        connection.execute(insert(t.enrollments).values(**row, **values))


def test_old_events_go_but_the_latest_of_each_name(old_shop: Shop) -> None:
    assert go(old_shop, "events") == 3
    assert names(old_shop) == ["a3", "b0", "new"]


def test_what_is_left_is_counted_anew_and_who_is_concerned_is_looked_at_again(old_shop: Shop) -> None:
    go(old_shop, "events")
    fact = old_shop.row(
        "SELECT count, first_at, last_at FROM event_facts WHERE contact_id = :id", id=old_shop.contact()["id"]
    )
    assert fact["count"] == 1
    assert fact["first_at"] == fact["last_at"]
    touched = old_shop.rows("SELECT contact_id, at FROM touched")
    assert touched == [{"contact_id": old_shop.contact()["id"], "at": old_shop.clock.now()}]


def test_what_is_younger_than_the_limit_stays(old_shop: Shop) -> None:
    assert go(old_shop, "events", 5 * YEAR) == 0
    assert len(names(old_shop)) == 6


def test_age_counts_from_the_arrival(old_shop: Shop) -> None:
    """A history that was imported yesterday is not thrown away tonight."""
    for number in range(3):
        old_shop.happen("product_viewed", OLD, "c-4", id=f"late{number}", product_id="p")
    go(old_shop, "events")
    assert [name for name in names(old_shop) if name.startswith("late")] == ["late0", "late1", "late2"]


def test_what_people_carts_orders_and_points_are_made_of_stays(shop: Shop) -> None:
    for number in range(2):
        shop.happen("contact_updated", OLD, first_name=f"Ann{number}")
        shop.happen("cart_updated", OLD, cart_id="k", total=number)
        shop.happen("order_placed", OLD, order_id=f"o{number}", total=5)
        shop.happen("points_earned", OLD, amount=5)
        shop.happen("reward_unlocked", OLD, reward_id=f"r{number}")
        shop.happen("subscribed", OLD, topic="news", proof="p")
    shop.clock.set(NOW)
    shop.happen("order_placed", NOW, "c-9", order_id="o9", total=1)
    before = names(shop)
    assert go(shop, "events") == 0
    assert names(shop) == before


@pytest.mark.parametrize(
    ("enrollment", "stays"),
    [
        ({"status": "active"}, True),
        ({"status": "ended", "goal_until": 2_500_000_000_000_000}, True),
        ({"status": "ended", "goal_until": 1_500_000_000_000_000}, False),
        ({"status": "ended"}, False),
    ],
    ids=["in it", "watched", "watched no more", "through"],
)
def test_events_of_who_is_in_a_campaign_stay(old_shop: Shop, enrollment: dict[str, Any], stays: bool) -> None:
    enroll(old_shop, **enrollment)
    assert (go(old_shop, "events") == 0) is stays


def test_the_event_that_a_member_is_about_stays(old_shop: Shop) -> None:
    about = old_shop.row("SELECT id FROM events WHERE key = 'a1'")["id"]
    member = {
        "segment": "s",
        "contact_id": old_shop.contact()["id"],
        "occurrence": "p",
        "since": 0,
        "event_id": about,
    }
    with old_shop.db.write() as connection:
        connection.execute(insert(t.members).values(**member))
    assert go(old_shop, "events") == 2
    assert "a1" in names(old_shop)


def test_the_newest_row_stays_so_that_no_id_comes_twice(shop: Shop) -> None:
    for number in range(3):
        shop.happen("product_viewed", OLD, id=f"a{number}", product_id="p")
    with shop.db.write() as connection:
        connection.execute(update(t.event_facts).values(latest_id=0))  # nothing else keeps it
    shop.clock.set(NOW)
    assert go(shop, "events") == 2
    assert names(shop) == ["a2"]


def test_a_pass_goes_on_where_it_was_and_begins_anew_after_a_day(
    old_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "STEP", 2)
    assert go(old_shop, "events", steps=1) == 2
    assert names(old_shop) == ["a2", "a3", "b0", "new"]
    assert go(old_shop, "events", steps=1) == 3
    assert go(old_shop, "events", steps=1) == 3  # the last step finds that it is through
    with old_shop.db.write() as connection:
        connection.execute(update(t.events).where(t.events.c.key == "b0").values(name="other"))
    assert go(old_shop, "events") == 3  # the pass of the day is over
    old_shop.clock.set(old_shop.clock.now() + DAY)
    assert go(old_shop, "events") == 1
    assert names(old_shop) == ["a3", "new"]


def test_so_much_would_go_as_goes(old_shop: Shop) -> None:
    limit = Moment(old_shop.clock.now() - YEAR)
    with old_shop.db.read() as connection:
        counted = count_forgettable(connection, "events", limit, old_shop.clock.now())
    assert counted == go(old_shop, "events") == 3


# -- mails, stories, calls


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    """Ann had her mail years ago, Ben has his today."""
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        world.person("ann")
        world.settle()
        world.later(4 * YEAR)
        world.person("ben", at=world.clock.now())
        world.settle()
        yield world


def test_an_old_mail_goes_with_its_tries_and_what_came_back_of_it(world: World) -> None:
    reports = [
        Feedback(kind=Kind.DELIVERED, at=NOON, key=str(row["id"]), source="mailbox", message=row["id"])
        for row in world.rows("messages")
    ]
    FeedbackLog(world.db).take(reports, world.clock.now())
    assert go(world, "messages") == 1
    assert len(world.rows("feedback")) == 1
    assert [row["status"] for row in world.rows("messages")] == ["sent"]
    assert len(world.rows("attempts")) == 1
    assert len(world.rows("enrollments")) == 2  # so that nobody enters again who must not


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "unknown"},
        {"status": "due"},
        {"over_at": NOON + 4 * YEAR - HOUR},
    ],
    ids=["in doubt", "not over", "over of late"],
)
def test_a_mail_that_may_be_asked_for_stays(world: World, changed: dict[str, Any]) -> None:
    first = world.rows("messages")[0]["id"]
    with world.db.write() as connection:
        connection.execute(update(t.messages).where(t.messages.c.id == first).values(**changed))
    assert go(world, "messages") == 0
    assert len(world.rows("messages")) == 2


@pytest.mark.parametrize("kind", ["messages", "stories"])
@pytest.mark.parametrize(
    "lasting", [{"status": "active"}, {"goal_until": NOON + 9 * YEAR}], ids=["in it", "watched"]
)
def test_what_an_enrollment_needs_that_lasts_stays(world: World, kind: str, lasting: dict[str, Any]) -> None:
    with world.db.write() as connection:
        connection.execute(update(t.enrollments).values(**lasting))
    before = len(world.rows("decisions"))
    assert go(world, kind) == 0
    assert (len(world.rows("messages")), len(world.rows("decisions"))) == (2, before)


def test_old_stories_and_refusals_go(world: World) -> None:
    contact = world.rows("contacts")[0]["id"]
    with world.db.write() as connection:
        for at in (NOON, NOON + 4 * YEAR):
            connection.execute(
                insert(t.refusals).values(
                    campaign="welcome",
                    contact_id=contact,
                    occurrence="",
                    at=at,
                    decided_at=at,
                    reason="inside",
                )
            )
    decided = world.rows("decisions")
    old = [row for row in decided if row["at"] < NOON + YEAR]
    assert 0 < len(old) < len(decided)
    assert go(world, "stories") == len(old) + 1
    assert len(world.rows("decisions")) == len(decided) - len(old)
    assert [row["at"] for row in world.rows("refusals")] == [NOON + 4 * YEAR]


def test_calls_that_are_over_go(world: World) -> None:
    first = world.rows("enrollments")[0]
    with world.db.write() as connection:
        for number, status in enumerate(("done", "failed", "due", "done")):
            over = None if status == "due" else NOON if number < 3 else NOON + 4 * YEAR
            connection.execute(
                insert(t.webhook_calls).values(
                    enrollment_id=first["id"],
                    contact_id=first["contact_id"],
                    campaign="welcome",
                    step=f"s{number}",
                    webhook="w",
                    key=f"k{number}",
                    body="{}",
                    status=status,
                    created_at=over or NOON,
                    due_at=NOON,
                    over_at=over,
                )
            )
    assert go(world, "calls") == 2
    assert [row["status"] for row in world.rows("webhook_calls")] == ["due", "done"]
