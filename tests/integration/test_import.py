"""Importing files: their forms, their faults, and that a repeated file changes nothing."""

from __future__ import annotations

import csv
import gzip
import io
import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.domain.errors import SettingError
from penfriend.domain.incoming_rows import RowKind
from penfriend.engine.import_file import FileImport, ImportJob
from penfriend.storage.row_counts import RowCounts
from tests.contract.store_cases import Shop
from tests.support.clock import moment
from tests.support.importing import numbers, run, written


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(f"sqlite:///{tmp_path / 'penfriend.db'}")
    with shop.db:
        yield shop


CDNOW = Path(__file__).parents[1] / "data" / "cdnow_orders.csv.gz"
EVENTS = """id,contact,name,at,total
e-1,c-1,order_placed,2026-02-01 09:00,12.50
e-2,c-2,order_placed,2026-02-01T09:00:00Z,7
"""


def test_events_of_a_csv_file(shop: Shop, tmp_path: Path) -> None:
    report = run(shop, "events", written(tmp_path, EVENTS))
    assert numbers(report) == (2, 0, 0)
    assert shop.contact()["orders_total"] == 125_000
    assert shop.contact()["orders_first_at"] == moment("2026-02-01T09:00:00Z")
    assert report.seconds == 1


def test_repeated_file_changes_nothing(shop: Shop, tmp_path: Path) -> None:
    path = written(tmp_path, EVENTS)
    run(shop, "events", path)
    before = shop.dump()
    assert numbers(run(shop, "events", path)) == (0, 2, 0)
    assert shop.dump() == before


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_delimiter_and_byte_order_mark_are_recognised(shop: Shop, tmp_path: Path, delimiter: str) -> None:
    path = written(tmp_path, "\ufeff" + EVENTS.replace(",", delimiter))
    assert numbers(run(shop, "events", path)) == (2, 0, 0)


def test_gzip_is_recognised(shop: Shop, tmp_path: Path) -> None:
    assert numbers(run(shop, "events", written(tmp_path, gzip.compress(EVENTS.encode()), "rows.gz"))) == (
        2,
        0,
        0,
    )


def test_real_purchase_history(shop: Shop) -> None:
    columns = {"customer_id": "contact", "date": "at", "amount": "total"}
    report = run(shop, "events", CDNOW, columns=columns, name="order_placed")
    assert numbers(report) == (6_919, 0, 0)
    found = shop.row(
        "SELECT count(*) AS people, sum(orders_count) AS orders, sum(orders_total) AS total FROM contacts"
    )
    assert found == {"people": 2_357, "orders": 6_919, "total": 2_440_919_400}
    assert shop.row("SELECT properties FROM events LIMIT 1")["properties"] == '{"quantity":"2","total":29.33}'
    before = shop.dump()
    assert numbers(run(shop, "events", CDNOW, columns=columns, name="order_placed")) == (0, 6_919, 0)
    assert shop.dump() == before


