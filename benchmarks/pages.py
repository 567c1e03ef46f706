"""How long the pages of the dashboard take over a year of a large shop: CONTACTS people, ten mails for each.

    python benchmarks/pages.py [CONTACTS] [sqlite | postgresql | URL]

The store is filled as `penfriend bench-data` does it: a SQLite file in a temporary folder, some 15 GB for a
million contacts, or the PostgreSQL of the tests with 256 MB of buffers, some 25 GB. One at a URL is filled if
it is empty, and stays. Each page is asked six times by one client over a real server, signed in as an
operator: the first time, and the median of the others. `/account`, which asks nearly nothing of the store,
stands first, for comparison.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # the server before which somebody is signed in is the tests'

from penfriend.bootstrap import House  # noqa: E402
from penfriend.bootstrap.bench_data import fill  # noqa: E402
from penfriend.engine.clock import SystemClock  # noqa: E402
from penfriend.storage.bench.counts import has_contacts  # noqa: E402
from tests.support.dashboard import Visitor, add_with_password, serve_dashboard  # noqa: E402
from tests.support.postgres_guard import OPTIONS, Server  # noqa: E402

CONTACTS, MAILS_EACH, EVENTS_EACH, TIMES = 100_000, 10, 30, 6
AS_IN_USE = f"{OPTIONS} -c shared_buffers=256MB -c max_wal_size=4GB"
PAGES = (
    *("/account", "/", "/campaigns", "/campaigns/welcome", "/segments", "/segments/lapsed", "/contacts"),
    *(
        "/contacts?q=p777",
        "/contacts?q=dason+gelinov",
        "/letters",
        "/surveys",
        "/relationship",
        "/deliverability",
        "/system",
        "/simulation",
    ),
)


@contextmanager
def store(kind: str) -> Iterator[str]:
    """The URL of a store of that kind, which goes at the end; or one that is there."""
    if ":" in kind:
        yield kind
        return
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/penfriend.db"
            return
        server = Server(Path(folder), AS_IN_USE)
        try:
            yield server.start()
        finally:
            server.stop()


def fill_up(house: House, contacts: int) -> None:
    """Make the people and their year, where there is none."""
    if has_contacts(house.db):
        return
    began, used = time.monotonic(), time.process_time()
    fill(
        house,
        contacts=contacts,
        messages=contacts * MAILS_EACH,
        events=contacts * EVENTS_EACH,
        progress=_Told(),
    )
    took = time.monotonic() - began
    print(f"filled in {took:.0f} s, {time.process_time() - used:.0f} s of this process's processor")  # noqa: T201


class _Told:
    """Prints how long each part took."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def __call__(self, what: str, done: int, of: int) -> None:
        if done >= of:
            now = time.monotonic()
            print(f"  {what:12} {now - self._since:6.0f} s")  # noqa: T201
            self._since = now


def look(visitor: Visitor, path: str) -> None:
    """Ask for a page, and print how long it took."""
    took: list[float] = []
    for _ in range(TIMES):
        began = time.monotonic()
        answer = visitor.get(path)
        took.append((time.monotonic() - began) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
    print(f"{path:26} first {took[0]:6.0f} ms, then {statistics.median(took[1:]):6.0f} ms")  # noqa: T201


def main(arguments: list[str]) -> None:
    """Fill a store, and look at every page."""
    contacts = int(arguments[0]) if arguments else CONTACTS
    with store(arguments[1] if len(arguments) > 1 else "sqlite") as url:
        settings = {
            "PENFRIEND_DATABASE_URL": url,
            "PENFRIEND_CONFIG": str(ROOT / "campaigns.yaml"),
            "PENFRIEND_TRANSPORT": "memory:",
            "PENFRIEND_PUBLIC_URL": "http://127.0.0.1:8400",
            "PENFRIEND_SECRET_KEY": "of a store that ends with the benchmark",
        }
        with closing(House.open(settings, clock=SystemClock())) as house:
            fill_up(house, contacts)
            with serve_dashboard(house) as server, closing(Visitor(server.url)) as visitor:
                add_with_password(house, visitor, f"bench-{os.getpid()}", "operator")
                for path in PAGES:
                    look(visitor, path)


if __name__ == "__main__":
    main(sys.argv[1:])
