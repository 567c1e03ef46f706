"""The real daemon: started, stopped, killed, started again, given new files."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.acceptance.conftest import CAMPAIGNS, Shop, wait_for
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.timeout(240)
MakeShop = Callable[..., Shop]
CONNECTIONS = 4


def _transport(server: SmtpServer) -> str:
    return f"smtp://{server.host}:{server.port}?tls=none&connections={CONNECTIONS}"


def _wants_news(number: int, times: int = 1) -> str:
    return "".join(
        f'{{"id": "n{one}-{again}", "contact": "c{one}", "name": "news_wanted", "at": "{_now()}"}}\n'
        for one in range(1, number + 1)
        for again in range(times)
    )


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat()


@pytest.fixture
def shop(make_shop: MakeShop, smtp_server: SmtpServer, database_url: str) -> Shop:
    return make_shop(_transport(smtp_server), database_url)


def _let_in(shop: Shop, number: int) -> None:
    shop.run("import", "events", "-", stdin=_wants_news(number))


@pytest.mark.both
def test_daemon_sends_what_an_import_brings_and_stops_cleanly_on_sigterm(
    shop: Shop, smtp_server: SmtpServer
) -> None:
    shop.run("import", "contacts", "-", stdin=shop.people(20))
    daemon = shop.start("run", "--no-web")
    wait_for(lambda: "running as" in shop.log, "the daemon's first line")
    _let_in(shop, 20)
    wait_for(
        lambda: shop.json("status")["campaigns"]["news"]["ended"] == {"completed": 20},
        "twenty sent and completed",
    )
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(timeout=30) == 0
    status = shop.json("status")
    assert status["campaigns"]["news"]["messages"]["sent"] == 20 == len(smtp_server.messages)
    assert shop.json("messages", "--status", "claimed", "--status", "sending") == []


def _run_once_with_key(shop: Shop, key: str, starts: int) -> None:
    shop.environment["PENFRIEND_SECRET_KEY"] = key
    daemon = shop.start("run", "--no-web")
    wait_for(lambda: shop.log.count("running as") == starts, "the daemon's first line")
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(timeout=30) == 0


def test_key_of_the_links_that_was_lost_is_told_at_the_start(shop: Shop) -> None:
    line = "the key that signs links is another than before"
    _run_once_with_key(shop, "the first key of the links", 1)
    assert line not in shop.log
    _run_once_with_key(shop, "the second key of the links", 2)
    assert line in shop.log


def test_sigterm_over_and_over_in_the_middle_of_sending_loses_and_repeats_nothing(
    shop: Shop, smtp_server: SmtpServer
) -> None:
    shop.run("import", "contacts", "-", stdin=shop.people(120))
    daemon = shop.start("run", "--no-web")
    wait_for(lambda: "running as" in shop.log, "the daemon's first line")
    _let_in(shop, 120)
    wait_for(lambda: len(smtp_server.messages) >= 5, "the first mails")
    while daemon.poll() is None:  # also while it gives back what it holds, and in its last moments
        daemon.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            daemon.wait(timeout=0.005)
    assert daemon.returncode == 0
    held = ("claimed", "sending", "unknown")
    assert shop.json("messages", *(word for one in held for word in ("--status", one))) == []
    again = shop.start("run", "--no-web")
    wait_for(lambda: len(smtp_server.messages) >= 120, "the others")
    again.send_signal(signal.SIGTERM)
    assert again.wait(timeout=30) == 0
    assert len(smtp_server.messages) == 120 == len({mail.recipients for mail in smtp_server.messages})
    assert shop.json("status")["campaigns"]["news"]["messages"]["sent"] == 120


def test_second_daemon_on_one_sqlite_file_refuses_and_names_the_process(
    make_shop: MakeShop, tmp_path: Path
) -> None:
    shop = make_shop(f"file:{tmp_path / 'outbox'}")
    daemon = shop.start("run", "--no-web")
    wait_for(lambda: "running as" in shop.log, "the first daemon")
    second = shop.run_apart("run", "--no-web", status=2)
    assert f"process {daemon.pid}" in second.stderr
    assert len(second.stderr.splitlines()) == 1


def test_changed_file_becomes_the_next_revision_and_an_invalid_one_keeps_the_live_one(
    make_shop: MakeShop, tmp_path: Path
) -> None:
    shop = make_shop(f"file:{tmp_path / 'outbox'}")
    daemon = shop.start("run", "--no-web")
    wait_for(lambda: "revision 1 is live" in shop.log, "the first revision")
    shop.write("campaigns.yaml", CAMPAIGNS.replace("90 days", "60 days"))
    wait_for(lambda: "revision 2 is live" in shop.log, "the second revision")
    shop.write("campaigns.yaml", CAMPAIGNS.replace("lapsed:", "lapsed: ["))
    daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: "were not applied" in shop.log, "the complaint")
    status = shop.json("status")
    assert status["revision"] == 2
    assert "campaigns.yaml:" in status["not_applied"]
    shop.write("campaigns.yaml", CAMPAIGNS)
    wait_for(lambda: "revision 3 is live" in shop.log, "the old files, changed back under a running daemon")


def test_campaign_file_that_is_gone_is_told_by_status_until_it_is_back(
    make_shop: MakeShop, tmp_path: Path
) -> None:
    shop = make_shop(f"file:{tmp_path / 'outbox'}")
    shop.start("run", "--no-web")
    wait_for(lambda: "running as" in shop.log, "the daemon")
    (shop.folder / "campaigns.yaml").unlink()
    wait_for(lambda: "were not applied" in shop.log, "the complaint")
    wait_for(lambda: "cannot be read" in (shop.json("status")["not_applied"] or ""), "the note")
    shop.write("campaigns.yaml", CAMPAIGNS)
    wait_for(lambda: "the campaign files equal revision 1, which is live" in shop.log, "the all-clear")
    assert shop.json("status")["not_applied"] is None


def test_old_files_at_a_start_roll_nothing_back(make_shop: MakeShop, tmp_path: Path) -> None:
    shop = make_shop(f"file:{tmp_path / 'outbox'}")
    shop.run("apply")
    shop.write("campaigns.yaml", CAMPAIGNS.replace("90 days", "60 days"))
    shop.run("apply")
    shop.write("campaigns.yaml", CAMPAIGNS)
    shop.run("tick")
    status = shop.json("status")
    assert status["revision"] == 2
    assert "penfriend apply" in status["not_applied"]
    shop.run("apply")
    assert shop.json("status")["revision"] == 3


def test_unsubscribe_link_of_a_mail_shows_a_page_and_leaves_on_post(
    make_shop: MakeShop, smtp_server: SmtpServer
) -> None:
    import re
    from urllib.request import Request, urlopen

    shop = make_shop(_transport(smtp_server))
    port = _free_port()
    shop.environment |= {
        "PENFRIEND_LISTEN": f"127.0.0.1:{port}",
        "PENFRIEND_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    shop.run("import", "contacts", "-", stdin=shop.people(1))
    shop.start("run")
    wait_for(lambda: "running as" in shop.log, "the daemon")
    _let_in(shop, 1)
    wait_for(lambda: len(smtp_server.messages) == 1, "the mail")
    mail = smtp_server.messages[0].message
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(r"<(http://127\.0\.0\.1:\d+/u/[\w-]+)>", str(mail["List-Unsubscribe"]))
    assert link is not None
    with urlopen(link[1]) as page:
        assert "Offers and news" in page.read().decode()
    with urlopen(Request(link[1], b"List-Unsubscribe=One-Click", method="POST")) as answer:
        assert answer.status == 200
    shop.run("import", "events", "-", stdin=_wants_news(1, 2).splitlines(keepends=True)[1])
    wait_for(
        lambda: shop.json("status")["campaigns"]["news"]["not_entered"] == {"not_consented": 1},
        "the door to stay shut",
    )
    assert len(smtp_server.messages) == 1


def _free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_transport_that_refuses_connections_rests_and_nothing_is_lost(
    make_shop: MakeShop, smtp_server: SmtpServer
) -> None:
    shop = make_shop("smtp://127.0.0.1:9?tls=none&connections=2")  # the discard port: nobody listens
    shop.run("import", "contacts", "-", stdin=shop.people(5))
    shop.run("apply")
    _let_in(shop, 5)
    shop.run("tick")
    status = shop.json("status")
    assert status["campaigns"]["news"]["messages"]["due"] == 5
    assert "default" in status["routes"]
    shop.environment["PENFRIEND_TRANSPORT"] = _transport(smtp_server)
    shop.run("tick", "--now", "2036-01-01T00:00Z")  # far too late for all of them
    assert shop.json("status")["campaigns"]["news"]["messages"]["skipped"] == {"too_late": 5}


def test_two_processes_with_postgresql_send_each_mail_once(
    make_shop: MakeShop, smtp_server: SmtpServer, postgres_url: str
) -> None:
    people = 200
    shop = make_shop(_transport(smtp_server), postgres_url)
    shop.run("import", "contacts", "-", stdin=shop.people(people))
    shop.run("apply")
    _let_in(shop, people)
    starting = [threading.Thread(target=shop.start, args=("run", "--no-web", "--no-apply")) for _ in range(2)]
    for thread in starting:
        thread.start()
    for thread in starting:
        thread.join()
    wait_for(lambda: len(smtp_server.messages) >= people, "every mail")
    received = Counter(mail.message["Message-ID"] for mail in smtp_server.messages)
    assert len(received) == people
    assert max(received.values()) == 1
