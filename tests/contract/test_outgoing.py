"""What other systems are told is written in the transaction in which it happens, once, and where asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from penfriend.domain.campaign import EventTrigger, OnUnknown
from penfriend.domain.definitions import Outgoing
from penfriend.domain.delivery import Result
from penfriend.domain.outgoing import Kind
from penfriend.domain.reasons import End
from penfriend.domain.relocation import Relocation
from penfriend.domain.timing import DAY, MINUTE, SECOND
from penfriend.storage import outcomes
from penfriend.storage import tables as t
from penfriend.storage.database import Database, open_database
from penfriend.storage.outgoing import set_targets
from penfriend.storage.overview import Reports
from penfriend.storage.relocation import relocate
from tests.contract import entering_shop
from tests.contract.outgoing_world import REVISION, ask, documents, target, types
from tests.contract.store_cases import Shop
from tests.contract.test_handover_log import KEPT, begun, only, record
from tests.contract.test_message_log import message, person
from tests.contract.test_recovery_log import ENDED, left
from tests.support.mail_pieces import GREYLISTED, LETTER, NO_ANSWER, NO_SUCH_USER, NOON, campaign
from tests.support.mail_world import KINDS, World, shared_url, worlds


class Boom(Exception):
    """Something goes wrong behind what is tested."""


@pytest.fixture(scope="module", params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    return shared_url(request, tmp_path_factory.mktemp("store"))


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def ended(db: Database) -> list[tuple[str, str | None]]:
    """Type and reason of all that there is to tell."""
    return [(one["type"], one["data"].get("reason")) for one in documents(db)]


# -- who asked


def test_nothing_is_written_where_nobody_asked(world: World) -> None:
    person(world)
    record(world, *begun(world), KEPT)
    world.settle()
    assert documents(world.db) == []


def test_what_was_not_asked_for_is_not_written(world: World) -> None:
    ask(world.db, Kind.CONSENT, Kind.SURVEY)
    person(world)
    world.settle()
    assert (world.statuses(), world.ends(), documents(world.db)) == (["sent"], ["completed"], [])


def test_each_system_that_asked_has_a_document_with_an_id_of_its_own(world: World) -> None:
    asked = {"crm": target("crm"), "till": target("till", Kind.MESSAGE), "desk": target("desk", Kind.SURVEY)}
    with world.db.write() as connection:
        set_targets(connection, asked, REVISION)
    person(world)
    record(world, *begun(world), KEPT)
    rows = world.rows("outgoing_calls")
    assert [row["target"] for row in rows] == ["crm", "till"]
    assert (len({row["key"] for row in rows}), len({row["body"] for row in rows})) == (2, 1)
    assert {(row["status"], row["created_at"], row["due_at"], row["revision"]) for row in rows} == {
        ("due", NOON + SECOND, NOON + SECOND, REVISION)
    }


def test_who_is_no_longer_in_the_files_is_told_nothing_more(world: World) -> None:
    ask(world.db)
    nobody: dict[str, Outgoing] = {}
    with world.db.write() as connection:
        set_targets(connection, nobody, REVISION + 1)
    person(world)
    world.settle()
    assert documents(world.db) == []


# -- mails


def test_sent_mail_is_told_with_what_it_was(world: World) -> None:
    ask(world.db)
    person(world)
    record(world, *begun(world), KEPT)
    (told,) = documents(world.db)
    assert told == {
        "type": "message.sent",
        "timestamp": "2026-03-02T12:00:01Z",
        "data": {
            "contact": {"id": "ann", "email": "ann@shop.example"},
            "message": only(world)["message_id"],
            "campaign": "welcome",
            "step": "hello",
            "template": only(world)["template"],
            "topic": "offers",
            "status": "sent",
            "reason": None,
            "note": "queued as 1",
        },
    }


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (KEPT, [("message.sent", None)]),
        (NO_SUCH_USER, [("message.failed", "rejected")]),
        (NO_ANSWER, [("message.unknown", None)]),
        (GREYLISTED, []),
    ],
    ids=["sent", "failed", "unknown", "put off"],
)
def test_each_end_of_a_mail_is_told(world: World, result: Result, told: list[tuple[str, str | None]]) -> None:
    ask(world.db)
    person(world)
    record(world, *begun(world), result)
    assert ended(world.db) == told


def test_result_that_is_recorded_twice_is_told_once(world: World) -> None:
    ask(world.db)
    person(world)
    one, attempt = begun(world)
    for result in (NO_ANSWER, NO_ANSWER, KEPT, KEPT):
        record(world, one, attempt, result, on_unknown=OnUnknown.HOLD)
    assert types(world.db) == ["message.unknown", "message.sent"]


def test_doubt_that_a_person_settles_is_told(world: World) -> None:
    ask(world.db)
    made = person(world)
    record(world, *begun(world), NO_ANSWER)
    Reports(world.db).resolve(made, as_sent=True, now=NOON)
    assert types(world.db) == ["message.unknown", "message.sent"]


def test_mail_of_a_worker_that_is_gone_is_told_as_unknown(world: World) -> None:
    ask(world.db, Kind.MESSAGE)
    person(world)
    begun(world)
    world.recovery.doubt([(one, None) for one in left(world)], "the process ended", ENDED)
    assert (world.statuses(), types(world.db)) == (["unknown"], ["message.unknown"])


def test_skipped_mail_is_told_with_its_reason(world: World) -> None:
    ask(world.db, Kind.MESSAGE)
    person(world)
    world.later(3 * DAY)
    world.send()
    assert world.mails() == [("hello", "skipped", "too_late")]
    assert ended(world.db) == [("message.skipped", "too_late")]


def test_mail_that_was_skipped_from_the_beginning_is_told(world: World) -> None:
    ask(world.db)
    world.person(missed=1)
    world.settle()
    (mail,) = world.rows("messages")
    assert mail["status"] == "skipped"
    assert ended(world.db)[0] == ("message.skipped", mail["reason"])


def test_what_fails_behind_it_leaves_neither_the_end_nor_the_document(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(world.db)
    person(world)
    one, attempt = begun(world)

    def fail(*_: object) -> None:
        assert types(world.db) == []  # nobody sees it before it is committed
        raise Boom

    monkeypatch.setattr(outcomes, "_tell_route", fail)
    with pytest.raises(Boom):
        record(world, one, attempt, KEPT)
    assert (world.statuses(), documents(world.db)) == (["sending"], [])


# -- enrollments


def test_enrollment_is_told_when_it_begins(database: Database) -> None:
    ordered = entering_shop.campaign(EventTrigger("order_placed", key="order_id"))
    shop = entering_shop.Shop(database, ordered)
    ask(database)
    shop.happen(1, "order_placed", entering_shop.NOW + 5 * SECOND, order_id="o1")
    shop.look(entering_shop.NOW + MINUTE)
    assert documents(database) == [
        {
            "type": "enrollment.began",
            "timestamp": "2026-06-01T10:00:05Z",
            "data": {
                "contact": {"id": "c1", "email": None},
                "campaign": "campaign",
                "occurrence": "o1",
                "entry": 1,
                "entered_at": "2026-06-01T10:00:05Z",
            },
        }
    ]


def test_enrollment_is_told_when_it_ends_and_what_waits_is_skipped(world: World) -> None:
    ask(world.db)
    world.person()
    world.settle()
    assert world.ends() == ["completed"]
    assert ended(world.db) == [("message.sent", None), ("enrollment.ended", "completed")]
    assert documents(world.db)[1]["timestamp"] == "2026-03-02T12:00:00Z"


def test_end_that_comes_before_the_mail_is_told_with_the_skip(world: World) -> None:
    ask(world.db)
    contact, _ = world.person()
    world.advance()
    world.unsubscribe(contact)
    world.settle()
    (skipped, over) = ended(world.db)
    assert (skipped[0], over[0]) == ("message.skipped", "enrollment.ended")
    assert [skipped[1], over[1]] == [world.mails()[0][2], world.ends()[0]]


def test_step_that_is_taken_out_is_told_of_its_mails_and_runs(world: World) -> None:
    ask(world.db)
    contact, enrollment = world.person(step="hello", due_at=None)
    message(world, enrollment, contact)
    message(world, enrollment, contact, step="later", status="sent", over_at=NOON)
    with world.db.write() as connection:
        move = Relocation(campaign="welcome", step="hello", to=None, begins=True, waits_anew=False)
        relocate(connection, [move], NOON)
    assert ended(world.db) == [("message.skipped", "campaign_removed"), ("enrollment.ended", "completed")]


def test_campaign_that_is_removed_is_told_of_its_mails_and_runs(database: Database) -> None:
    shop = entering_shop.Shop(database, entering_shop.campaign(EventTrigger("order_placed")))
    shop.happen(1, "order_placed", entering_shop.NOW + 5)
    shop.look(entering_shop.NOW + MINUTE)
    ask(database)
    shop.activate(at=entering_shop.NOW + DAY)
    assert ended(database) == [("enrollment.ended", End.CAMPAIGN_REMOVED.value)]


def test_run_that_a_join_ends_is_told(world: World) -> None:
    ann, gone = world.person("ann", step="hello", due_at=None)
    message(world, gone, ann)
    world.person("bob", step="hello", due_at=None)
    with world.db.write() as connection:
        connection.execute(
            insert(t.contact_keys),
            [{"key": row["key"], "contact_id": row["id"]} for row in world.rows("contacts")],
        )
    ask(world.db, Kind.MESSAGE, Kind.ENROLLMENT)
    shop = Shop(world.url)
    with shop.db:
        shop.happen("contact_merged", NOON, contact="ann", into="bob")
    assert ended(world.db) == [("message.skipped", "exit_step"), ("enrollment.ended", "exit_step")]
    assert {one["data"]["contact"]["id"] for one in documents(world.db)} == {"bob"}
