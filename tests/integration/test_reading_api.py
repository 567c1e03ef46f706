"""`/v1/segments`, `/v1/campaigns` and `/v1/messages` over a real store and a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from penfriend.bootstrap import House
from penfriend.bootstrap.api_keys import create_key
from penfriend.bootstrap.report import report_of
from penfriend.bootstrap.results import refresh_results
from penfriend.domain.api_keys import Scope
from penfriend.domain.results import Dimension
from tests.support.program import ANN, Program, mail, program_of, shop


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with shop(tmp_path, database_url) as opened:
        yield opened


@pytest.fixture
def program(house: House) -> Iterator[Program]:
    with program_of(house) as asking:
        yield asking


@pytest.mark.both
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


@pytest.mark.both
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


@pytest.mark.both
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
