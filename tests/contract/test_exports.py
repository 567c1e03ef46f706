"""What `penfriend export` writes and what the views show, on both databases: the same rows, each on its day,
nobody who is erased, nothing of our own ids."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from sqlalchemy import text

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.accounts.shell import at_the_shell
from penfriend.bootstrap.exporting import Export, export_days, export_lines
from penfriend.bootstrap.people import erase_person
from penfriend.bootstrap.results import refresh_results
from penfriend.domain.events import EventIn
from penfriend.domain.exports import REPORTS, Kind
from penfriend.domain.exports.reports import RESULTS
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import DAY, HOUR, Moment, iso_utc
from penfriend.engine.clock import SetClock
from penfriend.storage.reporting import days
from tests.support.houses import NOON, open_house

CAMPAIGNS = """
version: 1
brand:
  name: Acorn
  from: Acorn <hello@mail.acorn.example>
  address: 12 Mill Lane
  timezone: Pacific/Auckland
  currency: NZD
exchange_rates: {EUR: 1.8}
topics: {offers: {title: Offers}}
data: {events: {signed_up: {}}}
surveys: {nps: {type: nps, question: How was it?}}
campaigns: {welcome: {topic: offers, trigger: {event: signed_up}, steps: [{send: hello}]}}
"""
NEXT = Moment(NOON + DAY)
"""In Auckland it is thirteen hours later: NOON is an hour after midnight of the third of March."""


class Shop:
    """A shop in Auckland with two people: one has the shop's id, the other an address alone."""

    def __init__(self, house: House, clock: SetClock) -> None:
        self.house, self._clock = house, clock
        house.apply(house.read_files())
        house.ingester().ingest_contacts(
            [
                ContactIn(key, f"{name}@{name}.example", {}, {}, ("offers",), NOON)
                for key, name in (("c-1", "ann"), (None, "bob"))
            ]
        )

    def happen(self, name: str, who: str = "c-1", at: int = NOON, **properties: Any) -> None:
        """An event comes in at the moment that it happens, and what follows from it is done."""
        self._clock.set(Moment(at))
        key, address = (None, who) if "@" in who else (who, None)
        number = len(self.view("events"))
        event = EventIn(name, key, address, Moment(at), properties, f"e{number}")
        self.house.ingester().ingest_events([event])
        worker = Worker.of(self.house)
        worker.settle()
        worker.close()

    def view(self, report: str) -> list[dict[str, Any]]:
        """The rows of a view."""
        with self.house.db.read() as connection:
            return [
                dict(row) for row in connection.execute(text(f"SELECT * FROM report_{report}")).mappings()
            ]

    def lines(
        self, report: str, since: Moment | None = None, until: Moment | None = None
    ) -> list[dict[str, str]]:
        """The rows of an export."""
        wanted = Export(report, since, until)
        whole = "".join(export_lines(self.house, wanted))
        return list(csv.DictReader(io.StringIO(whole, newline="")))


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Shop]:
    with open_house(tmp_path, database_url, CAMPAIGNS) as house:
        assert isinstance(house.clock, SetClock)
        yield Shop(house, house.clock)


@pytest.fixture
def month(shop: Shop) -> Shop:
    """Each report has rows."""
    shop.happen("signed_up")
    shop.happen("signed_up", "bob@bob.example", NEXT)
    shop.happen("order_placed", at=NEXT, order_id="o-1", total="19.90", currency="EUR", cart_id="k;=1+1")
    shop.happen("cart_updated", at=NEXT, cart_id="k-2", total=7, items=[])
    shop.happen("survey_answered", at=NEXT, survey="nps", score=9, comment='=HYPERLINK("x");\n@SUM(1)')
    return shop


def plain(kind: Kind, value: Any) -> str:
    """A value of a view as CSV has it, before it is made harmless."""
    if value is None:
        return ""
    if kind is Kind.MOMENT:
        written = value if isinstance(value, str) else value.isoformat(timespec="microseconds")
        return str(written).replace("+00:00", "Z")
    if kind is Kind.AMOUNT:
        return f"{Decimal(str(value)):.2f}"
    if kind is Kind.YES_NO:
        return "true" if value else "false"
    if kind is Kind.JSON:
        return "" if isinstance(value, dict | str) else "no JSON"
    return str(value)