def test_file_that_is_cut_off_is_one_line(shop: Shop, tmp_path: Path) -> None:
    packed = gzip.compress((EVENTS * 500).encode())
    with pytest.raises(SettingError, match="the gzip file is damaged or cut off"):
        run(shop, "events", written(tmp_path, packed[: len(packed) // 2]))


def test_standard_input(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stream = io.TextIOWrapper(io.BufferedReader(io.BytesIO(EVENTS.encode())))
    monkeypatch.setattr(sys, "stdin", stream)
    assert numbers(run(shop, "events", "-")) == (2, 0, 0)


def test_json_lines(shop: Shop, tmp_path: Path) -> None:
    rows = [
        {"id": "e-1", "contact": {"id": "c-1", "email": "ann@shop.example"}, "name": "order_placed",
         "at": "2026-02-01T09:00:00Z", "properties": {"total": 12.5}},
        {"contact": "c-1", "name": "page", "at": "2026-02-01", "properties": {}},
    ]  # fmt: skip
    path = written(tmp_path, "\n".join(map(json.dumps, rows)) + "\n\n{broken\n[1]\n", "rows.jsonl")
    report = run(shop, "events", path)
    assert numbers(report) == (2, 0, 2)
    assert [line for line, _ in report.reasons] == [4, 5]
    assert shop.contact()["email"] == "ann@shop.example"


def test_rejected_rows_go_to_a_file_with_line_and_reason(shop: Shop, tmp_path: Path) -> None:
    text = EVENTS + 'e-3,c-3,order_placed,2026-02-01,"a\nb"\ne-4,c-4,order_placed,yesterday,5\n'
    report = run(shop, "events", written(tmp_path, text))
    assert numbers(report) == (2, 0, 2)
    rejected = tmp_path / "rows.csv.rejected.csv"
    assert report.rejected_file == str(rejected)
    with rejected.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["line", "reason", "id", "contact", "name", "at", "total"]
    assert rows[1][:3] == ["4", 'total: "a\\x0ab" is not an amount, e.g. 12.50', "e-3"]
    assert rows[2][:2] == ["6", 'at: "yesterday" is not a moment, e.g. 2026-03-02T10:00:00Z']


def test_rejected_file_of_an_earlier_run_is_taken_away(shop: Shop, tmp_path: Path) -> None:
    path = written(tmp_path, EVENTS + "e-4,c-4,order_placed,yesterday,5\n")
    run(shop, "events", path)
    path.write_text(EVENTS)
    assert run(shop, "events", path).rejected_file is None
    assert not (tmp_path / "rows.csv.rejected.csv").exists()


def test_latin_1_is_refused_row_by_row(shop: Shop, tmp_path: Path) -> None:
    text = "id,first_name\nc-1,Ann\nc-2,Jos\xe9\n".encode("latin-1")
    report = run(shop, "contacts", written(tmp_path, text))
    assert numbers(report) == (1, 0, 1)
    line, reason = report.reasons[0]
    assert line == 3
    assert reason.startswith("holds the byte 0xE9, which is not UTF-8")


def test_huge_cell_is_refused_and_the_rest_goes_in(shop: Shop, tmp_path: Path) -> None:
    text = f"id,attributes.note\nc-1,{'x' * 10_000_000}\nc-2,{'y' * 70_000}\nc-3,short\n"
    report = run(shop, "contacts", written(tmp_path, text))
    assert numbers(report) == (1, 0, 2)
    assert report.reasons[0][1].startswith("a cell is longer than 1,048,576 characters")
    assert report.reasons[1][1].startswith("attributes: 70,")


def test_row_of_another_length_is_refused(shop: Shop, tmp_path: Path) -> None:
    report = run(shop, "events", written(tmp_path, EVENTS + "e-3,c-3\n"))
    assert report.reasons == [(4, "the row has 2 cells, the header 5")]


@pytest.mark.parametrize(
    ("kind", "text", "line"),
    [
        ("events", "", "the file is empty"),
        ("events", "contact,name\nc-1,page\n", 'rows.csv:1: there is no column "at", only contact, name'),
        ("events", "customer,name,at\n", 'no column "contact" or "email".*--map COLUMN=contact'),
        ("events", "contact,at\n", "say what happened with --name EVENT"),
        ("events", "contact,at,at\n", 'the column "at" is there twice'),
        ("events", '[{"contact": "c-1"}]', "write one object on each line"),
        ("contacts", "id,frist_name\n", 'unknown column "frist_name". Did you mean "first_name"'),
        ("contacts", "id,shoe\n", "--map shoe=attributes.shoe takes it as an attribute"),
        ("consents", "contact,at\n", 'there is no column "topic"'),
    ],
)
def test_file_that_cannot_be_meant_is_one_line(
    shop: Shop, tmp_path: Path, kind: str, text: str, line: str
) -> None:
    with pytest.raises(SettingError, match=line) as caught:
        run(shop, kind, written(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_mapping_of_a_missing_column_is_one_line(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r'no column "contct"\. Did you mean "contact"'):
        run(shop, "events", written(tmp_path, EVENTS), columns={"contct": "email"})


def test_file_that_is_not_there_is_one_line(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="No such file"):
        run(shop, "events", tmp_path / "none.csv")


def test_dry_run_checks_and_keeps_nothing(shop: Shop, tmp_path: Path) -> None:
    report = run(shop, "events", written(tmp_path, EVENTS + "e-3,c-3,order_placed,x,1\n"), dry_run=True)
    assert numbers(report) == (2, 0, 1)
    assert shop.rows("SELECT * FROM contacts") == []


def test_equal_rows_are_two_events_and_stay_two(shop: Shop, tmp_path: Path) -> None:
    text = "contact,at,total\nc-1,2026-02-01,5\nc-1,2026-02-01,5\n"
    path = written(tmp_path, text)
    assert numbers(run(shop, "events", path, name="order_placed")) == (2, 0, 0)
    assert numbers(run(shop, "events", path, name="order_placed")) == (0, 2, 0)
    assert shop.contact()["orders_count"] == 2


def test_contacts_with_attributes_and_consent(shop: Shop, tmp_path: Path) -> None:
    text = (
        "id,email,first_name,shoe_size,attributes.pet,topics,subscribed_at\n"
        "c-1,ann@shop.example,Ann,38,cat,news offers,2026-01-05\n"
        "c-2,bo@shop.example,,,,,\n"
    )
    path = written(tmp_path, text)
    assert numbers(run(shop, "contacts", path)) == (2, 0, 0)
    assert shop.contact()["attributes"] == {"shoe_size": 38, "pet": "cat"}
    assert shop.contact()["subscribed_at"] == moment("2026-01-05T00:00:00Z")
    proofs = shop.rows("SELECT topic, subscribed, proof FROM subscriptions ORDER BY topic")
    assert proofs == [
        {"topic": "news", "subscribed": 1, "proof": "rows.csv"},
        {"topic": "offers", "subscribed": 1, "proof": "rows.csv"},
    ]
    assert numbers(run(shop, "contacts", path)) == (0, 2, 0)


def test_consents(shop: Shop, tmp_path: Path) -> None:
    text = (
        "contact,topic,at,source,proof\nc-1,offers,2026-01-05T10:00:00Z,checkout,form 7\n"
        "c-2,offers,2026-01-05,,\n"
    )
    path = written(tmp_path, text)
    assert numbers(run(shop, "consents", path)) == (2, 0, 0)
    found = shop.rows("SELECT subscribed, source, proof FROM subscriptions ORDER BY contact_id")
    assert found == [
        {"subscribed": 1, "source": "import:checkout", "proof": "form 7"},
        {"subscribed": 1, "source": "import:rows.csv", "proof": "rows.csv"},
    ]
    assert numbers(run(shop, "consents", path)) == (0, 2, 0)


def test_refusals_of_a_registry_are_obeyed(shop: Shop, tmp_path: Path) -> None:
    shop.happen("subscribed", "2026-01-05T10:00:00Z", email="ann@post.example", topic="news")
    text = (
        "recipient,consentDate,status,type\n"
        "ann@post.example,2026-02-01 09:00,RET,EPOSTA\n"
        "bob@post.example,2026-02-01 09:00,ONAY,EPOSTA\n"
        "eve@post.example,2026-02-01 09:00,MAYBE,EPOSTA\n"
    )
    columns = {"recipient": "email", "consentDate": "at", "status": "change", "type": ""}
    report = run(shop, "consents", written(tmp_path, text), columns=columns)
    assert numbers(report) == (1, 0, 2)
    assert [reason.partition(":")[0] for _, reason in report.reasons] == ["topic", "change"]
    assert shop.rows("SELECT topic, subscribed FROM subscriptions") == [{"topic": "news", "subscribed": 0}]


def test_progress_is_told_in_bytes_of_the_file(shop: Shop, tmp_path: Path) -> None:
    path = written(tmp_path, EVENTS)
    told: list[tuple[int, int | None]] = []
    with RowCounts() as counts:
        job = ImportJob(RowKind.EVENTS, str(path))
        FileImport(shop.ingester, shop.definitions, counts, shop.clock, job).run(
            lambda *now: told.append(now)
        )
    assert told == [(len(EVENTS), len(EVENTS))]


def test_memory_does_not_grow_with_the_file(shop: Shop, tmp_path: Path) -> None:
    def rows(count: int) -> Path:
        lines = (f"c-{number % 50},2026-02-01,{number}" for number in range(count))
        return written(tmp_path, "contact,at,n\n" + "\n".join(lines) + "\n")

    run(shop, "events", rows(6_000), name="page", dry_run=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run(shop, "events", rows(60_000), name="page", dry_run=True)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 20_000, f"{grown} kB"
