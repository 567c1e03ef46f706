"""What /metrics says of sends is what is on record, also after kill -9 in the middle of it."""

from __future__ import annotations

import re
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

import httpx
import pytest

from penfriend.web.serving import free_port
from tests.acceptance.conftest import Shop, wait_for
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.timeout(240)
PEOPLE = 60


def on_record(shop: Shop) -> dict[str, int]:
    """Tries by outcome."""
    with closing(sqlite3.connect(shop.folder / "penfriend.db")) as store:
        return dict(
            store.execute("SELECT outcome, count(*) FROM attempts WHERE outcome IS NOT NULL GROUP BY outcome")
        )


def told(shop: Shop) -> dict[str, int]:
    """The same from the running daemon, without those that are none."""
    text = httpx.get(f"http://{shop.environment['PENFRIEND_LISTEN']}/metrics").text
    found = re.findall(
        r'^penfriend_sends_total\{outcome="(\w+)",transport="default"\} (\d+)', text, re.MULTILINE
    )
    return {outcome: int(number) for outcome, number in found if int(number)}


def test_sends_are_counted_across_a_kill(make_shop: Callable[..., Shop], smtp_server: SmtpServer) -> None:
    shop = make_shop(f"smtp://{smtp_server.host}:{smtp_server.port}?tls=none&connections=4")
    shop.environment["PENFRIEND_LISTEN"] = f"127.0.0.1:{free_port()}"
    shop.run("import", "contacts", "-", stdin=shop.people(PEOPLE))
    daemon = shop.start("run")
    wait_for(lambda: "running as" in shop.log, "the daemon's first line")
    now = datetime.now(UTC).isoformat()
    events = (
        f'{{"id": "n{one}", "contact": "c{one}", "name": "news_wanted", "at": "{now}"}}\n'
        for one in range(1, PEOPLE + 1)
    )
    shop.run("import", "events", "-", stdin="".join(events))
    wait_for(lambda: len(smtp_server.messages) >= 5, "the first mails")
    shop.kill(daemon)
    again = shop.start("run")
    wait_for(
        lambda: (
            sum(shop.json("status")["campaigns"]["news"]["messages"][one] for one in ("sent", "unknown"))
            == PEOPLE
        ),
        "the others",
    )
    wait_for(lambda: told(shop) == on_record(shop), "counts that are true")
    assert sum(told(shop).values()) >= PEOPLE
    again.send_signal(signal.SIGTERM)
    assert again.wait(timeout=60) == 0
