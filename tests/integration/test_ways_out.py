"""Further transports: each carries its own campaigns' mails, with a pause, a rate and a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.rehearsal import rehearse
from penfriend.delivery import MemoryTransport
from penfriend.domain.delivery import Handover
from penfriend.domain.errors import SettingError
from penfriend.domain.events import EventIn
from penfriend.domain.timing import MINUTE, Moment
from penfriend.domain.transport import DeliveryWatch, Transport
from penfriend.engine.clock import SetClock
from penfriend.storage.tables import messages
from tests.support.empty_store import with_tables
from tests.support.mail_pieces import NOON, ROUTE_DOWN

FILE = """\
brand: {name: A, from: a@shop.example, address: Mill Lane 1}
topics: {offers: {title: Offers}}
transports: {bulk: {url: "smtp://bulk.example"}, fast: {url: "smtp://fast.example?rate=1/s"}}
campaigns:
  own: {kind: transactional, trigger: {event: order_placed}, steps: [{send: a/b}]}
  letters: {kind: transactional, transport: bulk, trigger: {event: order_placed}, steps: [{send: a/b}]}
  quick: {kind: transactional, transport: fast, trigger: {event: order_placed}, steps: [{send: a/b}]}
"""
LETTER = """\
---
subject: Hello
---
<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>
"""


class Ways:
    """Opens transports that keep their mail, and tells what became of it."""

    def __init__(self) -> None:
        self.opened: dict[str, Transport] = {}
        self.urls: list[tuple[str, str]] = []
        self.broken: set[str] = set()
        self.make: Callable[[str], Transport] = MemoryTransport

    def open(self, name: str, url: str) -> tuple[Transport, float | None]:
        if name in self.broken:
            raise SettingError(f"{name} cannot be")
        self.urls.append((name, url))
        self.opened[name] = self.make(name)
        return self.opened[name], 1 if "rate=1" in url else None

    def sent(self, name: str) -> int:
        way = self.opened[name]
        assert isinstance(way, MemoryTransport)
        return len(way.sent)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates" / "a").mkdir(parents=True)
    (tmp_path / "templates" / "a" / "b.mjml").write_text(LETTER, encoding="utf-8")
    (tmp_path / "campaigns.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def house(folder: Path) -> Iterator[House]:
    environment = {
        "PENFRIEND_DATABASE_URL": with_tables(f"sqlite:///{folder / 'x.db'}"),
        "PENFRIEND_CONFIG": str(folder / "campaigns.yaml"),
        "PENFRIEND_SECRET_KEY": "a secret of sixteen characters",
        "PENFRIEND_TRANSPORT": "smtp://main.example",
    }
    clock = SetClock(NOON)
    with House.open(environment, clock) as opened:
        opened.apply(opened.read_files())
        clock.set(Moment(NOON + MINUTE))
        come(opened, "ann")
        yield opened


def come(house: House, *names: str) -> None:
    """These people order something, so that each campaign writes to them."""
    house.ingester().ingest_events(
        [
            EventIn(
                "order_placed",
                name,
                f"{name}@shop.example",
                house.clock.now(),
                {"order_id": f"o-{name}", "total": 10},
                f"e-{name}",
            )
            for name in names
        ]
    )


@contextmanager
def worker(house: House, ways: Ways) -> Iterator[Worker]:
    made = Worker(house, ways.open)
    try:
        yield made
    finally:
        made.close()


def waiting(house: House) -> dict[str, tuple[str, str | None]]:
    """Status and what holds it, by campaign."""
    with house.db.read() as connection:
        found = connection.execute(select(messages).order_by(messages.c.id))
        return {row.campaign: (row.status, row.held_by) for row in found}


def test_each_campaign_leaves_by_its_own_way(house: House) -> None:
    ways = Ways()
    with worker(house, ways) as one:
        one.settle()
    assert ways.urls == [
        ("default", "smtp://main.example"),
        ("bulk", "smtp://bulk.example"),
        ("fast", "smtp://fast.example?rate=1/s"),
    ]
    assert {name: ways.sent(name) for name in ways.opened} == {"default": 1, "bulk": 1, "fast": 1}
    with house.db.read() as connection:
        routes = {row.campaign: row.route for row in connection.execute(select(messages))}
    assert routes == {"own": "default", "letters": "bulk", "quick": "fast"}


def test_one_that_is_down_hurts_only_its_own_mails(house: House) -> None:
    ways = Ways()
    with worker(house, ways) as one:
        one.refresh()
        bulk = ways.opened["bulk"]
        assert isinstance(bulk, MemoryTransport)
        bulk.answer_with(lambda _: ROUTE_DOWN)
        come(house, "bob")
        one.settle()
    assert (ways.sent("default"), ways.sent("bulk"), ways.sent("fast")) == (2, 0, 1)
    assert list(house.overview().routes) == ["bulk"]
    held = waiting(house)
    assert (held["own"], held["letters"]) == (("sent", None), ("due", "provider_paused"))


def test_corrected_password_is_tried_at_once(
    house: House, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    ways = Ways()
    ways.make = lambda name: MemoryTransport(name, lambda _: ROUTE_DOWN)
    with worker(house, ways) as one:
        one.settle()
        assert list(house.overview().routes) == ["bulk", "default", "fast"]
        ways.make = MemoryTransport
        text = FILE.replace("smtp://bulk.example", "smtp://ann:right@bulk.example")
        (folder / "campaigns.yaml").write_text(text, encoding="utf-8")
        house.apply(house.read_files())
        one.settle()
        assert list(house.overview().routes) == ["default", "fast"]
    with worker(house, ways) as one:  # the same addresses as before: nothing is known to be better
        one.settle()
        assert list(house.overview().routes) == ["default", "fast"]
    assert caplog.text.count("has another address or password, and is tried at once") == 1
    assert "right" not in caplog.text


def test_rate_of_one_holds_up_only_its_own_mails(house: House) -> None:
    ways = Ways()
    come(house, "bob", "cem")
    with worker(house, ways) as one:
        one.settle()
    assert (ways.sent("default"), ways.sent("bulk"), ways.sent("fast")) == (3, 3, 1)
    with house.db.read() as connection:
        chosen = select(messages.c.campaign, messages.c.held_by).where(messages.c.status == "due")
        assert [tuple(row) for row in connection.execute(chosen)] == [("quick", "rate_limit")] * 2


def test_one_that_cannot_be_opened_keeps_its_mails_and_the_others_go(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    ways = Ways()
    ways.broken = {"bulk"}
    with worker(house, ways) as one:
        one.settle()
    assert (ways.sent("default"), ways.sent("fast"), waiting(house)["letters"]) == (1, 1, ("due", None))
    assert "transport bulk cannot be used, its mails wait: bulk cannot be" in caplog.text


class Stuck(MemoryTransport):
    """Holds its first mail until it is let go."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.holds, self.let_go = threading.Event(), threading.Event()

    def deliver(self, handovers: Iterator[Handover | None], watch: DeliveryWatch) -> None:
        self.holds.set()
        self.let_go.wait(60)
        super().deliver(handovers, watch)


