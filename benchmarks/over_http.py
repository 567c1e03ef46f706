"""What the web side costs: events that come in by HTTP, clicks, and who asks while mail is being sent.

    python benchmarks/over_http.py [EVENTS] [MAILS] [MEMORY_EVENTS]

The daemon's own server in a process of its own, asked by one client over one connection that is kept. The
limit, measured in the same run and turn by turn, is the same server answering `/healthz`, a small JSON body
that asks nobody. Rates are of the server's own processor time, so that who else works on the machine does not
count; where PostgreSQL's is part of it, that is not in it. Events that come one a post are brought by 32
clients at once as well; their limit is the same server answering the same bodies with the same words, and
storing nothing. Then MAILS are sent while one client asks after the other, and MEMORY_EVENTS are brought in
while the server's memory is looked at.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from commit import CAMPAIGNS, postgresql
from results import Figure, keep

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # the small shop is the tests'

from penfriend.bootstrap import House  # noqa: E402
from penfriend.bootstrap.api_keys import create_key  # noqa: E402
from penfriend.domain.events import EventIn  # noqa: E402
from penfriend.domain.ingestion import ContactIn  # noqa: E402
from penfriend.domain.tokens import Purpose  # noqa: E402
from penfriend.engine.clock import SystemClock  # noqa: E402
from penfriend.rendering.tokens import Signer  # noqa: E402
from penfriend.web.serving import free_port  # noqa: E402
from tests.support.houses import write_shop  # noqa: E402

CONNECTIONS = 32
EVENTS, MAILS, MEMORY_EVENTS = 20_000, 10_000, 100_000
LOT = 500
FEW_PEOPLE, MANY_PEOPLE = 100, 20_000
"""What is counted of a person is counted anew with each post: a million events of a hundred people would
measure that, and not the memory."""
TURNS = 5
SECRET = "a secret for the benchmark"  # noqa: S105 - of a shop that ends with it
SERVE = """
import sys
from penfriend.bootstrap import House
from penfriend.engine.clock import SystemClock
from penfriend.web.serving import serve_house
from penfriend.web.events import EventRoutes
from starlette.responses import JSONResponse
routes = EventRoutes.router
async def echo(request):
    await request.body()
    return JSONResponse({"taken": 1, "repeated": 0, "rejected": 0, "errors": []}, 202)
def with_echo(self):
    router = routes(self)
    router.add_route("/echo", echo, methods=["POST"])
    return router
EventRoutes.router = with_echo
with House.open(clock=SystemClock()) as house, serve_house(house):
    print("ready", flush=True)
    sys.stdin.read()
"""
LIMITS = {"health": "an empty body", "echo": "the same server giving back the same answer"}
RUN = "from penfriend.cli import main; main()"
TICK = os.sysconf("SC_CLK_TCK")


class Served:
    """A server of its own process, and one connection to it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, key: str) -> None:
        self.process, self._key = process, key
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method: str, path: str, body: bytes | None = None) -> int:
        """The status of the answer, which is read whole."""
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def ask_at_once(self, path: str, bodies: Sequence[bytes]) -> None:
        """Post each of them over one of CONNECTIONS connections, which are kept; all must be taken."""
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for taken in pool.map(
                lambda first: self._post_all(path, bodies[first::CONNECTIONS]), range(CONNECTIONS)
            ):
                if not taken:
                    raise SystemExit("an event was not taken")
        self.hang_up()  # the server has left this one, over which nothing was asked

    def _post_all(self, path: str, bodies: Sequence[bytes]) -> bool:
        one = Served(self.process, self._connection.port, self._key)
        taken = [one.ask("POST", path, body) == 202 for body in bodies]
        one.hang_up()
        return all(taken)

    def hang_up(self) -> None:
        """The next question makes a new connection."""
        self._connection.close()

    def processor(self) -> float:
        """Seconds of the processor that the server has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self) -> float:
        """MB that it holds now."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def cost(self, act: Callable[[], None]) -> float:
        """Seconds of its processor for something that a client does."""
        before = self.processor()
        act()
        return self.processor() - before


@contextmanager
def served(folder: Path, url: str, command: list[str], transport: str = "memory:") -> Iterator[Served]:
    """The server over a new shop, once it answers."""
    port = free_port()
    environment = {
        "PENFRIEND_DATABASE_URL": url or f"sqlite:///{folder / 'store.db'}",
        "PENFRIEND_CONFIG": str(write_shop(folder, CAMPAIGNS)),
        "PENFRIEND_SECRET_KEY": SECRET,
        "PENFRIEND_TRANSPORT": transport,
        "PENFRIEND_LISTEN": f"127.0.0.1:{port}",
    }
    with House.open(environment, SystemClock()) as house:
        house.apply(house.read_files())
        key = create_key(house, "bench", ["events:write"])
        if transport != "memory:":
            _bring_in(house, MAILS if len(sys.argv) < 3 else int(sys.argv[2]))
    path = {**os.environ, **environment, "PYTHONPATH": str(ROOT / "src")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", *command], env=path, stdin=subprocess.PIPE, stdout=log, stderr=log
        )
    try:
        made = Served(process, port, key)
        _wait_for(made)
        yield made
    finally:
        process.terminate()
        process.wait()


def _wait_for(one: Served) -> None:
    end = time.monotonic() + 120
    while True:
        try:
            one.ask("GET", "/healthz")
            return
        except (OSError, http.client.HTTPException):
            one.hang_up()
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def _bring_in(house: House, mails: int) -> None:
    now, names = house.clock.now(), [f"p{number}" for number in range(mails)]
    ingester = house.ingester()
    ingester.ingest_contacts(
        [ContactIn(name, f"{name}@mail.example", {}, {}, ("offers",), now) for name in names]
    )
    ingester.ingest_events([EventIn("signed_up", name, None, now, {}, name) for name in names])


