"""Three workers at the same moment, as on three machines: a rate, a cap and a pool of codes hold over all of
them, whether each sends what it claims or jobs go to whoever is free."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.jobs import Jobs
from penfriend.delivery import MemoryTransport
from penfriend.domain.delivery import Email
from penfriend.domain.events import EventIn
from penfriend.domain.timing import MINUTE, SECOND, Moment
from penfriend.engine.clock import SetClock
from penfriend.storage.jobs.schema import make_schema
from penfriend.storage.tables import messages
from tests.support.houses import LETTER, NOON, open_house

PEOPLE, CODES, RATE, WORKERS = 40, 25, 10, 3
CAMPAIGNS = f"""
brand: {{name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane}}
topics: {{news: {{title: News}}}}
data: {{events: {{asked: {{}}}}}}
policy: {{at_most: 1 per 7 days}}
transports: {{default: {{rate: {RATE} per second}}}}
coupons: {{ten: {{from: codes.csv}}}}
campaigns:
  gift: {{topic: news, trigger: {{event: asked}}, steps: [{{send: gift, coupon: ten}}]}}
  news: {{topic: news, trigger: {{event: asked}}, steps: [{{send: hello}}]}}
"""


@pytest.fixture
def house(tmp_path: Path, clone_database: Callable[[str], str], postgres_tables: str) -> Iterator[House]:
    with open_house(tmp_path, clone_database(postgres_tables), CAMPAIGNS) as opened:
        (tmp_path / "templates" / "gift.mjml").write_text(LETTER.replace("Hello", "{{ coupon }}"))
        (tmp_path / "codes.csv").write_text("code\n" + "".join(f"CODE-{one}\n" for one in range(CODES)))
        opened.apply(opened.read_files())
        opened.clock = SetClock(Moment(NOON + MINUTE))
        about = [(f"c{one}", f"c{one}@shop.example") for one in range(PEOPLE)]
        for name, properties in (("subscribed", {"topic": "news", "proof": "a form"}), ("asked", {})):
            opened.ingester().ingest_events(
                [
                    EventIn(name, who, mail, opened.clock.now(), properties, f"{name}-{who}")
                    for who, mail in about
                ]
            )
        yield opened


class Machine:
    """A worker with a house of its own over the same store and clock."""

    def __init__(self, house: House, *, with_jobs: bool) -> None:
        self.house = House(replace(house.settings), house.db, house.clock)
        self.jobs = Jobs(house.db, self.house.measures) if with_jobs else None
        if self.jobs is not None:
            self.jobs._beginning.join()
        self.transport = MemoryTransport("default")
        self.worker = Worker(self.house, lambda _name, _url: (self.transport, None), jobs=self.jobs)

    def work(self) -> None:
        self.worker.enroll()
        self.worker.advance()
        self.worker.send_apart()

    def close(self) -> None:
        self.worker.close()
        if self.jobs is not None:
            self.jobs.close()


def all_at_once(machines: list[Machine]) -> None:
    failures: list[BaseException] = []

    def work(machine: Machine) -> None:
        try:
            machine.work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(machine,)) for machine in machines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def is_through(house: House, schema: str | None) -> bool:
    """No mail is anybody's, and no job waits."""
    with house.db.read() as connection:
        held = connection.execute(
            select(func.count()).where(messages.c.status.in_(("claimed", "sending")))
        ).scalar_one()
        jobs = (
            schema and connection.execute(text(f"SELECT count(*) FROM {schema}.procrastinate_jobs")).scalar()
        )
    return not held and not jobs


@pytest.mark.parametrize("with_jobs", [False, True], ids=["each for itself", "with jobs"])
def test_a_rate_a_cap_and_a_pool_of_codes_hold_over_three_workers(house: House, with_jobs: bool) -> None:
    schema = make_schema(house.db) if with_jobs else None
    clock, pause = house.clock, threading.Event()
    assert isinstance(clock, SetClock)
    with ExitStack() as last:
        machines = [Machine(house, with_jobs=with_jobs) for _ in range(WORKERS)]
        for machine in machines:
            last.callback(machine.close)
        sent: list[Email] = []
        for second in range(PEOPLE // RATE + 3):
            for _ in range(2):
                all_at_once(machines)
                while not is_through(house, schema):
                    pause.wait(0.02)
            before, sent = len(sent), [mail for machine in machines for mail in machine.transport.sent]
            assert len(sent) - before <= RATE, f"second {second}"
            clock.set(Moment(clock.now() + SECOND))
    assert Counter(mail.envelope_to for mail in sent) == {f"c{one}@shop.example": 1 for one in range(PEOPLE)}
    codes = [mail.subject for mail in sent if mail.subject.startswith("CODE-")]
    assert len(codes) == len(set(codes)) <= CODES
    assert codes