def send_until(one: Worker, done: Callable[[], bool]) -> None:
    """Call the tick as the daemon does; each call takes up what the turns before have done."""
    for _ in range(100_000):
        one.send_apart()
        if done():
            return
    raise AssertionError("it never comes to that")


def test_in_the_daemon_none_waits_for_one_that_is_slow(house: House) -> None:
    ways = Ways()
    ways.make = lambda name: Stuck(name) if name == "bulk" else MemoryTransport(name)
    with worker(house, ways) as one:
        one.enroll()
        one.advance()
        one.send_apart()
        bulk = ways.opened["bulk"]
        assert isinstance(bulk, Stuck)
        assert bulk.holds.wait(60)
        come(house, "bob")
        one.enroll()
        one.advance()
        send_until(one, lambda: ways.sent("default") == 2)
        assert ways.sent("bulk") == 0
        bulk.let_go.set()
        send_until(one, lambda: ways.sent("bulk") == 2)


def test_way_that_the_files_name_no_longer_is_closed_and_its_mails_leave_by_the_default(
    house: House, folder: Path
) -> None:
    ways = Ways()
    with worker(house, ways) as one:
        one.settle()
        (folder / "campaigns.yaml").write_text(
            FILE.replace('bulk: {url: "smtp://bulk.example"}, ', "").replace("transport: bulk, ", ""),
            encoding="utf-8",
        )
        house.apply(house.read_files())
        come(house, "bob")
        one.settle()
    assert (ways.sent("default"), ways.sent("bulk")) == (3, 1)


def test_way_with_another_address_is_opened_anew_and_the_others_are_kept(house: House, folder: Path) -> None:
    ways = Ways()
    with worker(house, ways) as one:
        one.settle()
        before = dict(ways.opened)
        (folder / "campaigns.yaml").write_text(FILE.replace("bulk.ex", "other.ex"), encoding="utf-8")
        house.apply(house.read_files())
        one.settle()
    assert ways.urls[-1] == ("bulk", "smtp://other.example")
    assert ways.opened["bulk"] is not before["bulk"]
    assert ways.opened["default"] is before["default"]


def test_in_a_rehearsal_all_ways_keep_their_mail(house: House) -> None:
    kept: list[str] = []
    with rehearse(
        house, house.clock.now(), lambda handover: kept.append(handover.email.envelope_to)
    ) as future:
        future.live_until(Moment(house.clock.now() + MINUTE))
    assert kept == ["ann@shop.example"] * 3


def test_where_the_settings_keep_the_mail_the_files_send_none(house: House) -> None:
    house.settings = replace(house.settings, transport="memory:")
    one = Worker.of(house)
    try:
        one.settle()
    finally:
        one.close()
    assert {status for status, _ in waiting(house).values()} == {"sent"}
