"""What other systems are told is written in the transaction in which it happens, once, and where asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.domain.campaign import OnUnknown
from penfriend.domain.definitions import Outgoing
from penfriend.domain.delivery import Result
from penfriend.domain.outgoing import Kind
from penfriend.domain.timing import DAY, SECOND
from penfriend.storage import outcomes
from penfriend.storage.outgoing import set_targets
from penfriend.storage.overview import Reports
from tests.contract.outgoing_world import REVISION, ask, documents, reasons, target, types
from tests.contract.test_handover_log import KEPT, begun, only, record
from tests.contract.test_message_log import person
from tests.contract.test_recovery_log import ENDED, left
from tests.support.mail_pieces import GREYLISTED, LETTER, NO_ANSWER, NO_SUCH_USER, NOON, campaign
from tests.support.mail_world import World, worlds


class Boom(Exception):
    """Something goes wrong behind what is tested."""


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


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
    assert reasons(world.db) == told


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
    assert reasons(world.db) == [("message.skipped", "too_late")]


def test_mail_that_was_skipped_from_the_beginning_is_told(world: World) -> None:
    ask(world.db)
    world.person(missed=1)
    world.settle()
    (mail,) = world.rows("messages")
    assert mail["status"] == "skipped"
    assert reasons(world.db)[0] == ("message.skipped", mail["reason"])


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
