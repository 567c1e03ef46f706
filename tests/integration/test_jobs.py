"""Jobs that any worker takes: claimed and deferred together, sent once, found again, urgent ones first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from sqlalchemy import select, text, update

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.jobs import Jobs
from penfriend.delivery import MemoryTransport
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.events import EventIn
from penfriend.domain.timing import MINUTE, Moment
from penfriend.engine.clock import SetClock
from penfriend.storage.database import Database, open_database
from penfriend.storage.jobs.dispatcher import JobDispatcher
from penfriend.storage.jobs.schema import make_schema
from penfriend.storage.tables import messages
from tests.support.houses import NOON, open_house

CAMPAIGNS = """
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane}
campaigns:
  thanks: {kind: transactional, trigger: {event: order_placed, key: order_id}, steps: [{send: hello}]}
  urgent: {kind: transactional, trigger: {event: order_refunded, key: order_id}, steps: [{send: hello}]}
"""
LETTER = """---
subject: Thank you
---
<mjml><mj-body><mj-section><mj-column><mj-text>Thank you</mj-text></mj-column></mj-section></mj-body></mjml>
"""
NOW, LATER = Moment(NOON + MINUTE), Moment(NOON + 6 * MINUTE)


@pytest.fixture
def house(tmp_path: Path, clone_database: Callable[[str], str], postgres_tables: str) -> Iterator[House]:
    """Seven have ordered something, and their mails are due."""
    with open_house(tmp_path, clone_database(postgres_tables), CAMPAIGNS) as opened:
        (tmp_path / "templates" / "hello.mjml").write_text(LETTER)
        opened.apply(opened.read_files())
        opened.clock = SetClock(NOW)
        make_schema(opened.db)
        order(opened, 7)
        yield opened


def order(house: House, number: int, name: str = "order_placed") -> None:
    """So many order, or get their money back; their mail is due."""
    amount = "total" if name == "order_placed" else "amount"
    events = [
        EventIn(
            name, f"c{one}", f"c{one}@shop.example", NOW, {"order_id": f"o{one}", amount: 10}, f"{name}{one}"
        )
        for one in range(number)
    ]
    house.ingester().ingest_events(events)
    worker = Worker(house, lambda name, _url: (MemoryTransport(name), None))
    worker.enroll()
    worker.advance()
    worker.close()


def dispatcher(house: House, owner: str = "w-1") -> JobDispatcher:
    return JobDispatcher(house.db, make_schema(house.db), "default", owner)


def jobs(house: House) -> list[tuple[int, list[int], str]]:
    """Priority, messages and owner of those that wait, in the order in which they are taken."""
    schema = make_schema(house.db)
    with house.db.read() as connection:
        waiting = f"SELECT priority, args FROM {schema}.procrastinate_jobs WHERE status = 'todo'"
        found = connection.execute(text(f"{waiting} ORDER BY priority DESC, id"))
        return [(row.priority, row.args["ids"], row.args["owner"]) for row in found]


def claim(of: JobDispatcher, limit: int = 200) -> None:
    assert of.claim(NOW, "w-1", LATER, 1, limit) == []


def standing(house: House) -> dict[str, int]:
    found: dict[str, int] = {}
    with house.db.read() as connection:
        for status, owner in connection.execute(select(messages.c.status, messages.c.owner)):
            found[f"{status} {owner or ''}".strip()] = found.get(f"{status} {owner or ''}".strip(), 0) + 1
    return found


def test_what_is_due_is_claimed_and_put_into_jobs_of_at_most_so_many(house: House) -> None:
    claim(dispatcher(house), limit=3)
    assert [len(ids) for _, ids, _ in jobs(house)] == [3, 3, 1]
    assert standing(house) == {"claimed w-1-jobs": 7}


def test_a_claim_that_is_undone_leaves_no_job(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    of = dispatcher(house)
    put = JobDispatcher._put

    def put_and_fail(*values: object) -> None:
        put(*values)  # type: ignore[arg-type]
        raise RuntimeError("the power fails")

    monkeypatch.setattr(JobDispatcher, "_put", put_and_fail)
    with pytest.raises(RuntimeError):
        claim(of)
    assert jobs(house) == []
    assert standing(house) == {"due": 7}


def test_few_jobs_wait_at_a_time(house: House) -> None:
    of = dispatcher(house)
    claim(of, limit=1)
    claim(of, limit=1)
    assert len(jobs(house)) == 4
    assert standing(house) == {"claimed w-1-jobs": 4, "due": 3}


def test_the_urgent_ones_have_a_job_of_their_own_that_goes_first(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.db.write() as connection:
        connection.execute(update(messages).values(priority=50))
    of = dispatcher(house)
    claim(of, limit=2)
    order(house, 1, "order_refunded")
    monkeypatch.setattr("penfriend.storage.jobs.dispatcher.FEWEST", 5)
    claim(of)
    assert [(priority, len(ids)) for priority, ids, _ in jobs(house)] == [
        (1000, 1),
        *([(50, 2)] * 3),
        (50, 1),
    ]


def test_a_job_that_runs_twice_finds_its_mails_once(house: House) -> None:
    of, other = dispatcher(house), dispatcher(house, "w-2")
    claim(of)
    ((_, ids, owner),) = jobs(house)
    taken = other.take_over(ids, owner, "w-2", LATER, 1)
    assert [one.id for one in taken] == ids
    assert of.take_over(ids, owner, "w-1", LATER, 1) == []
    assert standing(house) == {"claimed w-2": 7}


def test_mails_of_a_job_are_due_again_where_a_later_revision_is_live(house: House) -> None:
    of = dispatcher(house)
    claim(of)
    ((_, ids, owner),) = jobs(house)
    house.settings.config.write_text(CAMPAIGNS.replace("Acorn", "Ash"), encoding="utf-8")
    house.apply(house.read_files())
    assert of.take_over(ids, owner, "w-1", LATER, 1) == []
    assert standing(house) == {"due": 7}


def test_who_stops_gives_back_what_waits_in_its_jobs(house: House) -> None:
    of = dispatcher(house)
    claim(of)
    of.release()
    assert standing(house) == {"due": 7}
    ((_, ids, owner),) = jobs(house)
    assert of.take_over(ids, owner, "w-2", LATER, 1) == []


def test_a_job_that_is_lost_is_found_by_recover(house: House) -> None:
    claim(dispatcher(house))
    with house.db.write() as connection:
        connection.execute(text(f"DELETE FROM {make_schema(house.db)}.procrastinate_jobs"))
    assert isinstance(house.clock, SetClock)
    house.clock.set(LATER)
    worker = Worker(house, lambda name, _url: (MemoryTransport(name), None))
    worker.recover()
    assert standing(house) == {"due": 7}
    worker.close()


class Team:
    """A worker with jobs, whose ticks the test calls."""

    def __init__(self, house: House, database: Database | None = None) -> None:
        self.jobs = Jobs(database or house.db, house.measures)
        self.transport = MemoryTransport("default")
        self.worker = Worker(house, lambda _name, _url: (self.transport, None), jobs=self.jobs)
        self.jobs._beginning.join()

    def wait(self) -> None:
        """Until it has reached the database."""
        runner = self.jobs._runner
        assert runner is not None
        wait_for(lambda: runner.is_well("nobody"))

    def close(self) -> None:
        self.worker.close()
        self.jobs.close()


def wait_for(condition: Callable[[], bool]) -> None:
    pause, end = threading.Event(), 600
    while not condition():
        end -= 1
        assert end, "waited in vain"
        pause.wait(0.05)


def test_a_tick_makes_jobs_that_are_sent_and_gone_when_they_are_done(house: House) -> None:
    team = Team(house)
    team.wait()
    report = team.worker.send_apart()
    assert report.decided == 0
    wait_for(lambda: standing(house) == {"sent": 7})
    assert len(team.transport.sent) == 7
    wait_for(lambda: jobs(house) == [])
    team.close()


def test_what_is_wrong_with_a_turn_leaves_no_mail_waiting(house: House) -> None:
    """The job fails before anything was taken over: its mails are due again at once."""
    team = Team(house)

    def full() -> None:
        raise StoreUnavailable("no room")

    team.worker._fit.check = full  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailable):
        team.worker.send_apart()
    claim(dispatcher(house, "w-9"))
    wait_for(lambda: standing(house) == {"due": 7})
    team.close()


def test_who_takes_no_jobs_sends_what_it_claims(house: House) -> None:
    """What it put into jobs would wait for others, who may not be there."""
    of = JobDispatcher(house.db, make_schema(house.db), "default", "w-1", lambda: False)
    assert len(of.claim(NOW, "w-1", LATER, 1, 200)) == 7
    assert jobs(house) == []


def test_jobs_whose_connections_are_away_alone_are_not_relied_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The role may have no more connections: the store goes on, and so do the mails."""

    async def away(*_: object, **__: object) -> None:
        raise OSError("too many connections")

    monkeypatch.setattr("procrastinate.App.run_worker_async", away)
    team = Team(house)
    team.wait()
    team.worker.send_apart()
    runner = team.jobs._runner
    assert runner is not None
    (way,) = runner._servings
    wait_for(lambda: not runner.is_well(way))
    assert isinstance(house.clock, SetClock)
    house.clock.set(LATER)  # what was put into jobs meanwhile
    team.worker.recover()
    team.worker.send_apart()
    wait_for(lambda: standing(house) == {"sent": 7})
    team.close()


