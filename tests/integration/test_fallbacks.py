"""A transport that rests is stood in for: all of its mail but what is in doubt, once, and only so long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from penfriend.bootstrap import House
from penfriend.delivery import MemoryTransport
from penfriend.domain.delivery import Email, Fault, Handover, Outcome, Result, Stage
from penfriend.domain.outbox import Carried
from penfriend.domain.timing import MINUTE, SECOND, Moment
from penfriend.engine.clock import SetClock
from penfriend.engine.gate import Gate
from penfriend.storage.rate_book import RateBook
from penfriend.storage.tables import attempts, messages, routes
from tests.integration.test_ways_out import LETTER, Ways, come, worker
from tests.support.empty_store import with_tables
from tests.support.mail_pieces import NO_ANSWER, NOON, ROUTE_DOWN

FILE = """\
brand: {name: A, from: a@shop.example, address: Mill Lane 1}
transports:
  bulk: {url: "smtp://bulk.example", fallback: spare}
  spare: {url: "smtp://spare.example", fallback: default}
campaigns:
  letters: {kind: transactional, transport: bulk, trigger: {event: order_placed}, steps: [{send: a/b}]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates" / "a").mkdir(parents=True)
    (tmp_path / "templates" / "a" / "b.mjml").write_text(LETTER, encoding="utf-8")
    (tmp_path / "campaigns.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def house(folder: Path, database_url: str) -> Iterator[House]:
    environment = {
        "PENFRIEND_DATABASE_URL": with_tables(database_url),
        "PENFRIEND_CONFIG": str(folder / "campaigns.yaml"),
        "PENFRIEND_SECRET_KEY": "a secret of sixteen characters",
        "PENFRIEND_TRANSPORT": "smtp://main.example",
    }
    with House.open(environment, SetClock(NOON)) as opened:
        opened.apply(opened.read_files())
        later(opened, MINUTE)
        yield opened


def later(house: House, microseconds: int) -> None:
    assert isinstance(house.clock, SetClock)
    house.clock.set(Moment(house.clock.now() + microseconds))


def answer(ways: Ways, name: str, result: Result | None) -> None:
    """Let a transport answer so from now on."""
    way = ways.opened[name]
    assert isinstance(way, MemoryTransport)
    way.answer_with(lambda _: result)


def tries(house: House) -> list[tuple[str, str | None]]:
    """By which route each try went, and what came of it."""
    with house.db.read() as connection:
        found = connection.execute(select(attempts).order_by(attempts.c.id))
        return [(row.route, row.outcome) for row in found]


def statuses(house: House) -> list[tuple[str, str | None]]:
    with house.db.read() as connection:
        found = connection.execute(select(messages).order_by(messages.c.id))
        return [(row.status, row.held_by) for row in found]


def test_while_a_transport_rests_another_carries_its_mail(house: House) -> None:
    ways = Ways()
    with worker(house, ways) as one:
        one.refresh()
        answer(ways, "bulk", ROUTE_DOWN)
        come(house, "ann", "bob", "cem")
        one.settle()
        later(house, SECOND)
        come(house, "dan")
        one.settle()
    assert {name: ways.sent(name) for name in ways.opened} == {"default": 0, "bulk": 0, "spare": 4}
    assert tries(house) == [("bulk", "deferred"), *[("spare", "accepted")] * 4]
    assert {status for status, _ in statuses(house)} == {"sent"}


def test_when_it_works_again_its_mail_goes_by_it_again(house: House) -> None:
    ways = Ways()
    with worker(house, ways) as one:
        one.refresh()
        answer(ways, "bulk", ROUTE_DOWN)
        come(house, "ann")
        one.settle()
        answer(ways, "bulk", None)
        later(house, MINUTE)
        come(house, "bob")
        one.settle()
        come(house, "cem")
        one.settle()
    assert (ways.sent("bulk"), ways.sent("spare")) == (2, 1)
    assert house.overview().routes == {}


def test_it_is_tried_again_with_few_mails_and_longer_rests(house: House) -> None:
    ways = Ways()
    with worker(house, ways) as one:
        one.refresh()
        answer(ways, "bulk", ROUTE_DOWN)
        rests: list[int] = []
        for name in ("ann", "bob", "cem"):
            come(house, name, f"{name}2", f"{name}3")
            one.settle()
            until, _ = house.overview().routes["bulk"]
            rests.append(until - house.clock.now())
            later(house, rests[-1])
    assert rests == [30 * SECOND, 60 * SECOND, 120 * SECOND]
    assert ways.sent("spare") == 9
    assert tries(house).count(("bulk", "deferred")) == 3


def test_it_rests_as_long_as_it_asked_for_though_its_mail_goes_at_once(house: House) -> None:
    ways = Ways()
    with worker(house, ways) as one:
        one.refresh()
        answer(ways, "bulk", replace(ROUTE_DOWN, retry_after=600))
        come(house, "ann")
        one.settle()
    until, _ = house.overview().routes["bulk"]
    assert (until - house.clock.now(), ways.sent("spare")) == (600 * SECOND, 1)


@pytest.mark.both
def test_who_stands_in_for_the_one_that_stands_in(house: House) -> None:
    ways = Ways()
    with worker(house, ways) as one:
        one.refresh()
        answer(ways, "bulk", ROUTE_DOWN)
        answer(ways, "spare", ROUTE_DOWN)
        come(house, "ann")
        one.settle()
    assert [route for route, _ in tries(house)] == ["bulk", "spare", "default"]
    assert statuses(house) == [("sent", "provider_paused")]


def test_where_all_of_them_rest_the_mail_waits(house: House) -> None:
    ways = Ways()
    with worker(house, ways) as one:
        one.refresh()
        for name in ways.opened:
            answer(ways, name, ROUTE_DOWN)
        come(house, "ann")
        one.settle()
        assert statuses(house) == [("due", "provider_paused")]
        answer(ways, "default", None)
        later(house, 20 * MINUTE)
        for name in ("bulk", "spare"):
            answer(ways, name, None)
        one.settle()
    assert statuses(house) == [("sent", "provider_paused")]
    assert len({row for row in tries(house) if row[1] == "accepted"}) == 1


def test_what_may_have_arrived_is_never_sent_by_another(house: House, folder: Path) -> None:
    resend = FILE.replace("kind: transactional,", "kind: transactional, on_unknown: resend,")
    (folder / "campaigns.yaml").write_text(resend, encoding="utf-8")
    house.apply(house.read_files())
    ways = Ways()
    with worker(house, ways) as one:
        one.refresh()
        answer(ways, "bulk", NO_ANSWER)
        come(house, "ann")
        one.settle()
        later(house, 10 * MINUTE)  # it is due again, and the transport rests
        rest(house, paused_until=house.clock.now() + 5 * MINUTE)
        come(house, "bob")
        one.settle()
        assert statuses(house) == [("due", "provider_paused"), ("sent", None)]
        later(house, 10 * MINUTE)
        answer(ways, "bulk", None)
        one.settle()
    assert tries(house) == [("bulk", "unknown"), ("spare", "accepted"), ("bulk", "accepted")]


def rest(house: House, **values: int) -> None:
    """Let the transport bulk have failed three times."""
    with house.db.write() as connection:
        connection.execute(insert(routes), {"name": "bulk", "failures": 3, **values})


def test_what_was_claimed_when_a_transport_began_to_rest_is_taken_by_another(house: House) -> None:
    busy = Result(Outcome.DEFERRED, Stage.MAIL, code=421, enhanced="4.7.0", fault=Fault.ROUTE)
    ways = Ways()
    with worker(house, ways) as one:
        one.refresh()
        answer(ways, "bulk", busy)
        come(house, *(f"p{number}" for number in range(20)))
        one.settle()
    assert ways.sent("spare") == 20
    assert tries(house).count(("bulk", "deferred")) < 20


class Beaten(RateBook):
    """Another worker begins to try a route right after it was looked at."""

    def troubled(self, now: Moment) -> dict[str, bool]:
        found = super().troubled(now)
        self.begin_probe("bulk", now)
        return found


def test_who_comes_too_late_to_try_a_transport_leaves_its_mail_to_the_other(house: House) -> None:
    rest(house, paused_until=NOON)
    gate = Gate("bulk", house.definitions(), Beaten(house.db), house.clock)
    assert gate.look() == Carried(frozenset({"letters"}), in_doubt=True)
    assert not gate.probing


@pytest.mark.both
def test_mails_of_one_that_rests_are_taken_by_one_worker_once(house: House) -> None:
    """Two workers, each with both transports, one after the other in every order."""
    ways, others = Ways(), Ways()
    with worker(house, ways) as one, worker(house, others) as other:
        one.refresh()
        other.refresh()
        for both in (ways, others):
            answer(both, "bulk", ROUTE_DOWN)
        come(house, *(f"p{number}" for number in range(20)))
        for _ in range(3):
            one.settle()
            other.settle()
    sent = [mail.message_id for both in (ways, others) for mail in _mails(both)]
    assert (len(sent), len(set(sent))) == (20, 20)
    assert {status for status, _ in statuses(house)} == {"sent"}


def _mails(ways: Ways) -> list[Email]:
    found: list[Email] = []
    for way in ways.opened.values():
        assert isinstance(way, MemoryTransport)
        found += way.sent
    return found


@pytest.mark.both
def test_only_one_worker_tries_it_again_and_the_other_goes_on_standing_in(house: House) -> None:
    ways, others = Ways(), Ways()
    rest(house, paused_until=NOON)
    come(house, "ann", "bob")
    with worker(house, ways) as one, worker(house, others) as other:
        one.refresh()
        other.refresh()
        bulk = ways.opened["bulk"]
        assert isinstance(bulk, MemoryTransport)
        seen: list[int] = []

        def meanwhile(_: Handover) -> Result | None:
            if not seen:
                seen.append(0)
                other.settle()
                seen[0] = others.sent("spare") + others.sent("bulk")
            return None

        bulk.answer_with(meanwhile)
        one.settle()
    assert (seen, others.sent("spare"), others.sent("bulk"), ways.sent("bulk")) == ([1], 1, 0, 1)


@pytest.mark.both
def test_route_that_a_dead_worker_tried_is_tried_by_the_next(house: House) -> None:
    rest(house, paused_until=house.clock.now() + 30 * SECOND, probing=1)
    ways = Ways()
    with worker(house, ways) as one:
        come(house, "ann")
        one.settle()
        assert (ways.sent("bulk"), ways.sent("spare")) == (0, 1)
        later(house, MINUTE)
        come(house, "bob")
        one.settle()
    assert (ways.sent("bulk"), ways.sent("spare")) == (1, 1)
    with house.db.read() as connection:
        chosen = select(routes.c.failures, routes.c.paused_until, routes.c.probing)
        assert [tuple(row) for row in connection.execute(chosen)] == [(0, None, 0)]
