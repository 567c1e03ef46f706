"""The purchase history of a real shop (tests/data/README.md): imported, segmented, written to."""

from __future__ import annotations

import csv
import gzip
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from penfriend.bootstrap import House
from penfriend.cli.starter import FOLDERS, starter
from penfriend.domain.chance import Drawn
from penfriend.domain.incoming_rows import RowKind
from penfriend.domain.timing import Moment
from penfriend.engine.clock import SetClock
from penfriend.engine.import_file import ImportJob
from tests.acceptance.conftest import Shop
from tests.support.clock import moment

DATA = Path(__file__).parent.parent / "data" / "cdnow_orders.csv.gz"
COLUMNS = {"customer_id": "contact", "date": "at", "amount": "total"}
MAP = [f"--map={column}={field}" for column, field in COLUMNS.items()]
pytestmark = pytest.mark.timeout(300)


def _rows() -> list[dict[str, str]]:
    with gzip.open(DATA, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    environment = {
        "PENFRIEND_DATABASE_URL": database_url,
        "PENFRIEND_CONFIG": str(starter() / "campaigns.yaml"),
        "PENFRIEND_SECRET_KEY": "a secret for the tests",
        "PENFRIEND_TRANSPORT": "memory:",
    }
    with House.open(environment, SetClock(Moment(moment("1996-12-01T00:00Z")))) as opened:
        yield opened


def _lapsed(rows: list[dict[str, str]], today: date) -> set[str]:
    """Bought, but not for 90 days, and not 500 or more within a year: read off the file, without a line of
    Penfriend."""
    last: dict[str, date] = {}
    year: dict[str, float] = defaultdict(float)
    for row in rows:
        day = date.fromisoformat(row["date"])
        who = row["customer_id"]
        last[who] = max(last.get(who, day), day)
        if day > today - timedelta(days=365):
            year[who] += float(row["amount"])
    return {
        who for who, day in last.items() if day <= today - timedelta(days=90) and round(year[who], 2) < 500
    }


def test_lapsed_is_who_the_file_says_on_ten_dates(house: House, tmp_path: Path) -> None:
    """The history is brought in as it grew, the last file with all that came before; on each date the
    segment's members are those that plain Python finds."""
    rows = _rows()
    dates = [date(1997, 5, 1) + timedelta(days=47 * number) for number in range(9)] + [date(1998, 7, 1)]
    taken, before = 0, date.min
    for today in dates:
        so_far = [row for row in rows if date.fromisoformat(row["date"]) < today]
        whole = today == dates[-1]
        new = [row for row in so_far if whole or date.fromisoformat(row["date"]) >= before]
        part = tmp_path / f"until-{today}.csv"
        with part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(new)
        assert isinstance(house.clock, SetClock)
        house.clock.set(Moment(moment(f"{today}T09:00Z")))
        report = house.import_file(ImportJob(RowKind.EVENTS, str(part), COLUMNS, "order_placed"))
        assert (report.rejected, report.repeated) == (0, len(new) - (len(so_far) - taken))
        taken, before = len(so_far), today
        found = {one.key for one in house.segments().list("lapsed", 10_000)}
        assert found == _lapsed(so_far, today), today
        assert house.segments().count("lapsed") == len(found)
    assert len(_lapsed(rows, dates[-1])) > 1000


def test_win_back_runs_on_the_real_history_in_july_1998(
    make_shop: Callable[..., Shop], tmp_path: Path
) -> None:
    shop = make_shop(f"file:{tmp_path / 'outbox'}")
    source = starter()
    shop.write("campaigns.yaml", (source / "campaigns.yaml").read_text(encoding="utf-8"))
    for folder in FOLDERS:
        shutil.copytree(source / folder, shop.folder / folder, dirs_exist_ok=True)
    rows = _rows()
    customers = sorted({row["customer_id"] for row in rows})
    shop.write("contacts.csv", "id,email\n" + "".join(f"{one},c{one}@cdnow.example\n" for one in customers))
    consents = "".join(f"{one},offers,1997-01-01,paper form\n" for one in customers if int(one) % 2)
    shop.write("consents.csv", "contact,topic,at,proof\n" + consents)
    assert shop.json("import", "contacts", "contacts.csv")["taken"] == len(customers)
    assert shop.json("import", "events", str(DATA), "--name", "order_placed", *MAP)["taken"] == len(rows)
    again = shop.json("import", "events", str(DATA), "--name", "order_placed", *MAP)
    assert (again["taken"], again["repeated"]) == (0, len(rows))
    assert shop.json("import", "consents", "consents.csv")["taken"] == consents.count("\n")
    shop.run("tick", "--now", "1998-07-01T09:00Z")
    lapsed = _lapsed(rows, date(1998, 7, 1))
    agreed = {one for one in lapsed if int(one) % 2}
    counts = shop.json("status")["campaigns"]["win_back"]
    assert counts["entered"] == len(agreed)
    assert counts["not_entered"] == {"not_consented": len(lapsed) - len(agreed)}
    held_out = {one for one in agreed if Drawn().is_held_out(one, "win_back", 10)}
    assert 0 < len(held_out) < len(agreed) / 5
    assert counts["ended"] == {"holdout": len(held_out)}
    assert counts["messages"]["sent"] == len(agreed - held_out)
    letters = Counter(path.suffix for path in (tmp_path / "outbox").iterdir())
    assert letters == {".eml": len(agreed - held_out)}
