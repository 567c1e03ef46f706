"""`/v1/contacts`, `/v1/segments`, `/v1/campaigns` and `/v1/messages` over a real store and a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import jsonschema
import pytest
from sqlalchemy import select

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.api_keys import create_key
from penfriend.bootstrap.report import report_of
from penfriend.bootstrap.results import refresh_results
from penfriend.domain.accounts.audit import Way
from penfriend.domain.api_keys import Scope
from penfriend.domain.contact import ERASED
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.results import Dimension
from penfriend.storage.accounts.audit_log import read_entries
from penfriend.storage.suppressions import suppression_reason
from penfriend.storage.tables import events
from penfriend.web.bodies import MAX_CONTACT
from penfriend.web.serving import serve_house
from tests.support.connections import Seconds
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


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with served_house(tmp_path, database_url, CAMPAIGNS) as opened:
        ann = ContactIn("c-1", ANN, {"first_name": "Ann"}, {"shoe_size": 46}, ("offers",))
        opened.ingester().ingest_contacts([ann, ContactIn("c-2", BOB, {}, {"shoe_size": 47})])
        yield opened


@pytest.fixture
def program(house: House) -> Iterator[Program]:
    with serve_house(house) as server, httpx.Client(base_url=server.url, verify=False) as client:
        yield Program(house, client)


def mail(house: House) -> None:
    """Ann buys something and is mailed."""
    bought = EventIn("order_placed", "c-1", None, NOON, {"order_id": "o-1", "total": 4}, "o-1")
    house.ingester().ingest_events([bought])
    worker = Worker.of(house)
    worker.settle()
    worker.close()


def test_contact_is_the_same_by_id_and_by_address(program: Program) -> None:
    answer = program.ask("GET", "/v1/contacts/c-1")
    program.fits("/v1/contacts/{id}", "get", answer)
    found = answer.json()
    assert (found["id"], found["ids"], found["email"], found["first_name"]) == ("c-1", ["c-1"], ANN, "Ann")
    assert (found["attributes"], found["topics"]["offers"]["subscribed"]) == ({"shoe_size": 46}, True)
    assert program.get("/v1/contacts/ANN%40shop.example") == found
    missing = program.ask("GET", "/v1/contacts/c-9")
    assert missing.status_code == 404
    program.fits("/v1/contacts/{id}", "get", missing)


def test_put_makes_and_changes_and_the_same_again_does_nothing(program: Program) -> None:
    made = program.put("c-3", email="Eve@Shop.example", first_name="Eve", attributes={"shoe_size": "38"})
    program.fits("/v1/contacts/{id}", "put", made)
    assert (made.status_code, made.json()["email"]) == (201, "eve@shop.example")
    before = program.number_of_events()
    again = program.put("c-3", email="eve@shop.example", first_name="Eve", attributes={"shoe_size": 38})
    assert (again.status_code, again.json(), program.number_of_events()) == (200, made.json(), before)
    assert isinstance(program.house.clock, Seconds)
    program.house.clock.wait(1)  # of what is said at one moment any may win
    changed = program.put(
        "eve@shop.example", first_name=None, locale="tr-TR", attributes={"vip": True}
    ).json()
    assert (changed["id"], changed["first_name"], changed["locale"]) == ("c-3", None, "tr_TR")
    assert changed["attributes"] == {"shoe_size": 38, "vip": True}
    assert changed["topics"] == {}, "nobody is subscribed by it"
    assert program.number_of_events() == before + 1


def test_put_by_address_makes_somebody_without_an_id_who_may_get_one_and_another_address(
    program: Program,
) -> None:
    assert program.put("new@shop.example", country="gb").json()["id"] is None
    assert program.put("new@shop.example", id="c-7").json()["ids"] == ["c-7"]
    moved = program.put("c-7", email="newer@shop.example").json()
    assert (moved["email"], moved["country"]) == ("newer@shop.example", "GB")
    program.get("/v1/contacts/new%40shop.example", 404)


@pytest.mark.parametrize(
    ("who", "said", "why"),
    [
        ("c-1", {"frist_name": "Ann"}, 'Did you mean "first_name"'),
        ("c-1", {"topics": {}}, "topics: is no field"),
        ("c-1", {"id": "c-8"}, "contact_merged"),
        ("c-1", {"timezone": "Mars/Olympus"}, "is not a time zone"),
        ("c-1", {"email": BOB}, "belongs to another contact"),
        ("c-1", {"attributes": False}, "is not a mapping"),
        ("c-1", {"attributes": {"a": "x" * 70_000}}, "bytes are too many"),
        ("c-9\n", {"first_name": "x"}, "contact: "),
    ],
)
def test_put_that_cannot_be_is_refused_in_a_sentence(
    program: Program, who: str, said: dict[str, Any], why: str
) -> None:
    answer = program.put(who, **said)
    assert answer.status_code == 422
    program.fits("/v1/contacts/{id}", "put", answer)
    assert why in answer.json()["detail"]


def test_put_of_what_is_no_object_of_json_is_refused(program: Program) -> None:
    for body, kind, status in (
        (b"[]", "application/json", 422),
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b" " * (MAX_CONTACT + 1), "application/json", 413),
    ):
        answer = program.ask("PUT", "/v1/contacts/c-1", content=body, headers={"content-type": kind})
        assert answer.status_code == status
        program.fits("/v1/contacts/{id}", "put", answer)


@pytest.mark.parametrize(
    "who", ["a/b", "a/story", "story", "..", "ä ö", "c+1", "100%", "?x=1#y", "<b>", "💚/.", "a//"]
)
def test_any_text_is_an_id(program: Program, who: str) -> None:
    assert program.put(who, first_name="X").status_code == 201
    path = path_of(who)
    assert program.get(path)["id"] == who
    assert program.get(f"{path}/story")["contact"] == who
    assert program.ask("DELETE", path).status_code == 204
    program.get(path, 404)


def test_id_that_is_no_text_is_nobody(program: Program) -> None:
    for path in ("contacts/%FF", "contacts/", "contacts/a%00b", "messages/a%00", "segments/%00"):
        assert program.get(f"/v1/{path}", 404)["status"] == 404
    for method in ("PUT", "OPTIONS"):
        refused = program.ask(method, "/v1/contacts/c-1/story")
        assert (refused.status_code, set(refused.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})


def test_delete_erases(program: Program) -> None:
    assert program.ask("DELETE", "/v1/contacts/c-1").status_code == 204
    gone = program.ask("DELETE", "/v1/contacts/c-1")
    assert gone.status_code == 404
    program.fits("/v1/contacts/{id}", "delete", gone)
    with program.house.db.read() as connection:
        assert suppression_reason(connection, ANN) == ERASED
        by = read_entries(connection)[0].by
    assert (by.name, by.way, by.network) == ("api all", Way.API, "127.0.0.0/24")


def test_story_is_what_why_tells(program: Program) -> None:
    mail(program.house)
    answer = program.ask("GET", "/v1/contacts/c-1/story?campaign=thanks")
    program.fits("/v1/contacts/{id}/story", "get", answer)
    [happened] = answer.json()["campaigns"].values()
    assert any("sent" in one["text"] for one in happened["happened"])
    program.get("/v1/contacts/c-1/story?campaign=nothing", 404)


def test_segments_and_their_members_come_in_pages(program: Program) -> None:
    first = program.ask("GET", "/v1/segments?limit=1")
    program.fits("/v1/segments", "get", first)
    assert [one["name"] for one in first.json()["segments"]] == ["all"]
    assert first.headers["link"] == f'<{first.json()["next"]}>; rel="next"'
    last = program.get(first.json()["next"])
    assert (last["next"], last["segments"][0]["description"]) == (None, "Large shoes")
    page = program.ask("GET", "/v1/segments/big_feet?limit=1")
    program.fits("/v1/segments/{name}", "get", page)
    found = page.json()
    assert (found["members"], found["list"]) == (2, [{"contact": "c-1", "email": ANN, "about": ""}])
    rest = program.get(found["next"])
    assert (rest["members"], [one["contact"] for one in rest["list"]], rest["next"]) == (None, ["c-2"], None)
    program.get("/v1/segments/small_feet", 404)


def test_members_are_named_by_address_only_to_who_may_read_contacts(program: Program) -> None:
    key = create_key(program.house, "board", ["segments:read"])
    found = program.ask("GET", "/v1/segments/big_feet", key).json()
    assert found["list"][0] == {"contact": "c-1", "about": ""}


def test_campaigns_come_with_their_counts(program: Program) -> None:
    mail(program.house)
    answer = program.ask("GET", "/v1/campaigns")
    program.fits("/v1/campaigns", "get", answer)
    feet, thanks = answer.json()["campaigns"]
    assert (feet["segment"], thanks["entered"], thanks["messages"]["sent"]) == ("big_feet", 1, 1)


def test_report_of_a_campaign_is_that_of_the_command(program: Program) -> None:
    mail(program.house)
    refresh_results(program.house)
    path = "/v1/campaigns/{name}/report"
    answer = program.ask("GET", "/v1/campaigns/thanks/report?by=template&by=day")
    program.fits(path, "get", answer)
    by = (Dimension.TEMPLATE, Dimension.DAY)
    assert answer.json() == json.loads(json.dumps(report_of(program.house, "thanks", by).as_json()))
    assert (answer.json()["total"]["sent"], answer.json()["by"]) == (1, ["template", "day"])
    later = program.ask("GET", "/v1/campaigns/thanks/report?since=2126-01-01&until=2126-01-31")
    program.fits(path, "get", later)
    assert (later.json()["total"]["sent"], later.json()["to"]) == (0, "2126-01-31")
    program.get("/v1/campaigns/nobody/report", 404)


@pytest.mark.parametrize(
    "query", ["by=colour", "since=soon", "since=2026-02-30", "since=2026-03-02&until=2026-03-01", "of=x"]
)
def test_report_that_cannot_be_asked_is_refused(program: Program, query: str) -> None:
    refused = program.ask("GET", f"/v1/campaigns/thanks/report?{query}")
    program.fits("/v1/campaigns/{name}/report", "get", refused)
    assert refused.status_code == 422


def test_message_is_found_by_number_and_by_message_id(program: Program) -> None:
    mail(program.house)
    line = program.house.reports.list_messages(("sent",))[0]
    answer = program.ask("GET", f"/v1/messages/{line.id}")
    program.fits("/v1/messages/{id}", "get", answer)
    found = answer.json()
    assert (found["status"], found["address"], found["message_id"]) == ("sent", ANN, line.message_id)
    for name in (line.message_id, line.message_id.strip("<>")):
        assert program.get(f"/v1/messages/{quote(name, safe='')}") == found
    program.get("/v1/messages/999", 404)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1001",
        "limit=x",
        "cursor=x",
        "cursor=WyJhIl0x",
        "cursor=WzEsMl0",
        "cursor=" + "A" * 2000,
    ],
)
def test_page_that_cannot_be_is_refused(program: Program, query: str) -> None:
    program.fits("/v1/segments/{name}", "get", refused := program.ask("GET", f"/v1/segments/all?{query}"))
    assert refused.status_code == 422


def test_each_route_takes_its_own_scope(program: Program) -> None:
    wanted = {
        ("GET", "/v1/contacts/c-1"): Scope.CONTACTS_READ,
        ("GET", "/v1/contacts/c-1/story"): Scope.CONTACTS_READ,
        ("PUT", "/v1/contacts/c-1"): Scope.CONTACTS_WRITE,
        ("DELETE", "/v1/contacts/c-9"): Scope.CONTACTS_WRITE,
        ("GET", "/v1/segments"): Scope.SEGMENTS_READ,
        ("GET", "/v1/segments/all"): Scope.SEGMENTS_READ,
        ("GET", "/v1/campaigns"): Scope.CAMPAIGNS_READ,
        ("GET", "/v1/campaigns/thanks/report"): Scope.CAMPAIGNS_READ,
        ("GET", "/v1/messages/1"): Scope.MESSAGES_READ,
    }
    keys = {scope: create_key(program.house, scope.value, [scope.value]) for scope in Scope}
    for (method, path), scope in wanted.items():
        let_in = {
            one for one, key in keys.items() if program.ask(method, path, key, json={}).status_code != 403
        }
        assert let_in == {scope}, path
        assert program.client.request(method, path).status_code == 401
