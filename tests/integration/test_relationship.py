"""How people stand with the shop is worked out once a day, by one worker, and told by a command."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.keeping import KEPT_OF, relationship_of
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.relationship.ladder import Step
from penfriend.domain.timing import DAY, HOUR, Moment
from penfriend.engine.clock import SetClock
from penfriend.storage.leases import take_lease
from tests.support.commands import run_here
from tests.support.empty_store import empty_file
from tests.support.houses import NOON, open_house

CAMPAIGNS = """
version: 1
brand:
  {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Pacific/Auckland,
   currency: GBP}
topics: {offers: {title: Offers}}
segments: {first_fifth: {where: {contact.rfm.monetary: {at_least: 3}}}}
campaigns:
  thanks: {topic: offers, trigger: {segment: first_fifth}, steps: [{send: hello}]}
"""


@dataclass
class Shop:
    """A house, its clock and a worker."""

    house: House
    clock: SetClock
    folder: Path
    url: str

    def orders(self, who: str, *orders: tuple[int, float]) -> None:
        """Somebody who has ordered: how many days ago, for how much."""
        ingester = self.house.ingester()
        ingester.ingest_contacts([ContactIn(who, f"{who}@shop.example", created_at=Moment(NOON - 200 * DAY))])
        for days, total in orders:
            name = f"{who}-{days}"
            placed = {"order_id": name, "total": total}
            ingester.ingest_events(
                [EventIn("order_placed", who, None, Moment(NOON - days * DAY), placed, name)]
            )

    def keep_house(self, worker: Worker) -> int:
        report = worker.housekeeping()
        assert report is not None
        return report.rescored


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    url = empty_file(tmp_path / "penfriend.db")
    with open_house(tmp_path, url, CAMPAIGNS) as house:
        clock = house.clock
        assert isinstance(clock, SetClock)
        yield Shop(house, clock, tmp_path, url)


def test_it_is_worked_out_once_a_day_of_the_brands_clock(shop: Shop) -> None:
    shop.house.apply(shop.house.read_files())
    shop.orders("ann", (100, 40))
    worker = Worker.of(shop.house)
    assert shop.keep_house(worker) == 1
    shop.orders("ben", (3, 60))
    shop.clock.set(Moment(NOON + 22 * HOUR))  # the same day as well: 23 o'clock in Auckland
    assert shop.keep_house(worker) == 0
    shop.clock.set(Moment(NOON + 23 * HOUR))
    assert shop.keep_house(worker) == 1
    worker.close()
    found = relationship_of(shop.house)
    assert found is not None
    assert found.as_of == NOON + 23 * HOUR
    assert {step: people for step, people in found.months[-1].steps.items() if people} == {
        Step.FIRST: 1,
        Step.AT_RISK: 1,
    }


def test_two_workers_do_not_work_it_out_at_once(shop: Shop) -> None:
    shop.house.apply(shop.house.read_files())
    shop.orders("ann", (100, 40))
    worker, until = Worker.of(shop.house), Moment(NOON + HOUR)
    with shop.house.db.write() as connection:
        assert take_lease(connection, KEPT_OF, "another", now=NOON, until=until)
    assert shop.keep_house(worker) == 0
    shop.clock.set(until)
    assert shop.keep_house(worker) == 1
    worker.close()


def test_command_works_it_out_where_that_was_never_done_and_tells_all_of_it(shop: Shop) -> None:
    shop.house.apply(shop.house.read_files())
    shop.orders("ann", (150, 40), (100, 20))
    environment = {
        "PENFRIEND_DATABASE_URL": shop.url,
        "PENFRIEND_CONFIG": str(shop.folder / "campaigns.yaml"),
    }
    environment["PENFRIEND_SECRET_KEY"] = "a secret for the tests"
    told = run_here(("relationship", "--json", "--now"), shop.folder, environment)
    assert told.returncode == 0, told.stderr
    document = json.loads(told.stdout)
    assert (document["buyers"], document["lifetime_value"], document["currency"]) == (1, 60.0, "GBP")
    assert document["cohorts"][0]["retention"][:3] == [1.0, 1.0, 0.0]
    assert document["cohorts"][0]["value"][-1] == 60.0
    assert set(document["meanings"]) > {"churn_rate", "at_risk"}
    table = run_here(("relationship", "--csv"), shop.folder, environment)
    lines = list(csv.reader(io.StringIO(table.stdout)))
    assert lines[0] == ["month", "figure", "of", "value"]
    assert ["2025-10", "cohort_people", "", "1"] in lines
    text = run_here(("relationship",), shop.folder, environment).stdout
    assert "The loyalty ladder" in text
    assert "1 people have bought, and have spent 60.00 GBP each so far." in text


def test_command_wants_one_form(shop: Shop) -> None:
    told = run_here(("relationship", "--json", "--csv"), shop.folder, {"PENFRIEND_DATABASE_URL": shop.url})
    assert (told.returncode, told.stderr) == (2, "penfriend: --json and --csv: one of them\n")
