"""Splits and their winners, updates, webhooks and what people do with mail, over real stores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from penfriend.domain.campaign import (
    Arm,
    Branch,
    CallWebhook,
    Campaign,
    EventHappening,
    Goal,
    Share,
    Split,
    Update,
    Winner,
    WinsBy,
)
from penfriend.domain.chance import Told
from penfriend.domain.events import EventIn
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.ingestion import Own, Taken
from penfriend.domain.segment import Op
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import DAY, HOUR, MINUTE, Duration, Moment, Unit
from penfriend.engine.ingest import Ingester
from penfriend.engine.split_winners import next_decision
from penfriend.storage.ingest import IngestStore
from penfriend.storage.split_log import SplitLog
from tests.support.mail_pieces import LETTER, NOON, campaign, with_id
from tests.support.mail_world import World, worlds

SHORT, LONG = with_id(LETTER, "short"), with_id(LETTER, "long")
FOUR_HOURS = Duration(4, Unit.HOURS)
IS_VIP = Field("contact.attributes.vip", "contact", "vip", FieldType.TEXT, "attributes")


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    yield from worlds(url, tmp_path)


def split(by: WinsBy = WinsBy.CLICKED) -> Campaign:
    arms = (Share("a", 40, (SHORT,)), Share("b", 40, (LONG,)))
    step = Split(id="split", arms=arms, winner=Winner(by, FOUR_HOURS))
    return campaign(step, goal=Goal((EventHappening("order_placed"),)), exit_on=())


class Names(Told):
    """The arm is the last letter of the contact's name; `r` is the rest."""

    def arm(self, contact: str, _campaign: str, _step: str, arms: Sequence[Share], /) -> Share | None:
        return next((one for one in arms if contact.endswith(one.name)), None)


def live_with(world: World, one: Campaign) -> None:
    world.live = replace(world.run(one), chance=Names())


def ingester(world: World) -> Ingester:
    return Ingester(IngestStore(world.db), world.live.definitions, world.clock)


def hit(world: World, name: str, step: str, who: int, at: int) -> None:
    """The person opens or clicks the mail of a step."""
    (mail,) = (row for row in world.rows("messages") if row["contact_id"] == who and row["step"] == step)
    about = Own(who, mail["enrollment_id"], mail["id"])
    event = EventIn(
        name, None, None, Moment(at), {"campaign": mail["campaign"], "step": step}, f"{who}-{name}-{at}"
    )
    assert ingester(world).ingest_own([(event, about)]) == [Taken()]


# -- splits


def test_rest_and_latecomers_get_the_arm_with_more_clicks(world: World) -> None:
    live_with(world, split())
    people = {name: world.person(name)[0] for name in ("1a", "2a", "1b", "2b", "1r")}
    world.settle()
    assert sorted(row["step"] for row in world.rows("messages")) == ["long", "long", "short", "short"]
    world.at(NOON + HOUR)
    hit(world, "mail_clicked", "long", people["1b"], NOON + HOUR)
    world.at(NOON + 4 * HOUR - MINUTE)
    world.settle()
    assert "1r@shop.example" not in world.sent()
    assert next_decision(SplitLog(world.db), world.live) == NOON + 4 * HOUR
    world.at(NOON + 6 * HOUR)
    late = world.contact("3a")
    world.enroll(late, at=Moment(NOON + 6 * HOUR))
    world.settle()
    mails = {(row["contact_id"], row["step"]): row["wanted_at"] for row in world.rows("messages")}
    assert mails[people["1r"], "long"] == NOON + 4 * HOUR
    assert mails[late, "long"] == NOON + 6 * HOUR
    (kept,) = world.rows("splits", "step")
    assert (kept["first_at"], kept["decided_at"], kept["winner"]) == (NOON, NOON + 4 * HOUR, "b")
    assert kept["figures"] == '{"a":[0,2],"b":[1,2]}'
    assert next_decision(SplitLog(world.db), world.live) is None


def test_share_decides_not_the_number(world: World) -> None:
    live_with(world, split())
    people = [world.person(name)[0] for name in ("1a", "1b", "2b", "3b", "4b")]
    world.settle()
    for who, step in ((people[0], "short"), (people[1], "long"), (people[2], "long")):
        hit(world, "mail_clicked", step, who, NOON)
    world.at(NOON + 4 * HOUR)
    world.settle()
    assert world.rows("splits", "step")[0]["winner"] == "a"


def test_what_comes_after_the_time_does_not_count_however_late_the_tick(world: World) -> None:
    live_with(world, split())
    people = [world.person(name)[0] for name in ("1a", "1b")]
    world.settle()
    world.at(NOON + 9 * HOUR)
    hit(world, "mail_clicked", "long", people[1], NOON + 5 * HOUR)
    hit(world, "mail_clicked", "short", people[0], NOON + 3 * HOUR)
    world.settle()
    assert world.rows("splits", "step")[0]["figures"] == '{"a":[1,1],"b":[0,1]}'


