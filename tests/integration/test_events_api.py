"""`POST /v1/events` over a real store and a real server, with keys of `penfriend apikey`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from sqlalchemy import select

from penfriend.bootstrap import House
from penfriend.bootstrap.api_keys import REMEMBERED_SECONDS, create_key, list_keys, revoke
from penfriend.domain.errors import NotFound, SettingError, StoreUnavailable
from penfriend.storage.ingest import IngestStore
from penfriend.storage.tables import events
from penfriend.web import event_bodies
from penfriend.web.bodies import MAX_EVENTS
from penfriend.web.serving import serve_house
from tests.support.connections import Seconds
from tests.support.houses import NOON
from tests.support.served_house import served_house

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
campaigns: {thanks: {topic: offers, trigger: {event: order_placed, key: order_id}, steps: [{send: hello}]}}
"""


class Desk:
    """Somebody with a key, before a running server."""

    def __init__(self, house: House, client: httpx.Client) -> None:
        self.house, self.client = house, client
        self.key = create_key(house, "shop", ["events:write"])

    def post(self, body: object, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post("/v1/events", content=content, headers=given)

    def stored(self) -> list[str]:
        with self.house.db.read() as connection:
            return list(connection.execute(select(events.c.key).order_by(events.c.id)).scalars())


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with served_house(tmp_path, database_url, CAMPAIGNS) as opened:
        yield opened


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    with serve_house(house) as server, httpx.Client(base_url=server.url, verify=False) as client:
        yield Desk(house, client)


def order(number: int, **more: Any) -> dict[str, Any]:
    about = {
        "id": f"o-{number}",
        "contact": f"c-{number}",
        "name": "order_placed",
        "at": "2026-03-02T10:00:00Z",
    }
    return {**about, "properties": {"order_id": f"A-{number}", "total": 40}, **more}


@pytest.mark.both
def test_one_event_is_stored_before_it_is_answered(desk: Desk) -> None:
    answer = desk.post(order(1))
    assert (answer.status_code, answer.json()) == (
        202,
        {"taken": 1, "repeated": 0, "rejected": 0, "errors": []},
    )
    assert desk.stored() == ["o-1"]


@pytest.mark.both
def test_the_same_again_is_a_success_without_effect_and_another_body_a_conflict(desk: Desk) -> None:
    desk.post(order(1))
    assert desk.post(order(1)).json()["repeated"] == 1
    other = desk.post(order(1, at="2026-03-02T11:00:00Z"))
    assert (other.status_code, other.headers["content-type"]) == (409, "application/problem+json")
    assert other.json()["errors"][0]["status"] == 409
    assert desk.stored() == ["o-1"]


def test_of_a_list_the_good_ones_are_taken_and_the_others_told_by_index(desk: Desk) -> None:
    desk.post(order(2))
    several = [
        order(1),
        {"name": "x"},
        order(2, contact="c-9"),
        order(3, properties={"total": "many"}),
        order(4),
        7,
    ]
    answer = desk.post(several)
    assert answer.status_code == 202
    told = answer.json()
    assert (told["taken"], told["rejected"]) == (2, 4)
    assert [(one["index"], one["status"]) for one in told["errors"]] == [
        (1, 422),
        (2, 409),
        (3, 422),
        (5, 422),
    ]
    assert "total" in told["errors"][2]["detail"]
    assert sorted(desk.stored()) == ["o-1", "o-2", "o-4"]


def test_lines_of_json_are_taken_and_a_broken_one_keeps_no_other_back(desk: Desk) -> None:
    body = "\n".join([json.dumps(order(1)), "{", "", json.dumps(order(2))]).encode()
    answer = desk.post(body, content_type="application/x-ndjson; charset=utf-8")
    assert answer.status_code == 202
    assert [(one["index"], one["status"]) for one in answer.json()["errors"]] == [(1, 422)]
    assert desk.stored() == ["o-1", "o-2"]


def test_gzip_is_unpacked(desk: Desk) -> None:
    packed = gzip.compress(json.dumps([order(1), order(2)]).encode())
    assert desk.post(packed, content_encoding="gzip").json()["taken"] == 2


REFUSED: dict[str, tuple[bytes, dict[str, str], int]] = {
    "no JSON": (b"{", {}, 400),
    "NaN": (b'{"at": NaN}', {}, 400),
    "no UTF-8": (b"\xff\xfe", {}, 400),
    "nested for ever": (b"[" * 100_000, {}, 400),
    "a list without an event": (b"[]", {}, 422),
    "no line": (b"\n \n", {"content_type": "application/jsonl"}, 422),
    "no object": (b"7", {}, 422),
    "nothing that an event needs": (b"{}", {}, 422),
    "a form": (b"a=b", {"content_type": "application/x-www-form-urlencoded"}, 415),
    "no type": (b"{}", {"content_type": ""}, 415),
    "another packing": (b"{}", {"content_encoding": "br"}, 415),
    "no gzip": (b"{}", {"content_encoding": "gzip"}, 400),
    "half a gzip": (gzip.compress(b"[1, 2, 3]")[:-6], {"content_encoding": "gzip"}, 400),
    "two gzips": (gzip.compress(b"[") + gzip.compress(b"]"), {"content_encoding": "gzip"}, 400),
    "a bomb": (gzip.compress(b" " * 20_000_000), {"content_encoding": "gzip"}, 413),
    "too long": (b" " * (MAX_EVENTS + 1), {}, 413),
    "too many": (b"[" + b",".join([b"7"] * (event_bodies.MAX_EVENTS + 1)) + b"]", {}, 413),
}


def test_what_is_not_taken_is_a_problem_document_and_stores_nothing(desk: Desk) -> None:
    for name, (body, headers, status) in REFUSED.items():
        answer = desk.post(body, **headers)
        kind = answer.headers["content-type"]
        assert (answer.status_code, kind) == (status, "application/problem+json"), name
        assert (answer.json()["status"], bool(answer.json()["detail"])) == (status, True), name
    assert desk.stored() == []


def test_who_has_no_valid_key_is_not_let_in(desk: Desk, house: House) -> None:
    wrong = desk.key[:-1] + ("A" if desk.key[-1] != "A" else "B")
    for shown in (
        "",
        "Bearer",
        f"Basic {desk.key}",
        f"Bearer {wrong}",
        "Bearer pf_x_y",
        f"Bearer {desk.key} x",
    ):
        answer = desk.post(order(1), authorization=shown)
        assert (answer.status_code, answer.json()["title"]) == (401, "Unauthorized"), shown
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert "apikey create" in answer.json()["detail"]
    assert desk.stored() == []


def test_a_key_without_the_scope_is_refused_before_the_body_is_read(
    desk: Desk, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from penfriend.storage import api_keys

    monkeypatch.setattr(api_keys, "Scope", ())
    answer = desk.post(order(1))
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "the key may not do that; it takes the scope events:write",
    )
    assert 'scope="events:write"' in answer.headers["www-authenticate"]


@pytest.mark.both
def test_a_revoked_key_is_refused_once_it_is_looked_up_again(desk: Desk, house: House) -> None:
    assert desk.post(order(1)).status_code == 202
    revoke(house, "shop")
    assert desk.post(order(2)).status_code == 202  # by a clock that stands still it is remembered
    clock = house.clock
    assert isinstance(clock, Seconds)
    clock.wait(REMEMBERED_SECONDS + 1)
    assert desk.post(order(3)).status_code == 401


@pytest.mark.both
def test_a_busy_store_says_come_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise StoreUnavailable("postgresql://x: gone")

    desk.post(order(1))
    with monkeypatch.context() as patched:
        patched.setattr(IngestStore, "take_events", busy)
        answer = desk.post(order(2))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "postgresql" not in answer.text
    assert desk.post(order(2)).json()["taken"] == 1


@pytest.mark.both
def test_a_key_is_kept_by_hash_alone_and_listed_without_its_secret(desk: Desk, house: House) -> None:
    desk.post(order(1))
    (known,) = list_keys(house)
    assert (known.name, known.used_at, known.shown) == ("shop", NOON, f"{desk.key[:11]}_...")
    with house.db.read() as connection:
        row = connection.exec_driver_sql("SELECT * FROM api_keys").mappings().one()
    assert desk.key.rpartition("_")[2] not in str(dict(row))


def test_keys_that_cannot_be_are_refused_in_a_line(house: House) -> None:
    create_key(house, "shop", ["events:write"])
    for name, scopes, said in (
        ("shop", ["events:write"], 'a key "shop" already'),
        ("till", ["events:wirte"], '"events:wirte" is no scope'),
        ("till", [], "needs a scope"),
        (" ", ["events:write"], "on one line"),
    ):
        with pytest.raises(SettingError, match=said):
            create_key(house, name, scopes)
    with pytest.raises(NotFound, match='no valid key "till"'):
        revoke(house, "till")
    revoke(house, "shop")
    with pytest.raises(NotFound):
        revoke(house, "shop")
    create_key(house, "shop", ["events:write"])
    assert [one.revoked_at is None for one in list_keys(house)] in ([True, False], [False, True])


def test_the_document_describes_what_is_answered(desk: Desk) -> None:
    document = desk.client.get("/openapi.json").json()
    post = document["paths"]["/v1/events"]["post"]
    assert post["security"] == [{"key": []}]
    assert "key" in document["components"]["securitySchemes"]
    jsonschema.Draft202012Validator.check_schema(
        post["responses"]["202"]["content"]["application/json"]["schema"]
    )
    for body, kind in (([order(1), 7], "application/json"), (7, "application/problem+json")):
        answer = desk.post(body)
        schema = post["responses"][str(answer.status_code)]["content"][kind]["schema"]
        jsonschema.validate(answer.json(), schema)
    wanted = post["requestBody"]["content"]["application/json"]["schema"]
    jsonschema.validate(order(1), wanted)
    jsonschema.validate([order(1)], wanted)
