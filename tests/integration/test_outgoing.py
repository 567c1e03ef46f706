"""What happens in a whole shop is told over real HTTPS, as the pages say it; a rehearsal tells nobody."""

from __future__ import annotations

import ipaddress
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from penfriend.bootstrap import House, Worker, rehearse
from penfriend.bootstrap.doctor.calls import check_calls
from penfriend.cli.status import as_document
from penfriend.delivery import MemoryTransport, WebhookCaller
from penfriend.domain.checkup import Level
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import DAY, MINUTE, Moment
from penfriend.domain.webhooks import Line
from penfriend.engine.clock import SetClock, SystemClock
from penfriend.storage.tables import outgoing_calls, outgoing_targets
from tests.docs.pages import page
from tests.support.commands import run_here
from tests.support.houses import NOON, open_house
from tests.support.https import HttpsServer, Told
from tests.support.smtp import TestCertificate

SECRET = "whsec_" + "c2VjcmV0" * 6
HEAD = """
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane}
topics: {offers: {title: Offers}}
surveys: {nps: {type: nps, question: How likely?}}
"""
CAMPAIGNS = """
campaigns:
  welcome:
    topic: offers
    trigger: {event: order_placed}
    steps: [{send: hello}, {wait: 2 days}, {send: hello, id: again}]
"""
OUTGOING = f"""
outgoing:
  crm: {{url: "https://crm.acorn.example/crm", secret: {SECRET}}}
  registry: {{url: "https://registry.acorn.example/registry", secret: plain, on: [consent]}}
"""
NOW = Moment(NOON + MINUTE)


class Nearby:
    """Calls the same paths on this machine."""

    def __init__(self, server: HttpsServer, certificate: TestCertificate) -> None:
        trusted = ssl.create_default_context(cafile=str(certificate.authority_file))
        here = {ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")}
        self._caller = WebhookCaller(allowed=lambda address: address in here, trusted=trusted)
        self._port = server.port

    def line(self, url: str) -> AbstractContextManager[Line]:
        """A line to the test's server."""
        return self._caller.line(f"https://localhost:{self._port}{urlsplit(url).path}")


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    """One person has subscribed and ordered something."""
    with open_house(tmp_path, database_url, HEAD + CAMPAIGNS + OUTGOING) as opened:
        opened.apply(opened.read_files())
        opened.clock = SetClock(NOW)
        ann = ContactIn(id="ann", email="ann@shop.example", topics=["offers"], subscribed_at=NOON)
        opened.ingester().ingest_contacts([ann], source="import:people.csv")
        order = {"order_id": "o-1", "total": 10}
        opened.ingester().ingest_events([EventIn("order_placed", "ann", None, NOW, order, "e-1")])
        yield opened


@pytest.fixture
def worker(house: House, https_server: HttpsServer, certificate: TestCertificate) -> Iterator[Worker]:
    caller = Nearby(https_server, certificate)
    opened = Worker(house, lambda name, _url: (MemoryTransport(name), None), caller=caller)
    yield opened
    opened.close()


def apply(house: House, text: str) -> None:
    house.settings.config.write_text(text, encoding="utf-8")
    house.apply(house.read_files())


def told(server: HttpsServer, path: str) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in server.told if one.path == path]


def types(server: HttpsServer, path: str) -> list[str]:
    return [document["type"] for document in told(server, path)]


def is_ours() -> Callable[[str, dict[str, str], bytes], bool]:
    """How the page says to check a signature."""
    (code,) = (text for text in page("docs/operations.md").whole.code if "def is_ours" in text)
    names: dict[str, Any] = {}
    exec(code, names)  # our own page
    check: Callable[[str, dict[str, str], bytes], bool] = names["is_ours"]
    return check


@pytest.mark.both
def test_each_system_is_told_what_it_asked_for_in_order(
    house: House, worker: Worker, https_server: HttpsServer
) -> None:
    worker.settle()
    answer = {"survey": "nps", "score": "9"}
    house.ingester().ingest_events([EventIn("survey_answered", "ann", None, NOW, answer, "e-2")])
    worker.settle()
    first = ["consent.subscribed", "enrollment.began", "message.sent", "survey.answered"]
    assert types(https_server, "/crm") == first
    assert types(https_server, "/registry") == ["consent.subscribed"]
    (consent,) = told(https_server, "/registry")
    assert consent["data"] == {
        "contact": {"id": "ann", "email": "ann@shop.example"},
        "topic": "offers",
        "source": "import:people.csv",
        "proof": None,
    }
    assert house.overview().outgoing == {}  # nothing waits, nothing is dead


