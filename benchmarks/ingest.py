"""How fast files come in: rows a second of `penfriend import`, beside the driver's own bulk insert.

    python benchmarks/ingest.py [ROWS]

The limit, measured in the same run, is `executemany` of sqlite3 with the very rows that the import has left,
into the same tables with the same indexes. A ratio of 1 would mean that reading, checking and finding whose
each row is cost nothing.
"""

from __future__ import annotations

import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from results import Figure, keep

from penfriend.domain.definitions import Brand, Definitions
from penfriend.domain.incoming_rows import RowKind
from penfriend.engine.clock import SystemClock
from penfriend.engine.import_file import FileImport, ImportJob
from penfriend.engine.ingest import Ingester
from penfriend.storage.database import open_database
from penfriend.storage.ingest import IngestStore
from penfriend.storage.migrate import upgrade
from penfriend.storage.row_counts import RowCounts

ROWS = 100_000
PER_CONTACT = 20
DEFINITIONS = Definitions(brand=Brand(timezone="Europe/London", currency="GBP"))
TABLES = ("contacts", "contact_keys", "events", "event_facts", "touched", "orders", "items", "purchases")
DAYS = 28


def contacts(count: int) -> Iterator[str]:
    """Contacts with an address, a name and a zone."""
    yield "id,email,first_name,locale,timezone\n"
    for number in range(count):
        yield f"c-{number},person{number}@mail{number % 50}.example,Ann,en,Europe/London\n"


def events(count: int) -> Iterator[str]:
    """Events that keep no table of the shop's up to date, twenty for each contact, spread over the file."""
    people = max(count // PER_CONTACT, 1)
    yield "id,contact,name,at,page\n"
    for number in range(count):
        at = f"2026-02-{1 + number * DAYS // count:02}T10:00:00Z"
        yield f"e-{number},c-{number * 7919 % people},page_viewed,{at},/shelf/{number % 977}\n"


def orders(count: int) -> Iterator[str]:
    """Orders of two products."""
    people = max(count // PER_CONTACT, 1)
    for number in range(count):
        one, other = number % 1999, number % 977
        items = f'[{{"product_id":"p-{one}","price":9.5}},{{"product_id":"p-{other}","price":3}}]'
        yield (
            f'{{"id":"e-{number}","contact":"c-{number * 7919 % people}","name":"order_placed",'
            f'"at":"2026-02-{1 + number * DAYS // count:02}T10:00:00Z",'
            f'"properties":{{"order_id":"o-{number}","total":12.5,"items":{items}}}}}\n'
        )


def imported(kind: RowKind, file: Path, database: Path) -> float:
    """Seconds that the import takes."""
    clock = SystemClock()
    with open_database(f"sqlite:///{database}") as db, RowCounts() as counts:
        upgrade(db)
        ingester = Ingester(IngestStore(db), DEFINITIONS, clock)
        return FileImport(ingester, DEFINITIONS, counts, clock, ImportJob(kind, str(file))).run().seconds


def inserted(database: Path, copy: Path) -> float:
    """Seconds that the driver takes for the same rows in empty tables of the same make."""
    with open_database(f"sqlite:///{copy}") as db:
        upgrade(db)
    source, target = sqlite3.connect(database), sqlite3.connect(copy, isolation_level=None)
    taken = 0.0
    for table in TABLES:
        rows = source.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - our own names
        if not rows:
            continue
        marks = ", ".join("?" * len(rows[0]))
        start = time.perf_counter()
        target.execute("BEGIN")
        target.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
        target.execute("COMMIT")
        taken += time.perf_counter() - start
    source.close()
    target.close()
    return taken


def main(count: int) -> None:
    """Print a line for each kind of file."""
    makers = ((RowKind.CONTACTS, contacts), (RowKind.EVENTS, events), (RowKind.EVENTS, orders))
    for kind, make in makers:
        with tempfile.TemporaryDirectory() as folder:
            file, database = Path(folder, "rows"), Path(folder, "penfriend.db")
            with file.open("w", encoding="utf-8") as out:
                out.writelines(make(count))
            taken, again = imported(kind, file, database), imported(kind, file, database)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            limit = inserted(database, Path(folder, "copy.db"))
        keep(
            Figure(f"import of {make.__name__}", "rows/s", count / taken, limit=count / limit),
            Figure(f"import of {make.__name__} that are known already", "rows/s", count / again),
        )
        print(  # noqa: T201 - what it is for
            f"{make.__name__}: {count / taken:,.0f} rows/s, {count / again:,.0f} known already,"
            f" limit {count / limit:,.0f}, ratio {limit / taken:.2f}, peak {peak} MB"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
