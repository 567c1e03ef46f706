"""What follows in the store from the results of tries, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from penfriend.cli.messages import shown_row
from penfriend.domain.accounts.audit import Actor, Deed, Way
from penfriend.domain.campaign import OnUnknown
from penfriend.domain.delivery import Fault, Result
from penfriend.domain.outbox import Finished
from penfriend.domain.retry import consequence
from penfriend.domain.timing import HOUR, MINUTE, SECOND, Moment
from penfriend.storage import tables as t
from penfriend.storage.accounts.audit_log import read_entries
from penfriend.storage.overview import Reports
from tests.contract.test_handover_log import FACTS, KEPT, LEASE, begin, beginnings, begun, only, record
from tests.contract.test_message_log import TRIED, message, person
from tests.support.mail_pieces import GREYLISTED, LETTER, NO_ANSWER, NO_SUCH_USER, NOON, ROUTE_DOWN, campaign
from tests.support.mail_world import World, worlds


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


# -- record


def test_accepted_is_sent_and_the_enrollment_goes_on_from_then(world: World) -> None:
    person(world)
    record(world, *begun(world), KEPT)
    row = only(world)
    assert (row["status"], row["sent_at"], row["over_at"]) == ("sent", NOON + SECOND, NOON + SECOND)
    assert (row["provider_id"], row["note"], row["owner"], row["lease_until"]) == (
        "1", "queued as 1", None, None,
    )  # fmt: skip
    tried = only(world, "attempts")
    assert (tried["outcome"], tried["stage"], tried["code"], tried["server"], tried["ended_at"]) == (
        "accepted", "dot", 250, "mx.example", NOON + SECOND,
    )  # fmt: skip
    assert only(world, "enrollments")["woken"] == 1


def test_sent_mail_is_an_event_of_the_contact(world: World) -> None:
    made = person(world)
    one, attempt = begun(world)
    version = only(world, "contacts")["version"]
    record(world, one, attempt, KEPT)
    event, fact, touch = only(world, "events"), world.rows("event_facts", "name"), only(world, "touched")
    assert (event["name"], event["at"], event["message_id"], event["enrollment_id"]) == (
        "mail_sent", NOON + SECOND, made, one.enrollment,
    )  # fmt: skip
    assert event["properties"] == {"campaign": "welcome", "step": "hello", "topic": "offers"}
    assert [(row["name"], row["count"], row["last_at"]) for row in fact] == [("mail_sent", 1, NOON + SECOND)]
    assert (touch["contact_id"], touch["event_id"]) == (one.contact, event["id"])
    assert only(world, "contacts")["version"] == version + 1


def test_refusal_by_the_recipients_side_is_a_bounce(world: World) -> None:
    made = person(world)
    one, attempt = begun(world)
    record(world, one, attempt, NO_SUCH_USER)
    event, touch = only(world, "events"), only(world, "touched")
    assert (event["name"], event["at"], event["message_id"]) == ("mail_bounced", NOON + SECOND, made)
    assert event["properties"] == {"campaign": "welcome", "step": "hello", "topic": "offers"}
    assert (touch["contact_id"], touch["event_id"]) == (one.contact, event["id"])


def test_refusal_of_the_mail_itself_is_no_bounce(world: World) -> None:
    person(world)
    record(world, *begun(world), replace(NO_SUCH_USER, fault=Fault.MESSAGE))
    assert (world.statuses(), world.rows("events")) == (["failed"], [])


def test_result_that_is_recorded_twice_counts_once(world: World) -> None:
    person(world)
    one, attempt = begun(world)
    for _ in range(2):
        record(world, one, attempt, KEPT)
    assert (world.statuses(), len(world.rows("events"))) == (["sent"], 1)


@pytest.mark.parametrize(
    ("result", "held_by", "why", "told"),
    [
        (replace(GREYLISTED, text="451 4.7.1 Greylisted"), None, "deferred", []),
        (ROUTE_DOWN, "provider_paused", "provider_paused", [("postponed", "provider_paused")]),
    ],
    ids=["mail", "route"],
)
def test_what_waits_for_another_try_says_why(
    world: World, result: Result, held_by: str | None, why: str, told: list[tuple[str, str]]
) -> None:
    person(world, held_by="frequency_cap")
    record(world, *begun(world), result)
    (line,) = Reports(world.db).list_messages()
    assert (line.held_by, line.outcome, line.note) == (held_by, "deferred", result.text)
    assert (shown_row(line)[6], world.story()) == (why, told)


def test_result_that_comes_too_late_to_count_postpones_nothing(world: World) -> None:
    person(world)
    one, attempt = begun(world)
    with world.db.write() as connection:
        connection.execute(update(t.messages).values(status="unknown", owner=None))
    record(world, one, attempt, ROUTE_DOWN)
    assert (world.statuses(), world.story(), only(world)["postponed"]) == (["unknown"], [], 0)


def test_deferred_is_due_again_and_made_anew(world: World) -> None:
    person(world)
    record(world, *begun(world), GREYLISTED)
    row = only(world)
    assert (row["status"], row["attempts"], row["facts"], row["over_at"]) == ("due", 1, None, None)
    assert 4 * MINUTE <= row["due_at"] - NOON - SECOND <= 6 * MINUTE
    assert only(world, "enrollments")["woken"] == 0
    assert world.rows("routes", "name") == []


def test_rejected_is_failed_and_a_dead_address_suppressed(world: World) -> None:
    person(world)
    record(world, *begun(world), NO_SUCH_USER)
    row = only(world)
    assert (row["status"], row["reason"], row["over_at"]) == ("failed", "rejected", NOON + SECOND)
    assert [row["reason"] for row in world.rows("suppressions", "reason")] == ["dead_address"]
    assert only(world, "enrollments")["woken"] == 1


def test_rejected_for_another_reason_suppresses_nobody(world: World) -> None:
    person(world)
    record(world, *begun(world), replace(NO_SUCH_USER, enhanced="5.2.2"))
    assert (world.statuses(), world.rows("suppressions", "reason")) == (["failed"], [])


def test_unknown_is_held_with_what_it_was_made_of(world: World) -> None:
    person(world)
    record(world, *begun(world), NO_ANSWER)
    row = only(world)
    assert (row["status"], row["facts"], row["over_at"], row["sent_at"]) == (
        "unknown", FACTS, NOON + SECOND, None,
    )  # fmt: skip
    assert only(world, "enrollments")["woken"] == 1


def test_unknown_that_is_sent_again_keeps_the_enrollment_waiting(world: World) -> None:
    person(world)
    record(world, *begun(world), NO_ANSWER, on_unknown=OnUnknown.RESEND)
    row = only(world)
    assert (row["status"], row["facts"], row["over_at"]) == ("due", FACTS, None)
    assert only(world, "enrollments")["woken"] == 0


def test_copy_that_was_deferred_keeps_what_the_first_was_made_of(world: World) -> None:
    person(world)
    record(world, *begun(world), NO_ANSWER, on_unknown=OnUnknown.RESEND)
    world.later(HOUR)
    record(world, *begun(world), GREYLISTED)
    assert only(world)["facts"] == FACTS


def test_fault_of_the_route_rests_it_and_does_not_count(world: World) -> None:
    person(world)
    record(world, *begun(world), ROUTE_DOWN, at=NOON)
    assert (only(world)["status"], only(world)["attempts"]) == ("due", 0)
    assert world.handovers.rests("default", NOON).route_until == NOON + 30 * SECOND
    assert world.handovers.rests("default", Moment(NOON + 30 * SECOND)).route_until is None
    assert world.handovers.rests("other", NOON).route_until is None


def test_route_rests_as_long_as_the_server_asks(world: World) -> None:
    person(world)
    record(world, *begun(world), replace(ROUTE_DOWN, retry_after=600), at=NOON)
    assert world.handovers.rests("default", NOON).route_until == NOON + 10 * MINUTE


def test_route_that_fails_again_rests_longer_and_one_that_works_rests_no_more(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    person(world, "ann")
    person(world, "bob")
    for minutes in (0, 1):
        (one, _) = world.claim()
        attempts = begin(world, beginnings(world, [one]))
        record(world, one, attempts[one.id], ROUTE_DOWN, at=NOON + minutes * MINUTE)
        world.messages.release(world.owner)
        world.at(NOON + (minutes + 1) * MINUTE)
    (route,) = world.rows("routes", "name")
    assert (route["failures"], route["paused_until"]) == (2, NOON + 2 * MINUTE)
    one = world.claim()[0]
    attempts = begin(world, beginnings(world, [one]))
    record(world, one, attempts[one.id], KEPT, at=NOON + 3 * MINUTE)
    assert world.handovers.rests("default", NOON).route_until is None
    assert world.rows("routes", "name")[0]["failures"] == 0
    assert caplog.messages == ["transport default works again"]


def test_fault_after_an_acceptance_in_the_same_batch_rests_the_route(world: World) -> None:
    person(world, "ann")
    person(world, "bob")
    held = world.claim()
    attempts = begin(world, beginnings(world, held))
    done = [
        Finished(
            attempts[one.id],
            one.id,
            result,
            consequence(result, message_id=one.message_id, number=1, now=NOON, on_unknown=OnUnknown.HOLD),
            NOON,
        )
        for one, result in zip(held, (KEPT, ROUTE_DOWN), strict=True)
    ]
    world.handovers.record(done, world.owner, "default")
    assert world.handovers.rests("default", NOON).route_until is not None


def test_answer_that_comes_after_it_was_called_unknown_settles_it(world: World) -> None:
    person(world)
    one, attempt = begun(world)
    world.recovery.doubt(
        [(found, None) for found in world.recovery.open_attempts(LEASE)], "gone", Moment(NOON + HOUR)
    )
    record(world, one, attempt, KEPT, at=NOON + 2 * HOUR)
    row = only(world)
    assert (row["status"], row["sent_at"], row["over_at"]) == ("sent", NOON + 2 * HOUR, NOON + HOUR)


@pytest.mark.parametrize("claimed", [False, True])
def test_acceptance_that_comes_after_it_was_to_be_sent_again_keeps_it_from_being_repeated(
    world: World, *, claimed: bool
) -> None:
    person(world)
    one, attempt = begun(world)
    left = [(found, Moment(NOON + HOUR)) for found in world.recovery.open_attempts(LEASE)]
    world.recovery.doubt(left, "gone", Moment(NOON + HOUR))
    world.later(2 * HOUR)
    former = world.owner
    world.start()
    group = beginnings(world, world.claim()) if claimed else []
    record(world, one, attempt, KEPT, at=NOON + 2 * HOUR, owner=former)
    assert (world.statuses(), world.held()) == (["sent"], [])
    assert [row["name"] for row in world.rows("events")] == ["mail_sent"]
    assert (world.claim(), begin(world, group)) == ([], {})


def test_doubt_that_a_person_settles_as_sent_is_a_mail_that_was_sent(world: World) -> None:
    person(world)
    record(world, *begun(world), NO_ANSWER)
    by = Actor("anna", Way.DASHBOARD, "192.0.2.1")
    Reports(world.db).resolve(only(world)["id"], True, Moment(NOON + HOUR), by)
    with world.db.read() as connection:
        (told,) = read_entries(connection)
    assert (told.by, told.deed, told.details) == (by, Deed.MESSAGE_SETTLED, {"as": "sent"})
    assert (world.statuses(), only(world)["sent_at"]) == (["sent"], NOON + SECOND)
    assert [(row["name"], row["at"]) for row in world.rows("events")] == [("mail_sent", NOON + SECOND)]


def test_refusal_that_comes_after_it_was_to_be_sent_again_leaves_it_due(world: World) -> None:
    person(world)
    one, attempt = begun(world)
    left = [(found, Moment(NOON + HOUR)) for found in world.recovery.open_attempts(LEASE)]
    world.recovery.doubt(left, "gone", Moment(NOON + HOUR))
    record(world, one, attempt, NO_SUCH_USER, at=NOON + 2 * HOUR)
    assert world.statuses() == ["due"]


def test_result_of_a_worker_that_lost_the_message_changes_nothing(world: World) -> None:
    person(world)
    one, attempt = begun(world)
    record(world, one, attempt, KEPT, owner="somebody else")
    assert (world.statuses(), world.rows("events")) == (["sending"], [])


def test_completed_enrollment_is_sent_again_what_was_in_doubt(world: World) -> None:
    contact = world.contact()
    message(world, world.enroll(contact, status="ended", end_reason="completed"), contact, facts=TRIED)
    assert len(begin(world, beginnings(world, world.claim()))) == 1
