"""Somebody asks for a topic under double opt-in: a letter is owed, and only the click in it subscribes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.people import contact_document
from penfriend.delivery import MemoryTransport
from penfriend.domain.events import EventIn
from penfriend.storage import tables as t
from penfriend.web.serving import serve_house
from tests.support.houses import NOON
from tests.support.served_house import served_house

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London,
  public_url: "${PENFRIEND_PUBLIC_URL}"}
topics: {offers: {title: Offers and news, double_opt_in: yes}}
outgoing: {registry: {url: "https://registry.acorn.example/hook", secret: plain, on: [consent]}}
campaigns:
  opt_in: {kind: transactional, trigger: {event: subscription_requested}, steps: [{send: confirm}]}
  welcome: {topic: offers, trigger: {event: subscribed}, steps: [{send: hello}]}
"""
CONFIRM = """---
subject: Please confirm
---
<mjml><mj-body><mj-section><mj-column><mj-text>
{{ brand.address }} <a href="{{ links.confirm }}">Yes, write to me</a>
</mj-text></mj-column></mj-section></mj-body></mjml>
"""


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    (tmp_path / "shop").mkdir()
    with served_house(
        tmp_path / "shop", database_url, "version: 1\n", PENFRIEND_PUBLIC_URL="http://x.example"
    ) as made:
        folder = made.settings.config.parent
        (folder / "templates" / "confirm.mjml").write_text(CONFIRM)
        made.settings.config.write_text(CAMPAIGNS)
        made.apply(made.read_files())
        yield made


def settled(house: House) -> list[str]:
    """What is sent now: the subjects, and the confirmation's path behind the first where there is one."""
    memory = MemoryTransport("default")
    worker = Worker(house, lambda _name, _url: (memory, None))
    worker.settle()
    worker.close()
    found: list[str] = []
    for email in memory.sent:
        letter = message_from_bytes(email.content, policy=policy.default)
        body = letter.get_body(("plain",))
        assert body is not None
        found += [str(letter["subject"]), *re.findall(r"/confirm/[A-Za-z0-9_.-]+", body.get_content())]
    return found


def consents(house: House) -> list[dict[str, Any]]:
    with house.db.read() as connection:
        return [
            dict(row) for row in connection.execute(select(t.consents).order_by(t.consents.c.id)).mappings()
        ]


def told(house: House) -> list[str]:
    with house.db.read() as connection:
        return [
            json.loads(body)["type"] for body in connection.execute(select(t.outgoing_calls.c.body)).scalars()
        ]


@pytest.mark.both
def test_only_the_click_in_the_letter_subscribes_and_it_is_on_record(house: House) -> None:
    asked = EventIn(
        "subscribed", "ann", "ann@shop.example", NOON, {"topic": "offers", "text_version": "footer 3"}, "e-1"
    )
    house.ingester().ingest_events([asked], source="api shop")
    assert not _subscribed(house)
    subject, link = settled(house)
    assert subject == "Please confirm"
    with serve_house(house) as server, httpx.Client(base_url=server.url, verify=False) as scanner:
        assert scanner.head(link).status_code == scanner.get(link).status_code == 200
        assert not _subscribed(house), "a look confirms nothing"
        assert told(house) == []
        assert scanner.post(link).status_code == 200
    assert _subscribed(house)
    requested, confirmed = consents(house)
    assert [requested[name] for name in ("change", "source", "text_version", "address")] == [
        "requested",
        "api shop",
        "footer 3",
        "ann@shop.example",
    ]
    assert (confirmed["change"], confirmed["source"], confirmed["address"]) == (
        "confirmed",
        "confirmation link",
        "ann@shop.example",
    )
    assert confirmed["text_version"] == f"revision {house.revision_number()}, en"
    assert "confirmation link of mail <" in confirmed["proof"]
    assert told(house) == ["consent.subscribed"]
    assert settled(house) == ["Hello"]


def _subscribed(house: House) -> bool:
    topics: Any = contact_document(house, "ann")["topics"]
    return bool(topics["offers"]["subscribed"])