def without_json(name: str, rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The rows of a view or of a Parquet file as CSV has them, in some order; documents are left out: each
    database writes them in its own way."""
    kinds = {column.name: column.kind for column in REPORTS[name].columns}
    shown = [
        {key: plain(kinds[key], value) for key, value in row.items() if kinds[key] is not Kind.JSON}
        for row in rows
    ]
    return sorted(shown, key=str)


def test_files_and_views_have_the_same_rows(month: Shop) -> None:
    for name, report in REPORTS.items():
        texts = [column.name for column in report.columns if column.kind is not Kind.JSON]
        told = without_json(name, month.view(name))
        seen = [{key: row[key].replace("'", "") for key in texts} for row in month.lines(name)]
        assert len(told) > 1 or name == "answers"
        assert told == sorted(seen, key=str)
        columns = [column.name for column in report.columns]
        assert list(month.view(name)[0]) == list(month.lines(name)[0]) == columns


def test_parquet_has_the_same_rows_with_real_types(month: Shop, tmp_path: Path) -> None:
    types = {Kind.MOMENT: datetime, Kind.NUMBER: int, Kind.AMOUNT: Decimal, Kind.YES_NO: bool}
    for name, report in REPORTS.items():
        done = export_days(month.house, Export(name, format="parquet"), tmp_path)
        rows = [row for one in done.files for row in pyarrow.parquet.read_table(one.path).to_pylist()]
        assert without_json(name, rows) == without_json(name, month.view(name))
        kinds = {column.name: column.kind for column in report.columns}
        for key, value in (pair for row in rows for pair in row.items()):
            assert value is None or isinstance(value, types.get(kinds[key], str)), key


def test_a_row_stands_in_the_file_of_its_day_by_the_brands_calendar(month: Shop, tmp_path: Path) -> None:
    done = export_days(month.house, Export("messages"), tmp_path)
    assert [(one.path.name, one.rows) for one in done.files] == [("2026-03-03.csv", 1), ("2026-03-04.csv", 1)]


def test_days_are_whole_and_a_day_without_rows_has_its_file(month: Shop, tmp_path: Path) -> None:
    wanted = Export("messages", Moment(NOON - 2 * DAY), Moment(NOON + HOUR))
    done = export_days(month.house, wanted, tmp_path)
    assert [(one.day.day, one.rows) for one in done.files] == [(1, 0), (2, 0), (3, 1)]


def test_a_file_is_written_anew_and_nothing_lies_beside_it(month: Shop, tmp_path: Path) -> None:
    wanted = Export("events", NOON, Moment(NOON + 1))
    [before] = export_days(month.house, wanted, tmp_path).files
    month.happen("signed_up", at=NOON + HOUR)
    [after] = export_days(month.house, wanted, tmp_path).files
    assert after.rows > before.rows
    assert [path.name for path in (tmp_path / "events").iterdir()] == ["2026-03-03.csv"]


def test_parts_miss_no_row_and_repeat_none(month: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):  # all of one moment
        month.happen("signed_up", at=NEXT, number=number)
    whole = month.lines("events")
    monkeypatch.setattr(days, "PART", 2)
    assert month.lines("events") == whole
    assert len(whole) == len(month.view("events"))


def test_results_have_a_view_with_each_of_their_columns(month: Shop) -> None:
    refresh_results(month.house)
    first, second = sorted(month.view("results"), key=lambda row: str(row["day"]))
    assert list(first) == [column.name for column in RESULTS.columns]
    assert [str(row["day"]) for row in (first, second)] == ["2026-03-03", "2026-03-04"]
    assert (first["campaign"], first["step"], first["sent"]) == ("welcome", "hello", 1)
    assert Decimal(str(first["revenue"])) == 0


def test_nobody_who_is_erased_is_among_the_rows(month: Shop) -> None:
    erase_person(month.house, "c-1", at_the_shell())
    for name in REPORTS:
        assert {row.get("contact", "bob@bob.example") for row in month.view(name)} <= {"bob@bob.example"}
        assert len(month.view(name)) == len(month.lines(name))
    assert len(month.view("messages")) == 1


def test_our_own_ids_stay_in_the_house(month: Shop) -> None:
    own = [row for row in month.lines("events") if row["name"] == "mail_sent"]
    assert [row["event_id"] for row in own] == ["", ""]
    assert {row["message_id"] for row in own} == {row["message_id"] for row in month.lines("messages")}


def test_an_amount_is_a_decimal_with_its_currency(month: Shop) -> None:
    [order] = [row for row in month.lines("events") if row["name"] == "order_placed"]
    [cart] = [row for row in month.lines("events") if row["name"] == "cart_updated"]
    assert (order["amount"], order["currency"], order["value"]) == ("19.90", "EUR", "35.82")
    assert (cart["amount"], cart["currency"], cart["value"]) == ("7.00", "NZD", "7.00")


def test_cells_run_in_no_spreadsheet_wherever_it_splits(month: Shop) -> None:
    [answer] = month.lines("answers")
    assert answer["comment"] == "'=HYPERLINK(\"x\");\n'@SUM(1)"
    [order] = [row for row in month.lines("events") if row["name"] == "order_placed"]
    assert order["cart_id"] == "k;'=1+1"


def test_a_moment_is_the_same_in_all_of_them(month: Shop) -> None:
    [first, _] = month.lines("enrollments")
    assert first["entered_at"] == iso_utc(NOON).replace("Z", ".000000Z")
