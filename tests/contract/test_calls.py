"""Webhook calls over real stores: made once each, tried again, never lost, told apart by their id."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from penfriend.domain.timing import DAY, HOUR, MINUTE, SECOND, Moment
from penfriend.domain.webhooks import TRIES, Answer, sign
from penfriend.engine.call import LEASE, Call, CallReport
from penfriend.storage import tables as t
from penfriend.storage.call_log import CallLog
from penfriend.storage.outgoing_log import OutgoingLog
from penfriend.storage.overview import Reports
from penfriend.storage.pending import pending
from tests.contract.call_world import DOWN, OK, REFUSED, CallWorld, LogOfOneKilled
from tests.support.mail_pieces import NOON, Killed
from tests.support.mail_world import worlds


@pytest.fixture
def calls(url: str, tmp_path: Path) -> Iterator[CallWorld]:
    for world in worlds(url, tmp_path):
        yield CallWorld(world)


def test_call_is_made_once_and_is_done(calls: CallWorld) -> None:
    calls.come("ann")
    assert calls.call() == CallReport(done=1)
    ((url, headers, body),) = calls.caller.told
    (row,) = calls.rows
    assert (url, headers["webhook-id"]) == ("https://care_desk.example/hook", row["key"])
    signed = sign("secret of care_desk", row["key"], str(NOON // SECOND), body.decode())
    assert headers["webhook-signature"] == signed
    assert (row["status"], row["attempts"], row["over_at"], row["note"]) == ("done", 1, NOON, "200 OK")
    assert (row["owner"], row["lease_until"]) == (None, None)
    assert calls.call() == CallReport()


def test_body_tells_the_person_and_what_the_enrollment_is_about(calls: CallWorld) -> None:
    with calls.world.db.write() as connection:
        event = connection.execute(
            t.events.insert().returning(t.events.c.id),
            {
                "contact_id": None,
                "name": "order_delivered",
                "at": NOON,
                "received_at": NOON,
                "key": "e",
                "body_hash": "",
                "properties": {"order_id": "o-1"},
            },
        ).scalar_one()
    calls.come("ann", event_id=event, occurrence="o-1")
    calls.call()
    body = json.loads(calls.caller.told[0][2])
    assert body["timestamp"] == "2026-03-02T12:00:00Z"
    assert body["data"]["contact"]["email"] == "ann@shop.example"
    assert (body["data"]["campaign"], body["data"]["step"], body["data"]["occurrence"]) == (
        "care_desk",
        "hook",
        "o-1",
    )
    assert body["data"]["event"]["name"] == "order_delivered"
    assert body["data"]["event"]["order_id"] == "o-1"


def test_what_fails_is_tried_again_later_with_the_same_id_and_body(calls: CallWorld) -> None:
    calls.come("ann")
    calls.caller.answer = lambda *_: DOWN
    assert calls.call() == CallReport(again=1)
    (row,) = calls.rows
    assert (row["status"], row["attempts"], row["note"]) == ("due", 1, "connection refused")
    assert NOON + 5 * SECOND <= row["due_at"] <= NOON + 6 * SECOND
    assert calls.call() == CallReport()  # not before its time
    with calls.world.db.write() as connection:
        connection.execute(update(t.contacts).values(first_name="Anna"))
    calls.world.at(row["due_at"])
    calls.caller.answer = lambda *_: OK
    assert calls.call() == CallReport(done=1)
    (first, second) = calls.caller.told
    assert (first[1]["webhook-id"], first[2]) == (second[1]["webhook-id"], second[2])
    assert int(second[1]["webhook-timestamp"]) > int(first[1]["webhook-timestamp"])


def test_refusal_is_final(calls: CallWorld) -> None:
    calls.come("ann")
    calls.caller.answer = lambda *_: REFUSED
    assert calls.call() == CallReport(failed=1)
    assert calls.each("status", "note", "over_at") == [("failed", "422 no", NOON)]


def test_a_day_of_silence_is_the_end(calls: CallWorld) -> None:
    calls.come("ann")
    calls.caller.answer = lambda *_: DOWN
    for _ in range(TRIES):
        calls.call()
        (row,) = calls.rows
        calls.world.at(max(row["due_at"], calls.world.clock.now()))
    assert (row["status"], row["attempts"]) == ("failed", TRIES)
    assert NOON + 23 * HOUR < row["over_at"] < NOON + 30 * HOUR


def test_system_that_is_down_is_asked_twice_and_not_by_everybody(calls: CallWorld) -> None:
    calls.come(*(f"p{number}" for number in range(30)))
    calls.caller.answer = lambda *_: DOWN
    calls.call()
    assert len(calls.caller.told) == 2
    assert {row["attempts"] for row in calls.rows} == {1}
    assert all(row["due_at"] > NOON for row in calls.rows)
    calls.world.later(3 * MINUTE)
    calls.caller.answer = lambda *_: OK
    assert calls.call() == CallReport(done=30)


def test_system_that_stays_down_fails_all_that_waited_a_day(calls: CallWorld) -> None:
    calls.come(*(f"p{number}" for number in range(12)))
    calls.caller.answer = lambda *_: DOWN
    for _ in range(TRIES + 2):
        calls.call()
        calls.world.later(9 * HOUR)
    assert calls.each("status", "attempts") == [("failed", TRIES)] * 12


def test_one_call_without_an_answer_holds_no_other_back(calls: CallWorld) -> None:
    calls.come("ann", "bob", "cem")
    calls.caller.answer = lambda _, body: DOWN if b"bob@" in body else OK
    assert calls.call() == CallReport(done=2, again=1)


def test_system_that_asks_for_time_gets_it_and_no_try_is_counted(calls: CallWorld) -> None:
    calls.come("ann", "bob", "cem")
    calls.caller.answer = lambda *_: Answer(429, "429 Too Many Requests", retry_after=600)
    calls.call()
    assert len(calls.caller.told) == 1
    assert sorted(row["attempts"] for row in calls.rows) == [0, 0, 1]
    assert all(row["due_at"] >= NOON + 10 * MINUTE for row in calls.rows)


def test_one_system_that_is_down_holds_no_other_up(calls: CallWorld) -> None:
    calls.come("ann", "bob", webhook="till")
    calls.come("cem", "dan")
    calls.caller.answer = lambda url, _: DOWN if "till" in url else OK
    assert calls.call() == CallReport(done=2, again=2)


def test_killed_between_the_call_and_its_record_it_is_made_again_with_the_same_id(calls: CallWorld) -> None:
    calls.come("ann")

    def killed(*_: object) -> Answer:
        raise Killed

    calls.caller.answer = killed
    log, news = LogOfOneKilled(calls.world.db), OutgoingLog(calls.world.db)
    gone = Call(log, news, calls.caller, calls.world.clock, "gone")
    with pytest.raises(Killed):
        gone.tick(calls.world.live)
    assert calls.each("status", "owner") == [("due", "gone")]
    calls.caller.answer = lambda *_: OK
    assert calls.call("next") == CallReport()  # its lease still lasts
    calls.world.later(LEASE)
    assert calls.call("next") == CallReport(done=1)
    assert len(set(calls.caller.ids)) == 1
    assert len({body for _, _, body in calls.caller.told}) == 1


def test_what_the_one_that_is_gone_writes_late_changes_nothing(calls: CallWorld) -> None:
    calls.come("ann")
    log = CallLog(calls.world.db)
    (held,) = log.claim("care_desk", NOON, "gone", Moment(NOON + LEASE), 1, 10)
    calls.world.later(LEASE)
    assert calls.call("next") == CallReport(done=1)
    log.fail([held.id], "gone", "late", NOON)
    assert calls.each("status", "note") == [("done", "200 OK")]


def test_several_workers_make_each_call_once(calls: CallWorld) -> None:
    names = [f"p{number}" for number in range(60)]
    calls.come(*names)
    failures: list[BaseException] = []

    def work(owner: str) -> None:
        try:
            calls.call(owner)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert set(Counter(calls.caller.ids).values()) == {1}
    assert len(calls.caller.ids) == len(names)


def test_webhook_that_is_no_longer_in_the_files_is_given_up(calls: CallWorld) -> None:
    calls.come("ann")
    definitions = replace(calls.world.live.definitions, webhooks={})
    calls.world.live = replace(calls.world.live, definitions=definitions)
    assert calls.call() == CallReport(failed=1)
    note = 'there is no webhook "care_desk" in the campaign files any more'
    assert (calls.caller.told, calls.each("status", "note")) == ([], [("failed", note)])


def test_worker_of_an_older_revision_leaves_the_call_alone(calls: CallWorld) -> None:
    calls.come("ann")
    with calls.world.db.write() as connection:
        connection.execute(update(t.enrollments).values(revision=2))
    assert calls.call() == CallReport()
    calls.world.live = replace(calls.world.live, revision=2)
    assert calls.call() == CallReport(done=1)


def test_nothing_is_told_of_somebody_who_was_erased(calls: CallWorld) -> None:
    calls.come("ann", "bob")
    with calls.world.db.write() as connection:
        connection.execute(
            update(t.contacts).where(t.contacts.c.key == "ann").values(erased_at=NOON, email=None)
        )
    assert calls.call() == CallReport(done=1, failed=1)
    assert calls.each("status", "note")[0] == ("failed", "the contact was erased")
    assert all(b"ann" not in body for _, _, body in calls.caller.told)


def test_a_stop_gives_the_rest_back(calls: CallWorld) -> None:
    calls.come("ann", "bob", "cem")
    report = calls.ticker().tick(calls.world.live, lambda: bool(calls.caller.told))
    assert report == CallReport(done=1)
    assert calls.each("status", "owner") == [("done", None), ("due", None), ("due", None)]


def test_next_moment_is_that_of_the_earliest_call(calls: CallWorld) -> None:
    db = calls.world.db
    assert pending(db).call_due is None
    calls.come("ann")
    assert pending(db).call_due == NOON
    calls.call()
    assert pending(db).call_due is None


def test_status_shows_what_waits_and_what_has_failed(calls: CallWorld) -> None:
    calls.come("ann", "bob")
    calls.come("cem", webhook="till")
    calls.caller.answer = lambda url, body: OK if "till" in url else REFUSED if b"ann@" in body else DOWN
    calls.call()
    webhooks = Reports(calls.world.db).overview(Moment(NOON + DAY), {}).webhooks
    assert {name: one.as_json() for name, one in webhooks.items()} == {
        "care_desk": {
            "waiting": 1,
            "failed": 1,
            "oldest": "2026-03-02T12:00:00Z",
            "note": "connection refused",
        }
    }