def test_jobs_begin_when_the_database_was_away_at_first(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pool that could not be opened is closed for ever: there is another."""
    opens, times = AsyncConnectionPool.open, []

    async def open_later(pool: AsyncConnectionPool, *values: object, **named: object) -> None:
        times.append(pool)
        await opens(pool, *values, **named)  # type: ignore[arg-type]
        if len(times) == 1:
            await pool.close()
            raise PoolTimeout("pool initialization incomplete")

    monkeypatch.setattr(AsyncConnectionPool, "open", open_later)
    monkeypatch.setattr("penfriend.storage.jobs.runner.AGAIN_SECONDS", 0.01)
    team = Team(house)
    team.wait()
    claim(dispatcher(house, "w-9"))
    team.worker.send_apart()
    wait_for(lambda: standing(house) == {"sent": 7})
    wait_for(lambda: jobs(house) == [])
    team.close()


def test_an_address_that_names_the_driver_serves_for_jobs_too(house: House) -> None:
    named = house.db.url.replace("postgresql://", "postgresql+psycopg://")
    with open_database(named) as database:
        team = Team(house, database)
        team.wait()
        claim(dispatcher(house, "w-9"))
        team.worker.send_apart()
        wait_for(lambda: standing(house) == {"sent": 7})
        team.close()
