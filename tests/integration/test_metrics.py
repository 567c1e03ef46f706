"""`GET /metrics` over a real store and a real server: what it says, to whom, and that it is true."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import parser as open_metrics
from prometheus_client.parser import text_string_to_metric_families as families_of

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.api_keys import create_key
from penfriend.bootstrap.figure_book import KEPT_SECONDS
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.events import EventIn
from penfriend.storage.database import Database
from penfriend.web.metric_families import FAMILIES
from penfriend.web.serving import serve_house
from tests.support.connections import Seconds
from tests.support.served_house import served_house

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
campaigns:
  thanks: {topic: offers, trigger: {event: order_placed, key: order_id}, steps: [{send: hello}]}
"""
BROKEN = """{% if contact.email == "bob@post.example" %}{{ 1 // 0 }}{% endif %}"""
CANARY = "canary.in.a.coalmine@post.example"


class Desk:
    """Somebody who asks a running server."""

    def __init__(self, house: House, client: httpx.Client) -> None:
        self.house, self.client = house, client
        self.worker = Worker.of(house, outside=False)

    def get(self, **headers: str) -> httpx.Response:
        return self.client.get("/metrics", headers={k.replace("_", "-"): v for k, v in headers.items()})

    def values(self) -> dict[tuple[str, tuple[str, ...]], float]:
        """Each sample by its name and the values of its labels, in the order of their names, once what was
        kept is old."""
        clock = self.house.clock
        assert isinstance(clock, Seconds)
        clock.wait(KEPT_SECONDS)
        return {
            (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
            for family in families_of(self.get().text)
            for sample in family.samples
        }

    def order(self, person: str, number: int) -> None:
        """Somebody who wants offers has ordered."""
        address, now = f"{person}@post.example", self.house.clock.now()
        self.house.ingester().ingest_events(
            [
                EventIn("subscribed", person, address, now, {"topic": "offers"}, f"s-{person}"),
                EventIn(
                    "order_placed",
                    person,
                    address,
                    now,
                    {"order_id": str(number), "total": 40},
                    f"o-{number}",
                ),
            ]
        )


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with served_house(tmp_path, database_url, CAMPAIGNS) as opened:
        yield opened


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    with serve_house(house) as server, httpx.Client(base_url=server.url, verify=False) as client:
        made = Desk(house, client)
        yield made
        made.worker.close()


@pytest.mark.both
def test_all_families_are_told_in_both_formats(desk: Desk) -> None:
    plain, wanted = desk.get(), {family.name: family for family in FAMILIES}
    assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    told = {family.name: family for family in families_of(plain.text)}
    assert set(wanted) <= set(told)
    assert {told[name].documentation for name in wanted} == {family.text for family in FAMILIES}
    assert "process_resident_memory_bytes" in told
    open_ = desk.get(accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    assert open_.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    parse: Callable[[str], Iterable[Metric]] = open_metrics.text_string_to_metric_families
    assert set(wanted) <= {family.name for family in parse(open_.text)}


def test_what_happens_is_counted(desk: Desk) -> None:
    before = desk.values()
    assert before["penfriend_sends_total", ("accepted", "default")] == 0
    desk.order("ann", 1)
    desk.order("ann", 1)
    desk.worker.enroll()
    desk.worker.advance()
    waits = desk.values()
    assert waits["penfriend_messages", ("due",)] == 1
    desk.worker.settle()
    after = desk.values()
    assert after["penfriend_sends_total", ("accepted", "default")] == 1
    assert after["penfriend_messages", ("due",)] == 0
    assert after["penfriend_ingested_total", ("taken", "event")] == 2
    assert after["penfriend_ingested_total", ("repeated", "event")] == 2
    assert after["penfriend_send_turn_duration_seconds_count", ("default",)] >= 1
    assert after["penfriend_live_revision", ()] == 1
    assert after["penfriend_database_connections", ("in_use",)] == 0


@pytest.mark.both
def test_what_is_late_is_told_with_how_late(desk: Desk) -> None:
    desk.order("ann", 1)
    desk.worker.enroll()
    desk.worker.advance()
    before = desk.values()
    assert isinstance(desk.house.clock, Seconds)
    desk.house.clock.wait(600)
    late = desk.values()
    assert late["penfriend_overdue", ("messages",)] == 1
    passed = 600 + KEPT_SECONDS
    assert late["penfriend_due_lag_seconds", ("messages",)] == pytest.approx(
        before["penfriend_due_lag_seconds", ("messages",)] + passed
    )


def test_a_letter_that_cannot_be_made_is_counted(desk: Desk) -> None:
    desk.order("bob", 1)
    letter = desk.house.settings.home / "templates" / "hello.mjml"
    letter.write_text(letter.read_text().replace("{{ brand.address }}", "{{ brand.address }}" + BROKEN))
    desk.house.apply(desk.house.read_files())
    desk.worker.settle()
    values = desk.values()
    assert values["penfriend_render_failures_total", ("thanks",)] == 1
    assert values["penfriend_skipped_messages_total", ("render_failed",)] == 1


def test_requests_are_counted_by_route_and_never_by_address(desk: Desk) -> None:
    desk.client.get("/healthz")
    desk.client.get("/u/a-token-of-somebody")
    desk.client.get("/no/such/page")
    desk.client.post("/v1/events", content=b"{}")
    desk.client.request("BREW", "/healthz")
    name = "penfriend_http_request_duration_seconds_count"
    found = {labels: value for (sample, labels), value in desk.values().items() if sample == name}
    assert found == {
        ("GET", "/healthz", "200"): 1,
        ("GET", "/u/{token}", "404"): 1,
        ("GET", "other", "404"): 1,
        ("POST", "/v1/events", "401"): 1,
        ("other", "/healthz", "405"): 1,
    }


PROXIED = (
    {"x_forwarded_for": "192.0.2.7"},
    {"forwarded": "for=192.0.2.7"},
    {"x_real_ip": "127.0.0.1"},
    {"via": "1.1 proxy"},
    {"host": "mail.shop.example"},
    {"host": "127.0.0.1.evil.example:8400"},
)


def test_who_asks_through_a_proxy_needs_a_key_with_the_scope(desk: Desk, house: House) -> None:
    right, wrong = (
        create_key(house, "monitoring", ["metrics:read"]),
        create_key(house, "shop", ["events:write"]),
    )
    for headers in PROXIED:
        refused = desk.get(**headers)
        assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json"), (
            headers
        )
        assert "penfriend_" not in refused.text
        assert desk.get(**headers, authorization=f"Bearer {wrong}").status_code == 403
        assert desk.get(**headers, authorization=f"Bearer {right}").status_code == 200


def test_names_of_this_machine_are_let_in(desk: Desk) -> None:
    for host in ("localhost", "LOCALHOST:8400", "127.0.0.1:1", "[::1]", "[::1]:8400"):
        assert desk.get(host=host).status_code == 200, host


@pytest.mark.both
def test_a_store_that_is_away_is_told_and_keeps_nothing_else_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Database) -> None:
        raise StoreUnavailable("postgresql://x: gone")

    desk.order("ann", 1)
    with monkeypatch.context() as patched:
        patched.setattr(Database, "read", away)
        values = desk.values()
    assert values["penfriend_store_up", ()] == 0
    assert values["penfriend_ingested_total", ("taken", "event")] == 2
    assert not [name for name, _ in values if name.startswith("penfriend_sends")]
    assert desk.values()["penfriend_store_up", ()] == 1


def test_many_who_ask_are_one_question(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    known = Database.read

    def counted(db: Database) -> object:
        nonlocal asked
        asked += 1
        return known(db)

    monkeypatch.setattr(Database, "read", counted)
    for _ in range(5):
        desk.get()
    assert asked == 2  # the live revision, and the figures


def test_no_address_is_among_the_metrics(desk: Desk) -> None:
    desk.order(CANARY.partition("@")[0], 1)
    desk.worker.settle()
    assert "canary" not in desk.get().text