def lot(begin: int, count: int, people: int = FEW_PEOPLE) -> bytes:
    """A post of events that are new, of so many people."""
    return json.dumps(
        [
            {
                "id": f"e-{number}",
                "contact": f"c-{number % people}",
                "name": "page_viewed",
                "at": "2026-03-02T10:00:00Z",
                "properties": {"page": f"/shelf/{number % 977}"},
            }
            for number in range(begin, begin + count)
        ]
    ).encode()


def posts(one: Served, begin: int, count: int, each: int, people: int = FEW_PEOPLE) -> None:
    """Bring in so many events, so many in each post."""
    for at in range(begin, begin + count, each):
        body = lot(at, each, people) if each > 1 else lot(at, 1, people)[1:-1]
        if one.ask("POST", "/v1/events", body) != 202:
            raise SystemExit("an event was not taken")


def measure(database: str, url: str, events: int) -> None:
    """Print and keep what events and clicks cost over a database."""
    with tempfile.TemporaryDirectory() as name, served(Path(name), url, [SERVE]) as one:
        click = Signer(Purpose.CLICK, 1, 1, SECRET.encode()).sign(1, b"https://shop.example/board")
        few = events // TURNS // 10
        asked: dict[str, Callable[[int], None]] = {
            "health": lambda _: [one.ask("GET", "/healthz") for _ in range(few)] and None,
            "clicks": lambda _: [one.ask("GET", f"/c/{click}") for _ in range(few)] and None,
            "events, one a post": lambda turn: posts(one, turn * few, few, 1),
            f"events, {LOT} a post": lambda turn: posts(one, 10**6 + turn * few * 10, few * 10, LOT),
        }
        many = few * 4

        def at_once(path: str, begin: int) -> None:
            one.ask_at_once(path, [lot(at, 1, MANY_PEOPLE)[1:-1] for at in range(begin, begin + many)])

        shared = f"events, one a post, {CONNECTIONS} connections"
        asked |= {
            "echo": lambda turn: at_once("/echo", turn * many),
            shared: lambda turn: at_once("/v1/events", 2 * 10**6 + turn * many),
        }
        posts(one, 9 * 10**6, LOT, LOT)
        taken: dict[str, list[float]] = {what: [] for what in asked}
        for turn in range(TURNS):
            for what, act in asked.items():
                taken[what].append(one.cost(lambda act=act, turn=turn: act(turn)))  # type: ignore[misc]
    done = {what: few * (10 if str(LOT) in what else 1) for what in asked} | {"echo": many, shared: many}
    rates = {what: done[what] / statistics.median(costs) for what, costs in taken.items()}
    for what, rate in rates.items():
        if what not in LIMITS:
            limit = "echo" if what == shared else "health"
            each = [one / two for one, two in zip(taken[limit], taken[what], strict=True)]
            print(  # noqa: T201 - a program
                f"{database}, {what}: {rate:,.0f} a second of the server's processor,"
                f" {LIMITS[limit]} {rates[limit]:,.0f}, ratio {rate / rates[limit]:.2f}"
                + (f" ({min(each):.2f} to {max(each):.2f})" if limit == "echo" else "")
            )
            goal = 0.4 if what == shared else None
            keep(Figure(f"HTTP: {what} ({database})", "a second of one processor", rate, rates[limit], goal))


def while_sending(mails: int) -> None:
    """What the slowest of a hundred waits for while mails are sent."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        outbox = f"file://{folder / 'outbox'}"
        with served(folder, "", [RUN, "run", "--no-apply"], outbox) as one:
            waited: list[float] = []
            while (
                sent := len(list((folder / "outbox").glob("**/*.eml")))
            ) < mails and one.process.poll() is None:
                for number in range(50):
                    began = time.perf_counter()
                    body = lot(2 * 10**6 + len(waited), 1)[1:-1]
                    one.ask("POST", "/v1/events", body) if number % 2 else one.ask("GET", "/healthz")
                    waited.append(time.perf_counter() - began)
                if len(waited) > 100_000:
                    raise SystemExit(f"only {sent} of {mails} mails were sent")
    p50, p99 = (statistics.quantiles(waited, n=100)[at] * 1000 for at in (49, 98))
    print(f"while {mails:,} mails are sent: {len(waited):,} requests, p50 {p50:.1f} ms, p99 {p99:.1f} ms")  # noqa: T201
    keep(Figure(f"HTTP: p99 while {mails:,} mails are sent", "ms", p99))


def memory(events: int) -> None:
    """Whether the server's memory grows with what it takes."""
    with tempfile.TemporaryDirectory() as name, served(Path(name), "", [SERVE]) as one:
        held: list[float] = []
        for part in range(10):
            posts(one, part * events // 10, events // 10, LOT, MANY_PEOPLE)
            held.append(one.memory())
    print(f"{events:,} events: {held[0]:.0f} MB after a tenth, {held[-1]:.0f} MB at the end")  # noqa: T201
    keep(Figure(f"HTTP: memory after {events:,} events", "MB", held[-1], held[0], goal=1.2, most=True))


def main(arguments: list[str]) -> None:
    """Both databases, then what happens beside the mail."""
    events, mails, many = (
        int(arguments[at]) if len(arguments) > at else usual
        for at, usual in enumerate((EVENTS, MAILS, MEMORY_EVENTS))
    )
    measure("SQLite", "", events)
    with tempfile.TemporaryDirectory() as name, postgresql(Path(name)) as fresh:
        measure("PostgreSQL", fresh(), events)
    while_sending(mails)
    memory(many)


if __name__ == "__main__":
    main(sys.argv[1:])
