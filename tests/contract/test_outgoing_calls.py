"""What is to be told goes to each system in order, contact by contact, with the same id until it is over."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from penfriend.domain.outgoing import NOTICE
from penfriend.domain.timing import DAY, HOUR, MINUTE, SECOND, Moment
from penfriend.domain.webhooks import TRIES, Answer, sign
from penfriend.engine.call import LEASE, Call, CallReport
from penfriend.storage import tables as t
from penfriend.storage.call_log import CallLog
from penfriend.storage.call_tries import dead_calls, try_again
from penfriend.storage.erasing import erase
from penfriend.storage.outgoing_log import OutgoingLog
from penfriend.storage.overview import Reports
from penfriend.storage.pending import pending
from tests.contract.call_world import DOWN, OK, REFUSED, ScriptedCaller
from tests.contract.outgoing_world import REVISION, target
from tests.support.mail_pieces import NOON, Killed
from tests.support.mail_world import World, worlds

BROKEN = Answer(500, "500 no luck")


class LogOfOneKilled(OutgoingLog):
    """Nothing is given back where a process is killed."""

    def release(self, owner: str) -> None:
        pass


class ToldWorld:
    """A store with things to tell, and a caller that answers as the test says."""

    def __init__(self, world: World) -> None:
        self.world, self.caller = world, ScriptedCaller()
        live = world.run()
        asking = {name: target(name) for name in ("crm", "till")}
        world.live = replace(live, definitions=replace(live.definitions, outgoing=asking))
        self.people: dict[str, int] = {}

    def happen(self, name: str, *bodies: str, to: str = "crm", **columns: Any) -> None:
        """These are to be told about that person, in this order."""
        if name not in self.people:
            self.people[name] = self.world.contact(name)
        now = self.world.clock.now()
        with self.world.db.write() as connection:
            for body in bodies:
                row = {
                    "contact_id": self.people[name],
                    "target": to,
                    "revision": REVISION,
                    "key": f"evt_{to}_{body}",
                    "body": body,
                    "status": "due",
                    "created_at": now,
                    "due_at": now,
                }
                connection.execute(insert(t.outgoing_calls), row | columns)

    def answer(self, **by_body: Answer) -> None:
        """What the systems say to these bodies; OK to all others."""
        self.caller.answer = lambda _url, body: by_body.get(body.decode(), OK)

    def call(self, owner: str = "", log: OutgoingLog | None = None) -> CallReport:
        """The tick `call`."""
        return self.ticker(owner, log).tick(self.world.live)

    def ticker(self, owner: str = "", log: OutgoingLog | None = None) -> Call:
        db, clock = self.world.db, self.world.clock
        return Call(CallLog(db), log or OutgoingLog(db), self.caller, clock, owner or self.world.owner)

    @property
    def told(self) -> list[str]:
        """The bodies, in the order of all tries."""
        return [body.decode() for _, _, body in self.caller.told]

    @property
    def rows(self) -> dict[str, Mapping[str, Any]]:
        """By body."""
        return {row["body"]: row for row in self.world.rows("outgoing_calls")}

    def statuses(self) -> dict[str, str]:
        return {body: row["status"] for body, row in self.rows.items()}


@pytest.fixture
def shop(url: str, tmp_path: Path) -> Iterator[ToldWorld]:
    for world in worlds(url, tmp_path):
        yield ToldWorld(world)


def test_it_is_told_once_signed_and_is_done(shop: ToldWorld) -> None:
    shop.happen("ann", "a1")
    assert shop.call() == CallReport(done=1)
    ((url, headers, body),) = shop.caller.told
    row = shop.rows["a1"]
    assert (url, headers["webhook-id"], body) == ("https://crm.example/hook", row["key"], b"a1")
    assert headers["webhook-signature"] == sign("secret of crm", row["key"], str(NOON // SECOND), "a1")
    assert (row["status"], row["attempts"], row["over_at"], row["owner"]) == ("done", 1, NOON, None)
    assert shop.call() == CallReport()


def test_contacts_documents_go_in_their_order(shop: ToldWorld) -> None:
    shop.happen("ann", *(f"a{number:02}" for number in range(25)))
    assert shop.call() == CallReport(done=25)
    assert shop.told == sorted(shop.told)


def test_later_one_waits_for_an_earlier_one_of_the_same_contact_alone(shop: ToldWorld) -> None:
    shop.happen("ann", "a1", "a2")
    shop.happen("bob", "b1")
    shop.happen("ann", "a3", to="till")
    shop.answer(a1=BROKEN)
    assert shop.call() == CallReport(done=2, again=1)
    assert sorted(shop.told) == ["a1", "a3", "b1"]
    assert pending(shop.world.db).call_due == shop.rows["a1"]["due_at"]  # a2 moves nothing by itself
    shop.world.at(shop.rows["a1"]["due_at"])
    shop.answer()
    assert shop.call() == CallReport(done=2)
    assert shop.told[3:] == ["a1", "a2"]


def test_it_is_tried_again_with_the_same_id_and_body(shop: ToldWorld) -> None:
    shop.happen("ann", "a1")
    shop.answer(a1=DOWN)
    assert shop.call() == CallReport(again=1)
    row = shop.rows["a1"]
    assert (row["status"], row["attempts"], row["note"]) == ("due", 1, "connection refused")
    assert NOON + 5 * SECOND <= row["due_at"] <= NOON + 6 * SECOND
    assert shop.call() == CallReport()  # not before its time
    shop.world.at(row["due_at"])
    shop.answer()
    assert shop.call() == CallReport(done=1)
    first, second = shop.caller.told
    assert (first[1]["webhook-id"], first[2]) == (second[1]["webhook-id"], second[2])
    assert first[1]["webhook-signature"] != second[1]["webhook-signature"]  # of another moment


def test_after_the_last_try_it_is_dead_is_shown_and_keeps_nothing_back(shop: ToldWorld) -> None:
    shop.happen("ann", "a1", "a2")
    shop.answer(a1=BROKEN)
    for _ in range(TRIES):
        shop.world.at(max(shop.rows["a1"]["due_at"], shop.world.clock.now()))
        shop.call()
    assert shop.statuses() == {"a1": "failed", "a2": "done"}
    assert shop.told == ["a1"] * TRIES + ["a2"]
    assert NOON + 23 * HOUR < shop.rows["a1"]["over_at"] < NOON + 30 * HOUR
    counts = Reports(shop.world.db).overview(shop.world.clock.now(), {}).outgoing["crm"]
    assert (counts.failed, counts.waiting, counts.note) == (1, 0, "500 no luck")


def test_dead_ones_are_listed_and_told_again_with_the_same_ids_and_in_order(shop: ToldWorld) -> None:
    shop.happen("ann", "a1", "a2")
    shop.answer(a1=REFUSED, a2=REFUSED)
    shop.call()
    shop.call()
    with shop.world.db.write() as connection:
        target, now = t.outgoing_calls.c.target, shop.world.clock.now()
        dead = dead_calls(connection, target, 10)
        assert [(call.id, call.body, call.note) for call in dead] == [
            ("evt_crm_a2", "a2", REFUSED.note),
            ("evt_crm_a1", "a1", REFUSED.note),
        ]
        assert [try_again(connection, target, name, now) for name in ("till", "crm")] == [0, 2]
    shop.answer()
    shop.call()
    shop.call()
    assert shop.caller.ids[-2:] == ["evt_crm_a1", "evt_crm_a2"]
    assert shop.statuses() == {"a1": "done", "a2": "done"}


def test_refusal_is_final(shop: ToldWorld) -> None:
    shop.happen("ann", "a1", "a2")
    shop.answer(a1=REFUSED)
    assert shop.call() == CallReport(failed=1, done=1)
    assert shop.statuses() == {"a1": "failed", "a2": "done"}


def test_system_that_is_down_is_asked_twice_and_all_that_is_for_it_waits(shop: ToldWorld) -> None:
    for number in range(20):
        shop.happen(f"p{number}", f"p{number} first", f"p{number} second")
    shop.happen("ann", "a1", to="till")
    shop.caller.answer = lambda url, _: OK if "till" in url else DOWN
    shop.call()
    assert len(shop.told) == 3
    waiting = [row for row in shop.rows.values() if row["target"] == "crm"]
    assert {(row["status"], row["attempts"]) for row in waiting} == {("due", 1)}
    assert all(row["due_at"] > NOON for row in waiting)


def test_killed_between_the_call_and_its_record_it_is_told_again_with_the_same_id(shop: ToldWorld) -> None:
    shop.happen("ann", "a1", "a2")

    def killed(*_: object) -> Answer:
        raise Killed

    shop.caller.answer = killed
    gone = shop.ticker("gone", LogOfOneKilled(shop.world.db))
    with pytest.raises(Killed):
        gone.tick(shop.world.live)
    assert shop.rows["a1"]["owner"] == "gone"
    shop.answer()
    assert shop.call("next") == CallReport()  # its lease still lasts, and a2 waits behind it
    shop.world.later(LEASE)
    assert shop.call("next") == CallReport(done=2)
    assert shop.told == ["a1", "a1", "a2"]
    assert len(set(shop.caller.ids[:2])) == 1


def test_two_workers_tell_each_once_and_in_order(shop: ToldWorld) -> None:
    for number in range(6):
        shop.happen(f"p{number}", *(f"p{number} {place}" for place in range(6)))
    at_once = threading.Barrier(2)

    def work(owner: str) -> None:
        at_once.wait()
        while shop.call(owner).tried:
            pass

    workers = [threading.Thread(target=work, args=(owner,)) for owner in ("one", "two")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    shop.call("the rest")
    assert set(Counter(shop.told).values()) == {1}
    for number in range(6):
        mine = [body for body in shop.told if body.startswith(f"p{number} ")]
        assert mine == [f"p{number} {place}" for place in range(6)]


def test_what_a_later_revision_wants_told_is_left_to_whoever_runs_it(shop: ToldWorld) -> None:
    shop.happen("ann", "a1", to="new", revision=REVISION + 1)
    assert (shop.call(), shop.statuses()) == (CallReport(), {"a1": "due"})


def test_system_that_the_files_name_no_longer_is_told_nothing(shop: ToldWorld) -> None:
    shop.happen("ann", "a1", "a2", to="gone")
    assert (shop.call(), shop.told) == (CallReport(failed=2), [])
    assert shop.rows["a2"]["note"] == 'there is no outgoing "gone" in the campaign files any more'


def test_who_was_erased_is_not_told_of(shop: ToldWorld) -> None:
    shop.happen("ann", "a1")
    shop.happen("bob", "b1")
    with shop.world.db.write() as connection:
        connection.execute(
            update(t.contacts).where(t.contacts.c.id == shop.people["ann"]).values(erased_at=NOON)
        )
    assert (shop.call(), shop.told) == (CallReport(done=1, failed=1), ["b1"])
    assert shop.rows["a1"]["note"] == "the contact was erased"


def test_erasure_is_told_by_a_document_that_goes_as_soon_as_it_is_told(shop: ToldWorld) -> None:
    shop.happen("ann", "a1")
    shop.happen("bob", "b1")
    with shop.world.db.write() as connection:
        connection.execute(insert(t.outgoing_targets).values(kind="consent", target="crm", revision=REVISION))
        erase(connection, shop.people["ann"], NOON, None)
    (notice,) = (row for row in shop.world.rows("outgoing_calls") if row["key"].startswith(NOTICE))
    assert (shop.call(), shop.told) == (CallReport(done=2), ["b1", notice["body"]])
    assert OutgoingLog(shop.world.db).forget(NOON) == 1
    assert list(shop.rows) == ["b1"]


def test_what_was_told_is_forgotten_after_a_week_and_what_is_dead_stays(shop: ToldWorld) -> None:
    shop.happen("ann", "a1", "a2", "a3")
    shop.answer(a2=REFUSED)
    shop.call()
    shop.world.later(DAY)
    shop.happen("bob", "b1")
    shop.call()
    log = OutgoingLog(shop.world.db)
    assert log.forget(Moment(NOON + MINUTE)) == 2
    assert shop.statuses() == {"a2": "failed", "b1": "done"}


def test_release_gives_back_what_is_held(shop: ToldWorld) -> None:
    shop.happen("ann", "a1")
    log = OutgoingLog(shop.world.db)
    (held,) = log.claim("crm", NOON, "one", Moment(NOON + LEASE), REVISION, 10)
    assert (held.body, log.waiting(NOON)) == ("a1", [])
    log.release("one")
    assert log.waiting(NOON) == ["crm"]
