"""PostgreSQL's connection is cut in the middle of a commit: of everything there is one, whichever commit of a
mail's way it was, and whether the server has done it or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.fit_to_send import FitToSend
from penfriend.delivery import MemoryTransport
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.events import EventIn
from penfriend.domain.timing import MINUTE, Moment
from penfriend.engine.clock import SetClock
from penfriend.storage import tables as t
from tests.support.cutting_proxy import Cut, CuttingProxy, cutting_proxy
from tests.support.houses import NOON, open_house

pytestmark = pytest.mark.postgresql
CAMPAIGNS = """
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane}
campaigns:
  thanks:
    kind: transactional
    trigger: {event: order_placed, key: order_id}
    steps: [{send: hello}]
  never:
    kind: transactional
    trigger: {event: order_placed, key: order_id}
    steps: [{send: hello, only_if: {contact.tier: gold}}]
"""
LETTER = """---
subject: Thank you
---
<mjml><mj-body><mj-section><mj-column><mj-text>Thank you</mj-text></mj-column></mj-section></mj-body></mjml>
"""
MOST_COMMITS = 80
"""More than there are on a mail's way."""


@dataclass
class World:
    """A shop behind a connection that is cut; each order is to bring one mail, and one that is skipped."""

    house: House
    proxy: CuttingProxy
    transport: MemoryTransport
    clock: SetClock
    orders: int = 0

    def live_through(self, cut: Cut, nth: int) -> bool:
        """An order, and all that follows from it, with the nth commit cut; whether there were so many."""
        self.orders += 1
        worker = Worker(self.house, lambda _name, _url: (self.transport, None), fit=FitToSend.of(self.house))
        ticks = (self._order, worker.enroll, worker.advance, worker.recover, worker.send)
        self.proxy.arm(nth, cut)
        for tick in ticks:
            self._again(tick)
        was_cut = self.proxy.has_cut
        self.proxy.arm(0, cut)
        self.clock.set(Moment(self.clock.now() + 20 * MINUTE))  # a claim whose answer was lost ends
        for tick in ticks:
            self._again(tick)
        worker.settle()
        worker.close()
        return was_cut

    def _order(self) -> None:
        order = {"order_id": f"o-{self.orders}", "total": 10}
        event = EventIn("order_placed", f"c-{self.orders}", None, self.clock.now(), order, f"e-{self.orders}")
        email = EventIn(
            "contact_updated",
            f"c-{self.orders}",
            None,
            self.clock.now(),
            {"email": f"c{self.orders}@shop.example"},
            f"u-{self.orders}",
        )
        self.house.ingester().ingest_events([email, event])

    @staticmethod
    def _again(work: Callable[[], object]) -> None:
        """As a daemon does: a tick that failed is called again."""
        with suppress(StoreUnavailable):
            work()

    def counts(self) -> dict[str, Counter[str]]:
        """What there is of everything, by status."""
        with self.house.db.read() as connection:
            messages = connection.execute(select(t.messages.c.status)).scalars().all()
            enrollments = connection.execute(select(t.enrollments.c.end_reason)).scalars().all()
            events = connection.execute(select(t.events.c.name)).scalars().all()
            orders = connection.execute(select(func.count()).select_from(t.orders)).scalar_one()
        return {
            "messages": Counter(messages),
            "enrollments": Counter(str(one) for one in enrollments),
            "events": Counter(events),
            "orders": Counter(orders=orders),
        }


@pytest.fixture
def world(tmp_path: Path, emptied_database: str) -> Iterator[World]:
    with (
        open_house(tmp_path, emptied_database, CAMPAIGNS) as opened,
        cutting_proxy(emptied_database) as proxy,
    ):
        (tmp_path / "templates" / "hello.mjml").write_text(LETTER)
        opened.apply(opened.read_files())
        environment = {
            "PENFRIEND_DATABASE_URL": proxy.url,
            "PENFRIEND_CONFIG": str(tmp_path / "campaigns.yaml"),
            "PENFRIEND_SECRET_KEY": "a secret for the tests",
            "PENFRIEND_TRANSPORT": "memory:",
        }
        clock = SetClock(Moment(NOON + MINUTE))
        with House.open(environment, clock) as house:
            yield World(house, proxy, MemoryTransport("default"), clock)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("cut", Cut)
def test_of_everything_there_is_one_whichever_commit_of_a_mails_way_is_cut(world: World, cut: Cut) -> None:
    nth = 1
    while world.live_through(cut, nth):
        number = world.orders
        sent = Counter(mail.envelope_to for mail in world.transport.sent)
        assert set(sent.values()) == {1}, f"commit {nth}"
        assert len(sent) == number, f"commit {nth}"
        assert world.counts() == {
            "messages": {"sent": number, "skipped": number},
            "enrollments": {"completed": 2 * number},
            "events": {"order_placed": number, "contact_updated": number, "mail_sent": number},
            "orders": {"orders": number},
        }, f"commit {nth}"
        nth += 1
        assert nth < MOST_COMMITS
    assert nth > 12  # else the proxy sees no commits
