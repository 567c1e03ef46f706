"""The real daemon reads what comes back of the mail that it has sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.acceptance.conftest import CAMPAIGNS, Shop, wait_for
from tests.support.bounced_mail import dsn
from tests.support.smtp import SmtpServer

pytestmark = pytest.mark.timeout(240)


def test_daemon_reads_a_maildir_and_writes_to_a_dead_address_no_more(
    make_shop: Callable[..., Shop], smtp_server: SmtpServer, database_url: str
) -> None:
    shop = make_shop(f"smtp://{smtp_server.host}:{smtp_server.port}?tls=none", database_url)
    brand = "brand:\n  return_path: bounces@mail.acornandoak.example"
    shop.write("campaigns.yaml", CAMPAIGNS.replace("brand:", brand))
    shop.run("apply")
    shop.run("import", "contacts", "-", stdin=shop.people(1))
    now = datetime.now(UTC).isoformat()
    wants = f'{{"id": "n1", "contact": "c1", "name": "news_wanted", "at": "{now}"}}\n'
    shop.run("import", "events", "-", stdin=wants)
    shop.run("tick")
    (sent,) = smtp_server.messages
    assert sent.mail_from.startswith("bounces+")

    new = shop.folder / "Maildir" / "new"
    new.mkdir(parents=True)
    (new / "1.host").write_bytes(dsn(to=sent.mail_from))
    (new / "2.host").write_bytes(dsn(to=sent.mail_from.replace("+", "+b")))
    shop.environment["PENFRIEND_BOUNCES"] = str(shop.folder / "Maildir")
    shop.start("run", "--no-web")
    wait_for(lambda: (shop.json("status")["bounces"] or {}).get("mails") == 2, "both are read")
    status = shop.json("status")
    assert status["bounces"]["came"] == {"applied": 1, "forged": 1}
    assert status["suppressions"] == {"dead_address": 1}
    assert not list(new.iterdir())
    address = sent.recipients[0]
    assert shop.json("contact", "show", address)["suppression"]["reason"] == "dead_address"
