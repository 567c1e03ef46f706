"""An old backup is restored: what fell due in the gap goes nowhere before somebody says so."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Shop, wait_for
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.timeout(240)
MakeShop = Callable[..., Shop]
CAMPAIGNS = """\
version: 1
brand: {name: Acorn & Oak, from: Acorn & Oak <hello@mail.acornandoak.example>, address: 12 Mill Lane}
topics: {offers: {title: Offers and news}}
data: {events: {news_wanted: {}}}
policy: {max_lateness: 30 days}
segments:
  buyers: {where: {orders.count: {at_least: 1}}}
campaigns:
  thanks:
    kind: transactional
    trigger: {event: order_placed, key: order_id}
    steps: [{send: thanks}]
  news:
    topic: offers
    trigger: {event: news_wanted}
    steps: [{send: news}, {wait: 6 hours}, {send: news, id: again}]
  welcome_buyers:
    topic: offers
    trigger: {segment: buyers}
    steps: [{send: news}]
"""


def hours(number: float) -> str:
    """So many hours from the beginning of the test, for `tick --now`."""
    return (Backed.begun + timedelta(hours=number)).isoformat()


def transport(server: SmtpServer) -> str:
    return f"smtp://{server.host}:{server.port}?tls=none"


class Backed:
    """A shop of three people, with a backup."""

    begun = datetime.now(UTC)

    def __init__(self, shop: Shop, server: SmtpServer, clone: Callable[[str], str] | None = None) -> None:
        self.shop, self._server, self._clone = shop, server, clone
        Backed.begun = datetime.now(UTC).replace(microsecond=0)  # resolve goes by the clock of the machine
        shop.write("campaigns.yaml", CAMPAIGNS)
        shop.run("import", "contacts", "-", stdin=shop.people(3))
        shop.run("tick", "--now", hours(-1))
        self._kept = ""

    def back_up(self) -> None:
        """Beside whatever runs."""
        url = self.shop.environment["PENFRIEND_DATABASE_URL"]
        if self._clone is not None:
            self._kept = self._clone(url)
            return
        self._kept = str(self.shop.folder / "backup.db")
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as store:
            store.execute("VACUUM INTO ?", (self._kept,))

    def restore(self) -> None:
        """The store is lost, the backup takes its place."""
        if self._clone is not None:
            self.shop.environment["PENFRIEND_DATABASE_URL"] = self._clone(self._kept)
            return
        file = self.shop.environment["PENFRIEND_DATABASE_URL"].removeprefix("sqlite:///")
        for helper in ("-wal", "-shm"):
            Path(file + helper).unlink(missing_ok=True)
        shutil.copy(self._kept, file)

    def wants_news(self, *who: int, at: float = 0) -> None:
        """An event of these people comes in."""
        self._bring("news_wanted", who, at, "{}")

    def buys(self, *who: int, at: float = 0) -> None:
        """An order of these people comes in."""
        self._bring("order_placed", who, at, '{"total": 5}')

    def _bring(self, name: str, who: tuple[int, ...], at: float, properties: str) -> None:
        lines = [
            f'{{"id": "{name}-{one}-{at}", "contact": "c{one}", "name": "{name}", "at": "{hours(at)}", '
            f'"properties": {properties}}}'
            for one in who
        ]
        self.shop.run("import", "events", "-", stdin="\n".join(lines) + "\n")

    def tick(self, at: float) -> str:
        """All that is due then; what was said on standard error."""
        return self.shop.run("tick", "--now", hours(at)).stderr

    def mails(self) -> int:
        """So many have left the house."""
        return len(self._server.messages)

    def status(self) -> Any:
        """The document."""
        return self.shop.json("status")


@pytest.fixture
def backed(
    make_shop: MakeShop, smtp_server: SmtpServer, database_url: str, request: pytest.FixtureRequest
) -> Backed:
    clone = None if database_url.startswith("sqlite") else request.getfixturevalue("clone_database")
    return Backed(make_shop(transport(smtp_server), database_url), smtp_server, clone)


@pytest.fixture
def in_a_file(make_shop: MakeShop, smtp_server: SmtpServer) -> Backed:
    return Backed(make_shop(transport(smtp_server)), smtp_server)


@pytest.mark.both
def test_what_fell_due_since_a_backup_waits_until_somebody_says_it_was_sent(backed: Backed) -> None:
    backed.wants_news(1, at=-0.9)
    backed.tick(-0.8)
    backed.back_up()
    backed.wants_news(2, at=-0.5)
    backed.tick(-0.4)
    backed.tick(6)
    assert backed.mails() == 4  # two letters to each
    backed.restore()
    backed.wants_news(2, at=-0.5)  # brought in again
    said = backed.tick(6.1)
    assert "a backup was restored" in said
    assert "penfriend messages resolve --gap --as sent" in said
    assert len(said.strip().splitlines()) == 1
    assert backed.mails() == 4
    held = backed.status()["held"]
    assert held["mails"] == 2  # the first one's second letter, the second one's first
    waits = backed.shop.json("messages", "--status", "due")
    assert {line["held_by"] for line in waits} == {"unconfirmed"}
    backed.shop.run("messages", "resolve", "--gap", "--as", "sent")
    assert backed.tick(6.2) == ""
    status = backed.status()
    assert backed.mails() == 4
    assert status["held"] is None
    assert status["campaigns"]["news"]["ended"] == {"completed": 2}  # the whole chain, as it was lived


def test_what_fell_due_since_a_backup_goes_out_where_somebody_says_so(backed: Backed) -> None:
    backed.back_up()
    backed.wants_news(1, at=-0.5)
    backed.tick(0)
    backed.restore()
    backed.wants_news(1, at=-0.5)
    backed.tick(0.1)
    assert backed.mails() == 1
    backed.shop.run("messages", "resolve", "--gap", "--as", "resend")
    backed.tick(0.2)
    assert backed.mails() == 2


def test_what_is_new_goes_out_while_the_gap_waits(backed: Backed) -> None:
    backed.back_up()
    backed.wants_news(1, at=-0.5)
    backed.tick(-0.3)
    backed.restore()
    backed.wants_news(1, at=-0.5)
    backed.wants_news(2, at=-0.1)
    backed.tick(0.6)
    assert backed.mails() == 2
    assert backed.status()["held"]["mails"] == 1


@pytest.mark.both
def test_who_joins_a_segment_by_what_was_brought_in_again_waits_and_who_is_new_does_not(
    backed: Backed,
) -> None:
    backed.back_up()
    backed.buys(1, at=-0.5)
    backed.tick(-0.3)
    assert backed.mails() == 2  # thanks, and the welcome of the segment
    backed.restore()
    backed.tick(-0.2)
    backed.buys(1, at=-0.5)
    backed.buys(2, at=-0.1)
    backed.tick(0.3)
    assert backed.mails() == 4
    assert backed.status()["held"]["mails"] == 2


def test_store_that_is_restored_again_is_noticed_again(backed: Backed) -> None:
    backed.back_up()
    backed.tick(0)
    backed.restore()
    backed.tick(0.1)
    backed.shop.run("messages", "resolve", "--gap", "--as", "resend")
    backed.tick(0.2)
    assert backed.status()["held"] is None
    backed.restore()
    backed.tick(0.3)
    assert backed.status()["held"] is not None


def test_running_daemon_says_what_it_found_and_sends_nothing(in_a_file: Backed) -> None:
    backed = in_a_file
    backed.back_up()
    backed.wants_news(1, at=-0.5)
    backed.shop.run("tick")
    assert backed.mails() == 1
    backed.restore()
    backed.wants_news(1, at=-0.5)
    backed.shop.start("run", "--no-web")
    wait_for(lambda: "a backup was restored" in backed.shop.log, "the line of the log")
    wait_for(lambda: backed.status()["held"]["mails"] == 1, "the mail that waits")
    assert backed.mails() == 1
    backed.shop.run("messages", "resolve", "--gap", "--as", "resend")
    wait_for(lambda: backed.mails() == 2, "the mail, once somebody has said so")


def forget_marks(shop: Shop) -> None:
    """Another machine, or a container whose folder is new."""
    for mark in shop.folder.rglob("*.seen"):
        mark.unlink()


def test_backup_of_a_running_daemon_is_noticed_on_another_machine_too(in_a_file: Backed) -> None:
    backed = in_a_file
    backed.wants_news(1, at=0)
    daemon = backed.shop.start("run", "--no-web")
    wait_for(lambda: backed.mails() == 1, "the first letter")
    backed.back_up()
    backed.shop.kill(daemon)
    backed.restore()
    forget_marks(backed.shop)
    backed.tick(7)  # the second letter was due in the meantime
    assert backed.mails() == 1
    assert backed.status()["held"]["mails"] == 1


def test_container_that_was_killed_and_starts_anew_goes_on(in_a_file: Backed) -> None:
    backed = in_a_file
    backed.wants_news(1, at=0)
    daemon = backed.shop.start("run", "--no-web")
    wait_for(lambda: backed.mails() == 1, "the first letter")
    backed.shop.kill(daemon)
    forget_marks(backed.shop)
    backed.wants_news(2, at=0.1)
    backed.tick(0.5)
    assert backed.mails() == 2
    assert backed.status()["held"] is None


def test_store_that_was_stopped_goes_on_anywhere_unless_somebody_says_it_is_a_backup(
    in_a_file: Backed,
) -> None:
    backed = in_a_file
    backed.wants_news(1, at=-0.9)
    backed.tick(-0.8)
    forget_marks(backed.shop)
    backed.shop.run("messages", "resolve", "--gap", "--as", "hold")
    backed.wants_news(2, at=-0.5)
    backed.tick(0)
    assert backed.mails() == 1
    backed.shop.run("messages", "resolve", "--gap", "--as", "resend")
    forget_marks(backed.shop)
    backed.tick(100)
    assert backed.mails() == 3


def test_machine_that_has_seen_more_of_a_life_that_somebody_has_ended_goes_on(
    backed: Backed,
) -> None:
    backed.back_up()
    backed.tick(0)
    seen = {mark: mark.read_bytes() for mark in backed.shop.folder.rglob("*.seen")}  # by the other one
    backed.restore()
    backed.tick(0.1)
    backed.shop.run("messages", "resolve", "--gap", "--as", "resend")
    for mark, life in seen.items():
        mark.write_bytes(life)
    backed.tick(0.2)
    assert backed.status()["held"] is None


def test_resolve_of_a_gap_where_there_is_none_says_so(in_a_file: Backed) -> None:
    backed = in_a_file
    said = backed.shop.run("messages", "resolve", "--gap", "--as", "sent", status=1)
    assert "there is no gap" in said.stderr
    wrong = backed.shop.run("messages", "resolve", "--as", "sent", status=2)
    assert "give the ID of one message, or --gap" in wrong.stderr
