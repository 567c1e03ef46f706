"""A program with keys before a running server: what tests of the API for programs share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import jsonschema
from sqlalchemy import select

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.api_keys import create_key
from penfriend.domain.api_keys import Scope
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.storage.tables import events
from penfriend.web.serving import serve_house
from tests.support.houses import NOON
from tests.support.served_house import served_house

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
data: {contact: {shoe_size: number}}
policy: {send_between: 00:00-24:00, send_on: mon-sun, at_most: none}
segments:
  big_feet: {description: Large shoes, where: {contact.attributes.shoe_size: {at_least: 45}}}
  all: {where: {contact.created_at: {exists: yes}}}
campaigns:
  thanks: {topic: offers, trigger: {event: order_placed, key: order_id}, steps: [{send: hello}]}
  feet: {topic: offers, trigger: {segment: big_feet}, steps: [{send: hello}]}
"""
ANN, BOB = "ann@shop.example", "bob@shop.example"


def path_of(who: str) -> str:
    """Where the contact is; dots alone would be taken for a step up."""
    return f"/v1/contacts/{quote(who, safe='').replace('.', '%2E')}"


class Program:
    """A program with keys, before a running server."""

    def __init__(self, house: House, client: httpx.Client) -> None:
        self.house, self.client = house, client
        self.key = create_key(house, "all", [scope.value for scope in Scope])
        self.document = client.get("/openapi.json").json()

    def ask(self, method: str, path: str, key: str = "", **more: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {key or self.key}", **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == status, answer.text
        return answer.json()

    def put(self, who: str, **said: Any) -> httpx.Response:
        return self.ask("PUT", path_of(who), json=said)

    def fits(self, path: str, method: str, answer: httpx.Response) -> None:
        """The answer is as the document says."""
        described = self.document["paths"][path][method]["responses"][str(answer.status_code)]
        [(kind, content)] = described["content"].items()
        assert answer.headers["content-type"] == kind
        jsonschema.validate(answer.json(), {**content["schema"], "components": self.document["components"]})

    def number_of_events(self) -> int:
        with self.house.db.read() as connection:
            return len(connection.execute(select(events.c.id)).all())


@contextmanager
def shop(folder: Path, database_url: str) -> Iterator[House]:
    """The house with two people whose feet are large."""
    with served_house(folder, database_url, CAMPAIGNS) as opened:
        ann = ContactIn("c-1", ANN, {"first_name": "Ann"}, {"shoe_size": 46}, ("offers",))
        opened.ingester().ingest_contacts([ann, ContactIn("c-2", BOB, {}, {"shoe_size": 47})])
        yield opened


@contextmanager
def program_of(house: House) -> Iterator[Program]:
    """The program before the house's server."""
    with serve_house(house) as server, httpx.Client(base_url=server.url, verify=False) as client:
        yield Program(house, client)


def mail(house: House) -> None:
    """Ann buys something and is mailed."""
    bought = EventIn("order_placed", "c-1", None, NOON, {"order_id": "o-1", "total": 4}, "o-1")
    house.ingester().ingest_events([bought])
    worker = Worker.of(house)
    worker.settle()
    worker.close()
