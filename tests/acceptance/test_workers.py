"""`penfriend run --workers`: several processes under one foreman, killed, stopped, and left alone."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import urllib.request
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from penfriend.storage.migrate import USABLE_NOTE
from penfriend.web.serving import free_port
from tests.acceptance.conftest import Shop, wait_for
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.timeout(240)
MakeShop = Callable[..., Shop]


@pytest.fixture
def shop(make_shop: MakeShop, smtp_server: SmtpServer, emptied_database: str) -> Shop:
    return make_shop(f"smtp://{smtp_server.host}:{smtp_server.port}?tls=none&connections=4", emptied_database)


def workers(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.json("status")["workers"]
    return found


def let_in(shop: Shop, first: int, number: int) -> None:
    shop.run("import", "contacts", "-", stdin=shop.people(number, first))
    at = datetime.now(UTC).isoformat()
    lines = [
        json.dumps({"id": f"n{one}", "contact": f"c{one}", "name": "news_wanted", "at": at})
        for one in range(first, first + number)
    ]
    shop.run("import", "events", "-", stdin="\n".join(lines))


def all_sent(shop: Shop, number: int) -> bool:
    return bool(shop.json("status")["campaigns"]["news"]["ended"] == {"completed": number})


def asked(shop: Shop, path: str) -> str:
    with urllib.request.urlopen(f"http://{shop.environment['PENFRIEND_LISTEN']}{path}", timeout=30) as answer:
        return str(answer.read().decode())


def test_workers_share_the_work_one_that_is_killed_is_replaced_and_all_stop_together(
    shop: Shop, smtp_server: SmtpServer
) -> None:
    shop.environment["PENFRIEND_LISTEN"] = f"127.0.0.1:{free_port()}"
    foreman = shop.start("run", "--workers", "3")
    wait_for(lambda: len(workers(shop)) == 3, "three workers")
    let_in(shop, 1, 30)
    wait_for(lambda: all_sent(shop, 30), "thirty mails")
    wait_for(
        lambda: json.loads(asked(shop, "/readyz")) == {"status": "ok", "workers": 3}, "the first one's word"
    )
    assert 'penfriend_workers{state="alive"} 3.0' in asked(shop, "/metrics")
    # each of the three runs this tick once at its start, and then not for ten minutes
    once = 'penfriend_tick_duration_seconds_count{tick="housekeeping"} %s.0'
    wait_for(lambda: once % 3 in asked(shop, "/metrics"), "what all three have counted")
    killed = next(one for one in workers(shop) if one["place"] == 2)
    os.kill(killed["process"], signal.SIGKILL)

    def is_replaced() -> bool:
        return [one["process"] for one in workers(shop) if one["place"] == 2] not in ([killed["process"]], [])

    wait_for(is_replaced, "another in its place")
    assert f"worker 2 (process {killed['process']}) has ended by signal 9" in shop.log
    wait_for(lambda: once % 4 in asked(shop, "/metrics"), "what that one has counted, and the one before it")
    let_in(shop, 31, 30)
    wait_for(lambda: all_sent(shop, 60), "thirty more")
    foreman.send_signal(signal.SIGTERM)
    assert foreman.wait(timeout=30) == 0
    assert len(smtp_server.messages) == 60
    assert shop.json("messages", "--status", "claimed", "--status", "sending") == []
    assert workers(shop) == []


def test_workers_whose_foreman_is_gone_stop_by_themselves(shop: Shop) -> None:
    foreman = shop.start("run", "--no-web", "--workers", "2")
    wait_for(lambda: len(workers(shop)) == 2, "two workers")
    os.kill(foreman.pid, signal.SIGKILL)
    foreman.wait(timeout=30)
    wait_for(lambda: workers(shop) == [], "both have left")


def test_a_second_signal_ends_workers_that_are_busy(shop: Shop, smtp_server: SmtpServer) -> None:
    foreman = shop.start("run", "--no-web", "--workers", "2")
    wait_for(lambda: len(workers(shop)) == 2, "two workers")
    frozen = workers(shop)[0]["process"]
    os.kill(frozen, signal.SIGSTOP)  # it would never end by itself
    foreman.send_signal(signal.SIGTERM)
    wait_for(lambda: len(workers(shop)) == 1, "the other one has left")

    def ends() -> bool:
        foreman.send_signal(signal.SIGTERM)  # counts from a second after the first on
        return foreman.poll() is not None

    wait_for(ends, "the end")
    assert foreman.returncode == 0
    with pytest.raises(ProcessLookupError):
        os.kill(frozen, 0)


def test_what_keeps_all_workers_from_their_work_ends_the_foreman(shop: Shop) -> None:
    shop.environment["PENFRIEND_TRANSPORT"] = "carrier-pigeon://loft"
    foreman = shop.start("run", "--no-web", "--workers", "2")
    assert foreman.wait(timeout=60) == 2
    assert "carrier-pigeon" in shop.log
    assert "Traceback" not in shop.log


def test_several_workers_over_a_sqlite_file_are_refused_in_one_line(make_shop: MakeShop) -> None:
    shop = make_shop("memory:")
    refused = shop.run_apart("run", "--workers", "2", status=2)
    (line,) = refused.stderr.splitlines()
    assert "--workers 2: a SQLite store is worked on by one process at a time" in line
    assert "postgresql://" in line


def test_a_worker_over_tables_that_have_become_too_new_for_it_stops_by_itself(make_shop: MakeShop) -> None:
    shop = make_shop("memory:")
    daemon = shop.start("run", "--no-web")
    wait_for(lambda: "running as" in shop.log, "the daemon")
    with closing(sqlite3.connect(shop.folder / "penfriend.db")) as store, store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
        store.execute("INSERT OR REPLACE INTO notes (name, value) VALUES (?, '9998')", (USABLE_NOTE,))
    assert daemon.wait(timeout=60) == 0
    assert "the tables are of a newer version now" in shop.log