def test_signatures_are_as_the_page_says(worker: Worker, https_server: HttpsServer) -> None:
    worker.settle()
    check = is_ours()
    secrets = {"/crm": SECRET, "/registry": "plain"}
    assert {one.path for one in https_server.told} == secrets.keys()
    for one in https_server.told:
        assert check(secrets[one.path], one.headers, one.body)
        assert not check(secrets[one.path], one.headers, one.body + b" ")
        assert not check("another", one.headers, one.body)


def test_campaign_that_is_taken_out_is_told_and_then_the_system_itself(
    house: House, worker: Worker, https_server: HttpsServer
) -> None:
    worker.settle()
    before = len(https_server.told)
    apply(house, HEAD + OUTGOING)
    worker.settle()
    (over,) = (json.loads(one.body) for one in https_server.told[before:])
    assert (over["type"], over["data"]["reason"]) == ("enrollment.ended", "campaign_removed")
    apply(house, HEAD)
    house.ingester().ingest_events([EventIn("unsubscribed", "ann", None, NOW, {}, "e-3")])
    worker.settle()
    assert len(https_server.told) == before + 1


def test_status_shows_what_waits_and_what_is_dead(
    house: House, worker: Worker, https_server: HttpsServer
) -> None:
    def answer(one: Told) -> tuple[int, dict[str, str]]:
        return (422 if one.path == "/registry" else 500), {}

    https_server.answer = answer
    worker.settle()
    shown = as_document(house.overview())["outgoing"]
    assert isinstance(shown, dict)
    assert {name: (calls["waiting"], calls["failed"]) for name, calls in shown.items()} == {
        "crm": (3, 0),
        "registry": (0, 1),
    }
    assert shown["registry"]["note"].startswith("422")


@pytest.mark.both
def test_dead_calls_are_listed_by_doctor_and_made_again_by_command(
    house: House, worker: Worker, https_server: HttpsServer, tmp_path: Path
) -> None:
    environment = {"PENFRIEND_DATABASE_URL": house.db.url, "PENFRIEND_CONFIG": str(house.settings.config)}

    def calls(*words: str) -> CompletedProcess[str]:
        return run_here(("calls", *words), tmp_path, environment)

    assert "No call has failed" in calls().stdout
    https_server.answer = lambda one: (422 if one.path == "/registry" else 200, {})
    worker.settle()
    [call] = json.loads(calls("--json").stdout)
    assert (call["kind"], call["name"], call["contact"]) == ("outgoing", "registry", "ann")
    assert json.loads(call["body"])["type"] == "consent.subscribed"
    assert "registry" in calls().stdout
    [finding] = check_calls(house.db)
    assert (finding.level, "penfriend calls retry registry" in finding.advice) == (Level.WARN, True)
    assert calls("retry", "crm").returncode == 1
    assert calls("retry", "registry").stdout == "registry: 1 calls are due again\n"
    https_server.answer = lambda _: (200, {})
    assert isinstance(house.clock, SetClock)
    house.clock.set(Moment(SystemClock().now() + MINUTE))
    worker.settle()
    assert [one.headers["webhook-id"] for one in https_server.told if one.path == "/registry"] == [
        call["id"]
    ] * 2
    assert list(check_calls(house.db)) == []


@pytest.mark.both
def test_housekeeping_forgets_what_was_told_a_week_ago(house: House, worker: Worker) -> None:
    worker.settle()
    assert count(house, outgoing_calls) == 4
    clock = house.clock
    assert isinstance(clock, SetClock)
    for day, left in ((7, 4), (8, 0)):
        clock.set(Moment(NOW + day * DAY))
        worker.housekeeping()
        assert count(house, outgoing_calls) == left


def test_rehearsal_writes_nothing_to_tell_and_calls_nobody(house: House, https_server: HttpsServer) -> None:
    with rehearse(house, NOW) as rehearsal:
        changed = (HEAD + CAMPAIGNS + OUTGOING).replace("2 days", "1 day")
        house.settings.config.write_text(changed, encoding="utf-8")
        rehearsal.house.apply(rehearsal.house.read_files())  # as plan and simulate do
        rehearsal.live_until(Moment(NOW + 5 * DAY))
        assert rehearsal.house.overview().campaigns["welcome"].ended == {"completed": 1}
        assert [count(rehearsal.house, table) for table in (outgoing_calls, outgoing_targets)] == [0, 0]
    assert https_server.told == []
    assert count(house, outgoing_calls) == 2  # the consent, for each


def count(house: House, table: Any) -> int:
    with house.db.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()