def test_winner_by_goal_counts_conversions(world: World) -> None:
    live_with(world, split(WinsBy.GOAL))
    people = [world.person(name)[0] for name in ("1a", "1b")]
    world.settle()
    world.at(NOON + HOUR)
    world.event(people[1], "order_placed", Moment(NOON + HOUR))
    world.settle()
    world.at(NOON + 4 * HOUR)
    world.settle()
    assert world.rows("splits", "step")[0]["figures"] == '{"a":[0,1],"b":[1,1]}'


def test_winner_is_decided_once(world: World) -> None:
    live_with(world, split())
    world.person("1a")
    world.settle()
    world.at(NOON + 4 * HOUR)
    world.settle()
    log = SplitLog(world.db)
    state = log.known()["welcome", "split"]
    assert not log.decide("welcome", "split", replace(state, arms=()))
    assert world.rows("splits", "step")[0]["figures"] != "{}"


# -- update


def test_update_sets_an_attribute_that_the_next_step_reads(world: World) -> None:
    is_vip = FieldTest(IS_VIP, Op.EQUAL, "yes")
    step = Update(id="mark", attributes=((IS_VIP, "yes"),))
    world.run(campaign(step, Branch(id="branch", arms=(Arm(is_vip, (LONG,)), Arm(None, (SHORT,))))))
    who, _ = world.person()
    world.settle()
    assert world.mails() == [("long", "sent", None)]
    (row,) = world.rows("contacts")
    assert (row["id"], row["attributes"]) == (who, {"vip": "yes"})
    (event,) = (row for row in world.rows("events") if row["name"] == "contact_updated")
    assert event["at"] == NOON


def test_update_is_done_once_also_when_its_worker_died_before_it_wrote_the_move(world: World) -> None:
    world.run(campaign(Update(id="mark", attributes=((IS_VIP, "yes"),)), SHORT))
    world.person()
    advance = world.advancer()
    world.enrollments.save = lambda *_, **__: 0  # type: ignore[method-assign]
    advance.tick(world.live)
    world.start()
    world.at(NOON + 5 * MINUTE)
    world.settle()
    assert [row["name"] for row in world.rows("events")].count("contact_updated") == 1
    assert world.mails() == [("short", "sent", None)]


def test_update_that_leaves_the_campaigns_topic_ends_the_enrollment(world: World) -> None:
    world.run(campaign(Update(id="leave", leave=("offers",)), SHORT))
    who, _ = world.person()
    world.settle()
    assert (world.ends(), world.mails()) == (["unsubscribed"], [])
    (consent,) = world.rows("consents")
    assert (consent["contact_id"], consent["change"]) == (who, "unsubscribed")
    assert consent["proof"] == "campaign welcome, step leave"


# -- webhook


def test_webhook_is_on_record_once_with_a_key_that_stays(world: World) -> None:
    world.run(campaign(CallWebhook(id="hook", webhook="care_desk"), SHORT))
    who, enrollment = world.person()
    world.settle()
    (call,) = world.rows("webhook_calls")
    assert (call["enrollment_id"], call["contact_id"], call["webhook"]) == (enrollment, who, "care_desk")
    assert (call["status"], call["due_at"], call["attempts"]) == ("due", NOON, 0)
    assert call["key"].startswith("msg_")
    assert world.mails() == [("short", "sent", None)]


# -- opens and clicks


def test_first_open_and_click_stand_on_the_mail_and_the_last_on_the_contact(world: World) -> None:
    world.run(campaign(SHORT))
    who, _ = world.person()
    world.settle()
    world.at(NOON + DAY)
    hit(world, "mail_opened", "short", who, NOON + 2 * HOUR)
    hit(world, "mail_opened", "short", who, NOON + HOUR)
    hit(world, "mail_clicked", "short", who, NOON + 3 * HOUR)
    (mail,), (contact,) = world.rows("messages"), world.rows("contacts")
    assert (mail["opened_at"], mail["clicked_at"]) == (NOON + HOUR, NOON + 3 * HOUR)
    assert (contact["last_opened_at"], contact["last_clicked_at"]) == (NOON + 3 * HOUR, NOON + 3 * HOUR)


def test_who_clicks_has_opened(world: World) -> None:
    world.run(campaign(SHORT))
    who, _ = world.person()
    world.settle()
    hit(world, "mail_clicked", "short", who, NOON)
    assert world.rows("messages")[0]["opened_at"] == NOON
