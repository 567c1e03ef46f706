"""The tick `send` over a real store: what goes, what waits, what is never sent, and in which order."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from penfriend.domain.campaign import IfHappening, Kind, Policy, Send
from penfriend.domain.timing import DAY, Cap, Duration, Unit
from penfriend.storage import tables as t
from tests.support.claims import claims_of
from tests.support.mail_pieces import LETTER, NOON, campaign, with_id
from tests.support.mail_world import World, worlds
from tests.unit.domain.test_send_policy import FEWER

ONE_A_WEEK = Policy(at_most=(Cap(1, Duration(7, Unit.DAYS)),))
SECOND_LETTER = with_id(LETTER, "second")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    yield from worlds(f"sqlite:///{tmp_path / 'penfriend.db'}", tmp_path)


def people(world: World, *names: str) -> list[int]:
    """Contacts whose mail is due."""
    found = [world.person(name)[0] for name in names]
    world.advance()
    return found


def only(world: World, table: str = "messages") -> dict[str, Any]:
    (row,) = world.rows(table)
    return row


# -- what goes


def test_due_mail_is_sent_and_nothing_stays_held(world: World) -> None:
    world.run(campaign(LETTER))
    people(world, "ann", "bob")
    assert world.send().sent == 2
    assert (world.sent(), world.held()) == (["ann@shop.example", "bob@shop.example"], [])


def test_mail_is_made_of_the_facts_as_they_are_then(world: World) -> None:
    world.run(campaign(LETTER))
    (contact,) = people(world, "ann")
    world.touch(contact, first_name="Anna", locale="tr")
    world.send()
    assert b"'first_name': 'Anna'" in world.memory.sent[0].content
    assert b" tr " in world.memory.sent[0].content


def test_message_id_is_the_one_that_was_fixed_before(world: World) -> None:
    world.run(campaign(LETTER))
    people(world, "ann")
    world.send()
    assert world.memory.sent[0].message_id == only(world)["message_id"]


def test_higher_priority_goes_first_and_what_is_owed_before_all(world: World) -> None:
    world.run(
        campaign(LETTER, name="low", priority=10),
        campaign(LETTER, name="high", priority=90),
        campaign(LETTER, name="owed", kind=Kind.TRANSACTIONAL, topic=None),
    )
    for name in ("low", "high", "owed"):
        world.enroll(world.contact(name), name)
    world.advance()
    world.send()
    assert [address.partition("@")[0] for address in world.sent()] == ["owed", "high", "low"]


# -- what is decided at the very moment of sending


def test_who_unsubscribed_after_the_move_is_not_mailed(world: World) -> None:
    world.run(campaign(LETTER))
    (contact,) = people(world, "ann")
    world.unsubscribe(contact)
    assert world.send().skipped == 1
    assert (world.sent(), world.mails(), world.ends()) == (
        [], [("hello", "skipped", "unsubscribed")], ["unsubscribed"],
    )  # fmt: skip


def test_exit_rule_is_read_again_when_the_mail_comes_up(world: World) -> None:
    world.run(campaign(LETTER, SECOND_LETTER, exit_on=(IfHappening(FEWER),)))
    (contact,) = people(world, "ann")
    world.touch(contact, frequency="fewer")
    world.send()
    assert (world.mails(), world.ends()) == ([("hello", "skipped", "exit_condition")], ["exit_condition"])
    world.settle()
    assert world.sent() == []


def test_only_if_that_does_not_hold_skips_and_goes_on(world: World) -> None:
    world.run(campaign(Send(id="hello", template="hello", only_if=FEWER), SECOND_LETTER))
    people(world, "ann")
    world.settle()
    assert world.mails() == [("hello", "skipped", "condition_false"), ("second", "sent", None)]


def test_mail_of_an_enrollment_that_has_ended_has_the_ends_reason(world: World) -> None:
    world.run(campaign(LETTER))
    people(world, "ann")
    with world.db.write() as connection:
        connection.execute(update(t.enrollments).values(status="ended", end_reason="erased"))
    world.send()
    assert world.mails() == [("hello", "skipped", "erased")]


def test_mail_of_a_removed_campaign_or_step_is_skipped(world: World) -> None:
    world.run(campaign(LETTER), campaign(LETTER, name="other"))
    world.enroll(world.contact("ann"))
    world.enroll(world.contact("bob"), "other")
    world.advance()
    world.run(campaign(SECOND_LETTER))
    world.send()
    assert [reason for *_, reason in world.mails()] == ["campaign_removed", "campaign_removed"]


def test_contact_without_an_address_is_skipped(world: World) -> None:
    world.run(campaign(LETTER))
    (contact,) = people(world, "ann")
    world.touch(contact, email=None, email_hash=None)
    world.send()
    assert world.mails() == [("hello", "skipped", "invalid_address")]


def test_too_late_mail_is_skipped_with_what_held_it_up(world: World) -> None:
    world.run(campaign(LETTER))
    (contact,) = people(world, "ann")
    world.touch(contact, paused_until=NOON + 30 * DAY)
    assert world.send().postponed == 1
    assert only(world)["due_at"] == NOON + 2 * DAY
    world.at(NOON + 2 * DAY)
    world.send()
    assert (world.mails(), only(world)["note"]) == (
        [("hello", "skipped", "too_late")], "held up by contact_paused",
    )  # fmt: skip


# -- one bad letter


def test_letter_that_cannot_be_made_is_skipped_and_the_others_go(world: World) -> None:
    world.run(campaign(LETTER), campaign(Send(id="bad", template="bad"), name="other"))
    world.renderer.broken.add("bad")
    world.enroll(world.contact("ann"), "other")
    world.enroll(world.contact("bob"))
    world.advance()
    report = world.send()
    assert (report.skipped, report.sent, world.sent()) == (1, 1, ["bob@shop.example"])
    assert world.mails()[0] == ("bad", "skipped", "render_failed")
    assert world.rows("messages")[0]["note"] == "bad.mjml:3:1: x is not defined"


def test_fault_of_ours_in_one_letter_hurts_only_itself(world: World) -> None:
    world.run(campaign(LETTER), campaign(Send(id="bad", template="fault"), name="other"))
    world.enroll(world.contact("ann"), "other")
    world.enroll(world.contact("bob"))
    world.advance()
    world.send()
    assert (world.sent(), world.rows("messages")[0]["note"]) == (
        ["bob@shop.example"], "ValueError: a fault of ours",
    )  # fmt: skip


def test_message_that_cannot_be_decided_hurts_only_itself(world: World) -> None:
    world.run(campaign(LETTER))
    people(world, "ann", "bob")
    with world.db.write() as connection:
        first = world.rows("messages")[0]["id"]
        connection.execute(update(t.messages).where(t.messages.c.id == first).values(wanted_at=2**60))
    world.send()
    assert (world.statuses(), world.sent()) == (["skipped", "sent"], ["bob@shop.example"])


def test_tick_that_sent_all_that_was_due_does_not_ask_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = claims_of(world.messages, monkeypatch)
    world.run(campaign(LETTER))
    world.person("ann")
    world.person("bob")
    world.advance()
    assert world.send().sent == 2
    assert claims == [2]
