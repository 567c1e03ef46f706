"""A mail that is sent again is made by the revision that made it first, and has its bytes or is not sent."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from penfriend.domain.campaign import Campaign, OnUnknown, Send
from penfriend.domain.counting import narrowing_field, read_counted
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.letter import Needs
from penfriend.domain.timing import HOUR
from penfriend.engine.live import Live
from penfriend.storage import tables as t
from penfriend.storage.overview import Reports
from tests.support.mail_pieces import GREYLISTED, LETTER, NO_ANSWER, NOON, PlainRenderer, campaign
from tests.support.mail_world import World, worlds


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(again())
        world.person()
        world.advance()
        yield world


def again(letter: Send = LETTER) -> Campaign:
    return campaign(letter, on_unknown=OnUnknown.RESEND)


def first_try(world: World, result: Any = NO_ANSWER) -> bytes:
    world.memory.answer_with(lambda _: result)
    world.send()
    world.memory.answer_with(lambda _: None)
    return world.memory.taken[0].email.content


def next_revision(world: World, letter: Send = LETTER, **renderer: Any) -> Live:
    world.renderer = PlainRenderer(**renderer)
    return world.run(again(letter), revision=world.live.revision + 1)


def second_try(world: World) -> None:
    world.later(HOUR)
    world.send()


def only(world: World) -> dict[str, Any]:
    (row,) = world.rows("messages")
    return row


def test_copy_is_made_by_the_revision_that_made_the_first(world: World) -> None:
    first = first_try(world)
    next_revision(world, replace(LETTER, subject="Another", template="other"), words="Goodbye")
    second_try(world)
    assert [handover.email.content for handover in world.memory.taken] == [first, first]
    assert (only(world)["status"], only(world)["revision"], only(world)["template"]) == ("sent", 1, "hello")


def test_doubt_that_a_person_settles_as_resend_has_the_same_bytes(world: World) -> None:
    world.run(campaign(LETTER))  # held where nobody says otherwise
    first = first_try(world)
    assert world.statuses() == ["unknown"]
    world.renderer = PlainRenderer(words="Goodbye")
    world.run(campaign(LETTER), revision=2)
    Reports(world.db).resolve(only(world)["id"], False, world.clock.now())
    second_try(world)
    assert [handover.email.content for handover in world.memory.taken] == [first, first]


@pytest.mark.both
def test_copy_counts_nothing_anew(world: World) -> None:
    field = narrowing_field(("events", "product_viewed", "count"))
    assert field is not None
    viewed = read_counted(field, {"within": "last 2 days"})
    world.renderer.needed = Needs(counts=frozenset({viewed}))
    contact = only(world)["contact_id"]
    world.event(contact, "product_viewed", NOON)
    first = first_try(world)
    world.event(contact, "product_viewed", NOON)
    second_try(world)
    assert f"'{viewed.text}': 1" in first.decode()
    assert [handover.email.content for handover in world.memory.taken] == [first, first]


def test_copy_of_a_copy_too(world: World) -> None:
    first = first_try(world)
    for words in ("Goodbye", "Farewell"):
        next_revision(world, words=words)
        world.memory.answer_with(lambda _: NO_ANSWER)
        second_try(world)
    next_revision(world, words="Good night")
    world.memory.answer_with(lambda _: None)
    second_try(world)
    assert {handover.email.content for handover in world.memory.taken} == {first}
    assert (len(world.memory.taken), world.statuses()) == (4, ["sent"])


def test_what_surely_did_not_arrive_is_made_anew_by_the_live_revision(world: World) -> None:
    first_try(world, GREYLISTED)
    next_revision(world, replace(LETTER, template="other"), words="Goodbye")
    second_try(world)
    assert world.memory.sent[-1].content.startswith(b"To: ann@shop.example\r\n\r\nGoodbye")
    assert (only(world)["revision"], only(world)["template"]) == (2, "other")


def test_mail_names_the_revision_that_made_it_not_the_one_that_wanted_it(world: World) -> None:
    next_revision(world, words="Goodbye")
    world.send()
    assert (only(world)["revision"], world.statuses()) == (2, ["sent"])


def test_copy_carries_the_contact_of_the_first_in_its_links(world: World) -> None:
    first = first_try(world)
    other = world.contact("other", email=None)
    former = only(world)["contact_id"]
    with world.db.write() as connection:  # the two were joined
        for table in (t.messages, t.enrollments):
            connection.execute(update(table).where(table.c.contact_id == former).values(contact_id=other))
        connection.execute(update(t.contacts).where(t.contacts.c.id == former).values(email=None))
        connection.execute(
            update(t.contacts).where(t.contacts.c.id == other).values(email="ann@shop.example")
        )
    second_try(world)
    assert world.memory.sent[-1].content == first


def test_copy_that_would_have_other_bytes_is_held_and_says_so(world: World) -> None:
    first_try(world)
    world.renderer.words = "What another version of the program makes"
    second_try(world)
    assert (len(world.memory.taken), only(world)["status"], only(world)["reason"]) == (1, "unknown", None)
    assert only(world)["note"].startswith("it cannot be sent again as it was at the first try")
    assert "revision 1 makes other bytes" in only(world)["note"]


def test_copy_whose_revision_cannot_run_any_more_is_held_and_the_others_go(world: World) -> None:
    first_try(world)
    next_revision(world)
    world.person("bob")
    world.advance()
    del world.revisions[1]
    second_try(world)
    assert (world.statuses(), world.sent()) == (
        ["unknown", "sent"], ["ann@shop.example", "bob@shop.example"],
    )  # fmt: skip
    assert world.rows("messages")[0]["note"].endswith("there is no revision 1")


def test_copy_whose_template_is_broken_for_this_version_is_held(world: World) -> None:
    first_try(world)
    world.renderer.broken.add("hello")
    next_revision(world)
    second_try(world)
    assert (world.statuses(), len(world.memory.taken)) == (["unknown"], 1)
    assert only(world)["note"].endswith("hello.mjml:3:1: x is not defined")


def test_held_copy_counts_as_a_doubt_of_the_tick(world: World) -> None:
    first_try(world)
    world.renderer.words = "Goodbye"
    world.later(HOUR)
    report = world.send()
    assert (report.unknown, report.skipped) == (1, 0)


def test_store_that_cannot_be_reached_for_the_revision_leaves_the_message_due(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_try(world)
    next_revision(world)

    def fail(_: int) -> Live:
        raise StoreUnavailable("the server was stopped")

    monkeypatch.setattr(world, "revision", fail)
    with pytest.raises(StoreUnavailable):
        second_try(world)
    assert (world.statuses(), world.held()) == (["due"], [])


def test_zone_that_tzdata_does_not_know_is_the_brands_at_both_tries(world: World) -> None:
    world.touch(only(world)["contact_id"], timezone="Moon/Crater")
    first = first_try(world)
    second_try(world)
    assert [handover.email.content for handover in world.memory.taken] == [first, first]
    assert b"Europe/London" in first
