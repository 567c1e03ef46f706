"""The tick `advance` over a real store: moves, ends, goals, and what must not keep others back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from penfriend.domain.campaign import (
    Arm,
    Branch,
    EventHappening,
    Goal,
    IfHappening,
    Kind,
    WaitFor,
    WaitHappening,
    WaitUntil,
)
from penfriend.domain.definitions import Brand
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import OfField
from penfriend.domain.segment import Op
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import DAY, HOUR, Duration, Moment, Unit
from penfriend.storage import tables as t
from tests.support.claims import claims_of
from tests.support.mail_pieces import LETTER, NOON, campaign, with_id
from tests.support.mail_world import World, worlds

ORDERED = EventHappening("order_placed")
CLICKED = EventHappening("product_viewed")
TWO_DAYS = Duration(2, Unit.DAYS)
PAUSE = WaitFor(id="pause", duration=TWO_DAYS)
SECOND = with_id(LETTER, "second")
FOR = WaitHappening(id="for", happenings=(CLICKED,), at_most=TWO_DAYS)
WAITED = Field("waited", "waited", "waited", FieldType.YES_NO)
CAME = FieldTest(WAITED, Op.EQUAL, True)
CART = Field("cart.updated_at", "cart", "updated_at", FieldType.MOMENT)
TIER = Field("contact.tier", "contact", "tier", FieldType.TEXT)
GOLD = FieldTest(TIER, Op.EQUAL, "gold")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    yield from worlds(f"sqlite:///{tmp_path / 'penfriend.db'}", tmp_path)


def only(world: World, table: str = "enrollments") -> dict[str, Any]:
    (row,) = world.rows(table)
    return row


# -- the way through the steps


def test_sequence_runs_from_entry_to_its_end(world: World) -> None:
    world.run(campaign(LETTER, PAUSE, SECOND))
    world.person()
    world.settle()
    assert world.mails() == [("hello", "sent", None)]
    world.at(NOON + 2 * DAY)
    world.settle()
    assert (world.mails()[1], world.ends()) == (("second", "sent", None), ["completed"])
    assert world.held() == []


def test_steps_of_a_late_daemon_begin_when_they_should_have(world: World) -> None:
    world.run(campaign(PAUSE, LETTER))
    world.person()
    world.at(NOON + 3 * DAY)
    world.advance()
    assert (only(world, "messages")["wanted_at"], only(world)["began_at"]) == (NOON + 2 * DAY, NOON + 2 * DAY)


def test_next_step_counts_from_when_the_mail_was_over(world: World) -> None:
    world.run(campaign(LETTER, PAUSE, SECOND))
    world.person()
    world.advance()
    world.at(NOON + HOUR)
    world.send()
    world.at(NOON + 5 * HOUR)
    world.advance()
    assert (only(world)["began_at"], only(world)["due_at"]) == (NOON + HOUR, NOON + HOUR + 2 * DAY)


def test_message_has_its_key_its_priority_and_its_revision(world: World) -> None:
    world.run(campaign(LETTER, priority=90), revision=1)
    world.person()
    world.advance()
    mail = only(world, "messages")
    assert (mail["priority"], mail["revision"], mail["topic"], mail["transactional"]) == (90, 1, "offers", 0)
    assert mail["message_id"].endswith("@mail.acorn.example>")


def test_what_is_owed_goes_before_everything(world: World) -> None:
    world.run(campaign(LETTER, kind=Kind.TRANSACTIONAL, topic=None))
    world.person()
    world.advance()
    assert (only(world, "messages")["priority"], only(world, "messages")["transactional"]) == (1000, 1)


def test_message_id_is_of_the_domain_of_the_campaigns_own_brand(world: World) -> None:
    live = world.run(campaign(LETTER, brand="oaklings"))
    brands = {"oaklings": Brand(sender="Oaklings <hello@mail.oaklings.example>")}
    world.live = replace(live, definitions=replace(live.definitions, brands=brands))
    world.person()
    world.advance()
    (mail,) = world.rows("messages")
    assert mail["message_id"].endswith("@mail.oaklings.example>")


def test_each_occurrence_has_a_message_id_of_its_own(world: World) -> None:
    world.run(campaign(LETTER))
    contact = world.contact()
    for occurrence in ("cart-1", "cart-2"):
        world.enroll(contact, occurrence=occurrence)
    world.advance()
    assert len({row["message_id"] for row in world.rows("messages")}) == 2


@pytest.mark.parametrize(("came", "mail"), [(True, "hello"), (False, "second")])
def test_branch_behind_a_wait_knows_whether_it_came(world: World, came: bool, mail: str) -> None:
    branch = Branch(id="branch", arms=(Arm(CAME, (LETTER,)), Arm(None, (SECOND,))))
    world.run(campaign(FOR, branch))
    contact, _ = world.person()
    world.advance()
    if came:
        world.event(contact, "product_viewed", Moment(NOON + HOUR))
    world.at(NOON + (HOUR if came else 2 * DAY))
    world.advance()
    assert world.mails() == [(mail, "due", None)]


def test_wait_for_takes_no_notice_of_what_came_before_it_began(world: World) -> None:
    world.run(campaign(PAUSE, FOR, LETTER))
    contact, _ = world.person()
    world.event(contact, "product_viewed", Moment(NOON + HOUR))
    world.at(NOON + 2 * DAY + HOUR)
    world.advance()
    assert (only(world)["step"], only(world)["due_at"]) == ("for", NOON + 4 * DAY)


def test_wait_for_sees_what_came_while_a_late_daemon_was_away(world: World) -> None:
    world.run(campaign(FOR, LETTER))
    contact, _ = world.person()
    world.event(contact, "product_viewed", Moment(NOON + HOUR))
    world.at(NOON + DAY)
    world.advance()
    assert only(world, "messages")["wanted_at"] == NOON + HOUR


def test_until_moves_with_the_cart(world: World) -> None:
    world.run(campaign(WaitUntil(id="until", until=OfField(CART, Duration(23, Unit.HOURS), 1)), LETTER))
    contact = world.contact()
    with world.db.write() as connection:
        connection.execute(
            insert(t.carts),
            {"contact_id": contact, "key": "c", "status": "open", "status_at": NOON, "updated_at": NOON},
        )
    world.enroll(contact, cart_key="c")
    world.advance()
    assert only(world)["due_at"] == NOON + 23 * HOUR
    with world.db.write() as connection:
        connection.execute(update(t.carts).values(updated_at=NOON + HOUR))
    world.touch(contact, Moment(NOON + HOUR))
    world.at(NOON + HOUR)
    world.advance()
    assert only(world)["due_at"] == NOON + 24 * HOUR


# -- leaving


def test_touched_contact_whose_exit_rule_holds_is_out_at_once(world: World) -> None:
    world.run(campaign(PAUSE, LETTER, exit_on=(ORDERED,)))
    contact, _ = world.person()
    world.advance()
    world.event(contact, "order_placed", Moment(NOON + HOUR))
    world.at(NOON + 2 * HOUR)
    world.advance()
    row = only(world)
    assert (row["status"], row["end_reason"], row["end_word"], row["ended_at"], row["due_at"]) == (
        "ended", "exit_event", "order_placed", NOON + HOUR, None,
    )  # fmt: skip


def test_who_leaves_while_the_mail_waits_is_not_mailed(world: World) -> None:
    world.run(campaign(LETTER))
    contact, _ = world.person()
    world.advance()
    world.unsubscribe(contact, at=NOON)
    world.advance()
    assert world.mails() == [("hello", "skipped", "unsubscribed")]
    assert world.send().sent == 0


def test_condition_of_exit_on_is_read_when_touched(world: World) -> None:
    world.run(campaign(PAUSE, LETTER, exit_on=(IfHappening(GOLD),)))
    contact, _ = world.person()
    world.advance()
    world.touch(contact, Moment(NOON + HOUR), tier="gold")
    world.at(NOON + 2 * HOUR)
    world.advance()
    assert (world.ends(), only(world)["ended_at"]) == (["exit_condition"], NOON + HOUR)


# -- goal


WITHIN = Goal((ORDERED,), Duration(14, Unit.DAYS))


@pytest.mark.parametrize(("days", "converted"), [(14, True), (15, False)])
def test_goal_is_a_conversion_within_its_time(world: World, days: int, converted: bool) -> None:
    world.run(campaign(WaitFor(id="long", duration=Duration(60, Unit.DAYS)), LETTER, goal=WITHIN))
    contact, _ = world.person()
    world.advance()
    at = world.at(NOON + days * DAY)
    world.event(contact, "order_placed", at)
    world.advance()
    row = only(world)
    assert (row["end_reason"], row["goal_at"], row["goal_until"]) == ("goal", at, NOON + 14 * DAY)
    assert row["converted_at"] == (at if converted else None)


def test_goal_after_the_last_step_is_a_conversion_and_ends_nothing_anew(world: World) -> None:
    world.run(campaign(LETTER, goal=WITHIN))
    contact, _ = world.person()
    world.settle()
    assert (world.ends(), only(world)["goal_until"]) == (["completed"], NOON + 14 * DAY)
    at = world.at(NOON + DAY)
    world.event(contact, "order_placed", at)
    assert world.advance().ended == 0
    row = only(world)
    assert (row["end_reason"], row["ended_at"], row["converted_at"]) == ("completed", NOON, at)


def test_first_goal_stays_the_goal(world: World) -> None:
    world.run(campaign(LETTER, goal=WITHIN, exit_on=()))
    contact, _ = world.person()
    for hours in (1, 2):
        at = world.at(NOON + hours * HOUR)
        world.event(contact, "order_placed", at)
        world.advance()
    assert only(world)["converted_at"] == NOON + HOUR


def test_goal_that_exit_on_does_not_list_lets_the_sequence_go_on(world: World) -> None:
    world.run(campaign(PAUSE, LETTER, goal=WITHIN, exit_on=()))
    contact, _ = world.person()
    world.event(contact, "order_placed", Moment(NOON + HOUR))
    world.at(NOON + 2 * DAY)
    world.settle()
    assert (world.ends(), world.sent()) == (["completed"], ["ann@shop.example"])
    assert only(world)["converted_at"] == NOON + HOUR


def test_tick_that_moved_all_who_were_due_does_not_ask_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = claims_of(world.enrollments, monkeypatch)
    world.run(campaign(LETTER))
    world.person("ann")
    world.person("bob")
    assert world.advance().moved == 2
    assert claims == [2]
