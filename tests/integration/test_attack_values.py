"""Values of every wrong kind through every field, over both databases: refused or kept, never a fault."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest

from penfriend.bootstrap import Worker
from penfriend.bootstrap.people import contact_document
from penfriend.domain.tokens import Purpose
from tests.support.attacked import Besieged, besieged
from tests.support.attacks import attacks
from tests.support.both_databases import KINDS
from tests.support.empty_store import empty_file, shared_url
from tests.support.odd_values import ITEM, ODD, PROPERTIES

pytestmark = pytest.mark.both

PARTS = ("id", "contact", "name", "at", "properties")


@pytest.fixture(scope="module", params=KINDS)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    folder = tmp_path_factory.mktemp("values")
    with besieged(folder, shared_url(request, folder)) as made:
        yield made


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    """For what is refused before it comes to any store."""
    folder = tmp_path_factory.mktemp("refused")
    with besieged(folder, empty_file(folder / "penfriend.db")) as made:
        yield made


def event(number: object, name: str = "of_my_own", **properties: object) -> dict[str, Any]:
    about = {"id": f"e-{number}", "contact": f"w-{number}", "name": name, "at": "2026-03-02T10:00:00Z"}
    return {**about, "properties": properties}


def take(house: Besieged, events: list[dict[str, Any]]) -> dict[str, Any]:
    """In posts of some hundreds; how many were taken."""
    counts = {"taken": 0, "repeated": 0, "rejected": 0}
    for at in range(0, len(events), 400):
        answer = house.as_program("POST", "/v1/events", json.dumps(events[at : at + 400]).encode())
        assert answer.status in {202, 409, 422}, answer.text[:500]
        told = json.loads(answer.body)
        assert sum(told[name] for name in counts) == len(events[at : at + 400])
        assert not [one for one in told["errors"] if len(one["detail"]) > 500], "no one's text is thrown back"
        counts = {name: counts[name] + told[name] for name in counts}
    return counts


def test_odd_values_in_every_field_of_every_event(house: Besieged) -> None:
    number, events = itertools.count(), []
    for name, good in PROPERTIES.items():
        for key, odd in itertools.product(good, ODD):
            events.append(event(next(number), name, **(good | {key: odd})))
        for key, odd in itertools.product(ITEM if "items" in good else (), ODD):
            events.append(event(next(number), name, **(good | {"items": [ITEM | {key: odd}]})))
    for part, odd in itertools.product(PARTS, ODD):
        events.append(event(next(number), "of_my_own", a=1) | {part: odd})
    counts = take(house, events)
    assert counts["taken"] > 100
    assert counts["rejected"] > 100
    live_on(house)


def test_odd_values_in_every_field_of_a_contact(house: Besieged) -> None:
    fields = [
        *PROPERTIES["contact_updated"],
        "id",
        "tier",
        "tier_until",
        "last_name",
        "attributes",
        "unknown",
    ]
    for number, (key, odd) in enumerate([*itertools.product(fields, ODD)][::3]):
        answer = house.as_program("PUT", f"/v1/contacts/odd-{number}", json.dumps({key: odd}).encode())
        assert answer.status in {200, 201, 422}, (key, odd, answer.text[:300])
    live_on(house)


def test_texts_of_attackers_in_every_event(house: Besieged) -> None:
    texts = [text for family in ("sql", "naughty") for text in attacks(family)]
    events = []
    for number, text in enumerate(texts):
        events.append(event(f"n{number}") | {"id": f"n-{text}", "contact": text})
        events.append(event(f"m{number}") | {"name": text})
        events.append(event(f"k{number}", "contact_updated", first_name=text, attributes={text: text}))
        events.append(
            event(f"l{number}", "cart_updated", cart_id=text, total=1, items=[ITEM | {"title": text}])
        )
    counts = take(house, events)
    assert counts["taken"] > len(texts)
    for text in attacks("sql"):
        document = json.loads(
            house.as_program("GET", f"/v1/contacts/{quote(text, safe='').replace('.', '%2E')}").body
        )
        assert document["id"] == text, "it is a name like any other"
    live_on(house)


def live_on(house: Besieged) -> None:
    """Everybody can be seen and counted, and the engine goes on."""
    where, seen = "/v1/segments/all?limit=1000", 0
    while where:
        page = house.as_program("GET", where)
        assert page.status == 200, page.text
        told = json.loads(page.body)
        where, seen = told["next"], seen + len(told["list"])
        for one in told["list"][:: max(1, len(told["list"]) // 20)]:
            contact_document(house.house, one["contact"])
    assert seen
    worker = Worker.of(house.house)
    try:
        worker.settle()
    finally:
        worker.close()
    assert house.ask("GET", "/metrics").status == 200


def test_depth_and_breadth_of_json_are_bounded(shop: Besieged) -> None:
    for depth in (50, 300, 900, 990, 1_500, 30_000):
        for begin, end in (("[", "]"), ('{"a":', "}")):
            nested = f"{begin * depth}1{end * depth}"
            for key in ("properties", "id"):
                whole = json.dumps(event(f"deep-{depth}-{key}") | {key: 7}).replace("7", nested)
                taken = shop.as_program("POST", "/v1/events", whole.encode())
                assert taken.status in {202, 400, 413, 422}
            body = f'{{"attributes": {{"a": {nested}}}}}'.encode()
            put = shop.as_program("PUT", f"/v1/contacts/deep-{depth}", body)
            assert put.status in {200, 201, 400, 413, 422}
            seen = shop.as_program("GET", f"/v1/contacts/deep-{depth}")
            assert seen.status in {200, 404}
    broad = b"{" + b",".join(b'"%d":1' % number for number in range(200_000)) + b"}"
    wide = json.dumps(event("broad")).replace("{}", broad.decode()).encode()
    for large in (broad, wide, b"[" + b"{}," * 9_999 + b"{}]", b"[" + b"[]," * 300_000 + b"1]"):
        assert shop.as_program("POST", "/v1/events", large).status in {413, 422}
        assert shop.as_program("PUT", "/v1/contacts/broad", large).status in {413, 422}
    live_on(shop)


def test_of_the_same_key_twice_the_last_is_the_one_that_is_checked(house: Besieged) -> None:
    for first, last, status in (("mail_sent", "of_my_own", 202), ("of_my_own", "mail_sent", 422)):
        told = json.dumps(event(f"twice-{first}"))
        body = told.replace('"name": "of_my_own"', f'"name": "{first}", "name": "{last}"').encode()
        assert house.as_program("POST", "/v1/events", body).status == status


FORM_FIELDS = (
    "topic",
    "shown",
    "action",
    "frequency",
    "language",
    "score",
    "comment",
    "name",
    "password",
    "new",
    "code",
    "next",
    "email",
    "role",
)
BYTES = (
    b"%00",
    b"%FF%FE",
    b"%C0%AF",
    b"%ED%A0%80",
    b"\x00\xff",
    b"%",
    b"%zz",
    b"+" * 3_000,
    b"%F0%9F%98%80",
    b"%0d%0a",
)


def test_texts_and_bytes_in_every_form(shop: Besieged) -> None:
    texts = [quote_from_bytes(text.encode("utf-8", "surrogatepass")).encode() for text in attacks("sql")]
    values = [*BYTES, *texts[::4]]
    forms = [
        f"/{path}/{shop.token(purpose)}"
        for path, purpose in (
            ("preferences", Purpose.PREFERENCES),
            ("s", Purpose.SURVEY),
            ("u", Purpose.UNSUBSCRIBE),
            ("confirm", Purpose.CONFIRM),
        )
    ]
    kind = "application/x-www-form-urlencoded"
    for value in values:
        body = b"&".join(field.encode() + b"=" + value for field in FORM_FIELDS)
        for path in forms:
            assert shop.ask("POST", path, body, content_type=kind).status in {200, 400, 422}, (
                path,
                value,
            )
        for path in ("/users", f"/users/{shop.ben}/role"):
            assert shop.as_user("POST", path, body).status in {200, 303, 400, 403, 422}, (path, value)
    many = b"&".join(b"topic=%d" % number for number in range(5_000))
    for path in forms:
        assert shop.ask("POST", path, many, content_type=kind).status == 400
        parts = b"".join(
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(1_100)
        )
        assert (
            shop.ask("POST", path, parts + b"--x--", content_type="multipart/form-data; boundary=x").status
            == 400
        )
        for broken in (
            b"--x",
            b"--x\r\n\r\n",
            b"--x\r\nContent-Disposition: form-data\r\n\r\na",
            b"\r\n--x--\r\n",
            b"--x\r\n" + b"A" * 60_000,
        ):
            for boundary in ("x", "", "x" * 5_000, "\x00"):
                answer = shop.ask(
                    "POST", path, broken, content_type=f"multipart/form-data; boundary={boundary}"
                )
                assert answer.status in {200, 400, 422}, (path, broken[:40])


HEADERS = (
    "accept-language",
    "user-agent",
    "accept",
    "cookie",
    "authorization",
    "content-type",
    "content-encoding",
    "x-forwarded-for",
    "origin",
    "sec-fetch-site",
    "referer",
    "if-none-match",
    "range",
    "x-shopify-topic",
    "x-wc-webhook-signature",
    "content-length",
)


def test_texts_and_bytes_in_every_header_query_and_path(shop: Besieged) -> None:
    values = [
        b"\x00",
        b"\xff\xfe",
        b"\xc0\xaf",
        b"a" * 9_000,
        b";;,,==",
        b"tr;q=9e999",
        b"-1",
        *(one.encode() for one in attacks("sql")[::9]),
    ]
    paths = itertools.cycle(("/", "/login", "/users", "/u/x", f"/c/{shop.token(Purpose.CLICK)}"))
    for header, value in itertools.product(HEADERS, values[::2]):
        raw = [(header.encode(), value)]
        shop.ask("GET", next(paths), raw=raw)
        shop.ask("POST", "/webhooks/shopify", b"{}", raw=raw)
        shop.as_program("POST", "/v1/events", b"{}", raw=raw)
    queries = ("limit", "cursor", "campaign", "before", "next")
    for name, value in itertools.product(queries, values):
        said = quote_from_bytes(value)
        for path in ("/v1/campaigns", "/v1/contacts/ann/story"):
            assert shop.as_program("GET", f"{path}?{name}={said}").status in {200, 404, 422}
        for path in ("/audit", "/login"):
            assert shop.as_user("GET", f"{path}?{name}={said}").status in {200, 303, 404}, (
                path,
                name,
                value,
            )
    for value in values:
        said = quote_from_bytes(value, safe="")
        for path in (
            "/v1/contacts/",
            "/v1/messages/",
            "/v1/segments/",
            "/u/",
            "/c/",
            "/assets/",
            "/webhooks/",
            "/login/link/",
        ):
            assert shop.as_program("GET", path + said).status in {200, 404, 405}, (path, value)
