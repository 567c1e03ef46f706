"""How long the dashboard's pages take over a store of many years: CONTACTS people and ten mails for each.

    python benchmarks/pages.py [CONTACTS]

SQLite in a temporary folder, which takes 4 GB for a million contacts; the mails are written by statements,
then counted by the product itself. Each page is asked six times by one client over a real server, signed in
as an operator: the first time, and the median of the others. `/account`, which asks nearly nothing of the
store, stands first, for comparison.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # the server before which somebody is signed in is the tests'

from penfriend.bootstrap import House  # noqa: E402
from penfriend.bootstrap.results import refresh_results  # noqa: E402
from penfriend.domain.timing import DAY, HOUR  # noqa: E402
from penfriend.engine.clock import SystemClock  # noqa: E402
from penfriend.storage.tending import renew_statistics  # noqa: E402
from tests.support.dashboard import Visitor, operators, serve_dashboard  # noqa: E402

CONTACTS, MAILS_EACH, TIMES = 100_000, 10, 6
CAMPAIGNS = ("welcome", "abandoned_cart", "points_expiry", "win_back", "satisfaction", "order_confirmation")
PAGES = (
    *("/account", "/", "/campaigns", "/campaigns/welcome", "/segments", "/segments/lapsed", "/contacts"),
    *(
        "/contacts?q=p777",
        "/letters",
        "/surveys",
        "/relationship",
        "/deliverability",
        "/system",
        "/simulation",
    ),
)
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < {count})"
_NAMED = " ".join(f"WHEN {at} THEN '{name}'" for at, name in enumerate(CAMPAIGNS))
_WHICH = f"CASE i % 6 {_NAMED} END"
PEOPLE = """
INSERT INTO contacts (id, key, email, email_hash, created_at, locale) {numbers}
SELECT i, 'c-' || i, 'p' || i || '@shop.example', printf('%064x', i), {now} - (i % 700) * {day},
    'en' FROM n"""
RUNS = """
INSERT INTO enrollments (id, campaign, contact_id, occurrence, entry, revision, entered_at, status, began_at,
    missed, woken, ended_at, end_reason, goal_until, goal_at, converted_at) {numbers}
SELECT i, {which}, i, '', 1, 1, {at}, 'ended', {at}, 0, 0, {now},
    CASE WHEN i % 11 = 0 THEN 'holdout' ELSE 'completed' END, {now},
    CASE WHEN i % 17 = 0 THEN {at} + {hour} END, CASE WHEN i % 17 = 0 THEN {at} + {hour} END FROM n"""
MAILS = """
INSERT INTO messages (enrollment_id, campaign, contact_id, step, template, topic, transactional, priority,
    revision, status, wanted_at, due_at, postponed, route, message_id, attempts, created_at, over_at, sent_at,
    opened_at, clicked_at, locale) {numbers}
SELECT i, {which}, i, {which} || '/s{part}', {which} || '/s{part}', 'offers', 0, 50, 1, 'sent', {at}, {at}, 0,
    'default', '<' || i || '.{part}@shop.example>', 1, {at}, {at}, {at},
    CASE WHEN i % 3 = 0 THEN {at} + 60000000 END, CASE WHEN i % 9 = 0 THEN {at} + 90000000 END, 'en' FROM n"""


def fill(house: House, contacts: int) -> None:
    """Make the people and their mails of a year, and have them counted."""
    now = house.clock.now()
    known = {"numbers": NUMBERS.format(count=contacts), "now": now, "day": DAY, "hour": HOUR, "which": _WHICH}
    at = f"{now} - (i % 365) * {DAY}"
    texts = [PEOPLE.format(**known), RUNS.format(**known, at=at)]
    texts += [MAILS.format(**known, at=f"{at} - {part} * {HOUR}", part=part) for part in range(MAILS_EACH)]
    for text in texts:
        with house.db.write() as connection:
            connection.exec_driver_sql(text)
    renew_statistics(house.db)
    began = time.process_time()
    while refresh_results(house):
        pass
    print(f"a year of {contacts * MAILS_EACH:,} mails counted in {time.process_time() - began:.0f} s")  # noqa: T201


def look(visitor: Visitor, path: str) -> None:
    """Ask for a page, and print how long it took."""
    took: list[float] = []
    for _ in range(TIMES):
        began = time.monotonic()
        answer = visitor.get(path)
        took.append((time.monotonic() - began) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
    print(f"{path:22} first {took[0]:6.0f} ms, then {statistics.median(took[1:]):6.0f} ms")  # noqa: T201


def main(arguments: list[str]) -> None:
    """Fill a store, and look at every page."""
    contacts = int(arguments[0]) if arguments else CONTACTS
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "PENFRIEND_DATABASE_URL": f"sqlite:///{folder}/penfriend.db",
            "PENFRIEND_CONFIG": str(ROOT / "campaigns.yaml"),
            "PENFRIEND_TRANSPORT": "memory:",
            "PENFRIEND_PUBLIC_URL": "http://127.0.0.1:8400",
            "PENFRIEND_SECRET_KEY": "of a store that ends with the benchmark",
        }
        with closing(House.open(settings, clock=SystemClock())) as house:
            house.apply(house.read_files())
            fill(house, contacts)
            with serve_dashboard(house) as server, contextmanager(operators)(house, server) as visitor:
                for path in PAGES:
                    look(visitor, path)


if __name__ == "__main__":
    main(sys.argv[1:])
