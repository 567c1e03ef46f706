"""A canary secret in every setting that takes one, and the address of a canary, through everything that goes
wrong: neither stands in logs, errors, metrics or problem documents."""

from __future__ import annotations

import base64
import json
import signal
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from penfriend.bootstrap.settings import DEFAULTS
from penfriend.web.serving import free_port
from tests.acceptance.conftest import CAMPAIGNS, Shop, wait_for
from tests.support.bounced_mail import dsn
from tests.support.scripted_actions import Reply
from tests.support.scripted_smtp import ScriptedSmtpServer

pytestmark = pytest.mark.timeout(240)
SECRET = "c4n4ry-in-the-mine"
BIRD = "tweety.the.canary"
ADDRESS = f"{BIRD}@post.example"
FILES = (
    CAMPAIGNS
    + """
transports:
  second: {url: "smtp://user:${SECOND_PASSWORD}@127.0.0.1:1?tls=none"}
outgoing:
  registry: {url: "https://registry.invalid/hook", secret: "${REGISTRY_SECRET}", on: [message, consent]}
sources:
  warehouse: {url: "${WAREHOUSE_URL}"}
"""
)
KEYS = {
    "PENFRIEND_WEBHOOK_AMAZON_SES": "arn:aws:sns:eu-west-1:123456789012:mail",
    "PENFRIEND_WEBHOOK_POSTAL": "",
    "PENFRIEND_WEBHOOK_RESEND": "whsec_" + base64.b64encode(SECRET.encode()).decode(),
}
"""Some have a form; what the first two hold is public."""
SOURCE = """  fans:
    description: Fans
    source: warehouse
    sql: fans.sql
"""


@pytest.fixture(params=["text", "json"])
def shop(
    request: pytest.FixtureRequest, make_shop: Callable[..., Shop], scripted_smtp: ScriptedSmtpServer
) -> Shop:
    """Every setting that may hold a secret holds the canary's."""
    made = make_shop(f"smtp://127.0.0.1:{scripted_smtp.port}?tls=none")
    made.write("campaigns.yaml", FILES.replace("campaigns:\n", SOURCE + "campaigns:\n"))
    made.write("fans.sql", "SELECT 'c1' AS contact_id")
    hooks = {name: f"{SECRET}-user:{SECRET}-{name}" for name in DEFAULTS if "_WEBHOOK_" in name} | KEYS
    made.environment |= hooks | {
        "PENFRIEND_SECRET_KEY": f"{SECRET}-key",
        "PENFRIEND_BOUNCES": f"imap://user:{SECRET}-imap@127.0.0.1:1/INBOX?tls=none",
        "PENFRIEND_LISTEN": f"127.0.0.1:{free_port()}",
        "PENFRIEND_LOG": request.param,
        "PENFRIEND_OIDC_ISSUER": "https://login.invalid",
        "PENFRIEND_OIDC_CLIENT_ID": "penfriend",
        "PENFRIEND_OIDC_CLIENT_SECRET": f"{SECRET}-oidc",
        "SECOND_PASSWORD": f"{SECRET}-second",
        "REGISTRY_SECRET": f"{SECRET}-registry",
        "WAREHOUSE_URL": f"postgresql://reader:{SECRET}-warehouse@127.0.0.1:1/shop",
    }
    return made


def wants_news(number: int) -> str:
    event = {"id": f"n{number}", "email": ADDRESS, "name": "news_wanted", "at": datetime.now(UTC).isoformat()}
    return json.dumps(event) + "\n"


def contacts(address: str = ADDRESS) -> str:
    return f"id,email,first_name,topics,subscribed_at\nc1,{address},Tweety,offers,2026-01-01\n"


def test_neither_stands_anywhere(shop: Shop, scripted_smtp: ScriptedSmtpServer) -> None:
    scripted_smtp.on("mail", Reply(f"421 4.3.2 too busy for {ADDRESS} with {SECRET}-second"))
    scripted_smtp.on("rcpt", *[Reply(f"550 5.1.1 <{ADDRESS}>: no such user")] * 2)
    daemon = shop.start("run")
    wait_for(lambda: daemon.poll() is not None or "running as" in shop.log, "the daemon's first line")
    assert daemon.poll() is None, shop.log
    told = [shop.run("import", "contacts", "-", stdin=contacts()).stderr]
    told += [shop.run("import", "events", "-", stdin=wants_news(1)).stderr]
    wait_for(lambda: "rests" in shop.log and "tick bounces" in shop.log, "what fails")
    wait_for(lambda: "source warehouse" in shop.log, "the source that fails")
    told += http_answers(shop)
    report = dsn(
        f"smtp; 550 5.1.1 <{ADDRESS}>: no such user", recipient=f"Final-Recipient: rfc822; {ADDRESS}"
    )
    told.append(shop.run("bounces", "-", stdin=report.decode()).stderr)
    for url in (f"postgresql://x:{SECRET}@127.0.0.1:1/y", f"mysql://x:{SECRET}@h/y", f"smtp//{SECRET}"):
        for name in ("PENFRIEND_DATABASE_URL", "PENFRIEND_TRANSPORT"):
            with_wrong = Shop.__new__(Shop)
            with_wrong.__dict__ |= vars(shop) | {"environment": shop.environment | {name: url}}
            told.append(with_wrong.run("run", "--no-web", status=2).stderr)
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(timeout=60) == 0
    for text in (*told, shop.log):
        assert SECRET not in text
        assert BIRD not in text
    assert "t***@post.example" in shop.log


def http_answers(shop: Shop) -> list[str]:
    """What a program is answered that does all wrong."""
    key = shop.run("apikey", "create", "shop").stdout.strip()
    base = f"http://{shop.environment['PENFRIEND_LISTEN']}"
    bodies = [
        {"email": ADDRESS, "name": "order_placed", "at": "never", "properties": {}},
        {"email": ADDRESS, "name": "news_wanted", "at": "2026-03-02T10:00:00Z", "properties": {"x": SECRET}},
        {"email": ADDRESS, "name": 7},
        {"email": ADDRESS, "token": SECRET},
        [[ADDRESS, SECRET]],
    ]
    with httpx.Client(base_url=base, verify=False) as client:
        bearer = {"authorization": f"Bearer {key}"}
        answers = [client.post("/v1/events", json=body, headers=bearer) for body in bodies]
        answers += [
            client.post("/v1/events", content=f"{ADDRESS} {SECRET}".encode(), headers=bearer),
            client.post("/v1/events", json=[], headers={"authorization": f"Bearer {SECRET}"}),
            client.get(f"/u/{SECRET}"),
            client.get(f"/nothing/{ADDRESS}", params={"secret": SECRET}),
            client.get(f"/v1/{ADDRESS}"),
            client.post("/webhooks/postmark", json={"Email": ADDRESS}, auth=("user", f"{SECRET}-wrong")),
            client.post("/webhooks/shopify", json={"email": ADDRESS}, headers={"X-Shopify-Topic": SECRET}),
            client.request("BREW", f"/c/{SECRET}"),
            client.get("/readyz"),
        ]
        metrics = client.get("/metrics")
        assert metrics.status_code == 200
        assert 'penfriend_ingested_total{answer="rejected",kind="event"}' in metrics.text
    return [*(answer.text for answer in answers), metrics.text]
