"""Traces for OpenTelemetry: what is a span, within what, and what is never said of one."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from penfriend.bootstrap import House
from penfriend.bootstrap.tracing import exporting, tracing
from penfriend.domain.delivery import Email, Handover
from penfriend.engine.daemon import Daemon
from penfriend.engine.measures import Measures
from penfriend.engine.spans import NoSpans, Spans
from penfriend.engine.traced_transport import TracedTransport
from penfriend.web.serving import serve_house
from tests.integration.test_metrics import BROKEN, CAMPAIGNS, Desk
from tests.support.served_house import served_house


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Iterator[Spans]:
    with exporting(exporter, at_once=True) as spans:
        yield spans


@pytest.fixture
def house(tmp_path: Path, spans: Spans) -> Iterator[House]:
    with served_house(tmp_path, f"sqlite:///{tmp_path / 'penfriend.db'}", CAMPAIGNS) as opened:
        opened.measures = Measures(spans=spans)
        yield opened


def named(exporter: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [one for one in exporter.get_finished_spans() if one.name == name]


def parent(exporter: InMemorySpanExporter, child: ReadableSpan) -> str | None:
    found = [
        one.name
        for one in exporter.get_finished_spans()
        if child.parent and one.context and one.context.span_id == child.parent.span_id
    ]
    return found[0] if found else None


def everything(exporter: InMemorySpanExporter) -> str:
    return " ".join(one.to_json() for one in exporter.get_finished_spans())


def live(house: House, person: str) -> None:
    """Somebody orders, and all that follows at once is done."""
    with httpx.Client() as client:
        desk = Desk(house, client)
    desk.order(person, 1)
    desk.worker.settle()
    desk.worker.close()


def test_the_way_of_a_mail_is_a_trace(house: House, exporter: InMemorySpanExporter) -> None:
    live(house, "ann")
    (render,), (handover,) = named(exporter, "render"), named(exporter, "hand over")
    assert {parent(exporter, one) for one in (render, handover, *named(exporter, "claim"))} == {"send"}
    assert render.attributes == {"penfriend.campaign": "thanks", "penfriend.message": 1}
    assert handover.attributes is not None
    assert handover.attributes["penfriend.outcome"] == "accepted"
    assert handover.attributes["penfriend.transport"] == "default"
    assert handover.kind.name == "CLIENT"


def test_a_letter_that_cannot_be_made_is_a_failure_without_its_words(
    house: House, exporter: InMemorySpanExporter
) -> None:
    letter = house.settings.home / "templates" / "hello.mjml"
    letter.write_text(letter.read_text().replace("{{ brand.address }}", "{{ brand.address }}" + BROKEN))
    house.apply(house.read_files())
    live(house, "bob")
    (render,) = named(exporter, "render")
    assert render.status.status_code.name == "ERROR"
    assert render.attributes is not None
    assert render.attributes["error.type"] == "LetterFailed"
    assert "bob" not in everything(exporter)
    assert "post.example" not in everything(exporter)


def test_a_request_is_a_span_by_its_route(house: House, exporter: InMemorySpanExporter) -> None:
    with serve_house(house) as server, httpx.Client(base_url=server.url, verify=False) as client:
        client.get("/u/a-token-of-somebody", headers={"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"})
    (request,) = named(exporter, "GET /u/{token}")
    assert request.attributes == {
        "http.request.method": "GET",
        "http.route": "/u/{token}",
        "http.response.status_code": 404,
    }
    assert (request.kind.name, request.parent) == ("SERVER", None)  # strangers begin no trace of ours
    assert "a-token" not in everything(exporter)


def test_a_tick_is_a_span_and_its_failure_keeps_its_words(
    spans: Spans, exporter: InMemorySpanExporter
) -> None:
    def fail() -> None:
        daemon.stop()
        raise ValueError("ann@post.example")

    daemon = Daemon({"send": fail}, measures=Measures(spans=spans))
    daemon.run()
    (tick,) = named(exporter, "tick send")
    assert tick.status.status_code.name == "ERROR"
    assert tick.attributes == {"error.type": "ValueError"}
    assert "ann@" not in everything(exporter)


@pytest.mark.parametrize(("named", "name"), [("", "penfriend"), ("mailer-7", "mailer-7")])
def test_the_service_has_its_name_or_the_one_that_it_is_given(
    named: str, name: str, exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", named)
    with exporting(exporter, at_once=True) as spans, spans.within("send"):
        pass
    (span,) = exporter.get_finished_spans()
    assert span.resource.attributes["service.name"] == name


def test_lines_of_the_log_have_the_ids_of_their_trace(spans: Spans, exporter: InMemorySpanExporter) -> None:
    assert spans.ids() == {}
    with spans.within("send"):
        ids = spans.ids()
    (send,) = named(exporter, "send")
    assert send.context is not None
    assert ids == {
        "trace_id": f"{send.context.trace_id:032x}",
        "span_id": f"{send.context.span_id:016x}",
    }


def test_what_a_broken_transport_held_is_given_up(spans: Spans, exporter: InMemorySpanExporter) -> None:
    class Broken:
        name, concurrency = "default", 1

        def deliver(self, handovers: Iterator[Handover | None], _: object) -> None:
            next(handovers)
            raise ConnectionError("ann@post.example")

        def close(self) -> None: ...

    mail = Handover(7, Email("<1@x>", "a@b.example", "ann@post.example", b""))
    with pytest.raises(ConnectionError):
        TracedTransport(Broken(), spans).deliver(iter([mail]), None)  # type: ignore[arg-type]  # never told
    (handover,) = named(exporter, "hand over")
    assert handover.attributes is not None
    assert handover.attributes["error.type"] == "given up"
    assert "ann@" not in everything(exporter)


def test_without_the_variable_the_library_is_not_even_loaded() -> None:
    code = (
        "import sys; from penfriend.bootstrap.tracing import tracing; import penfriend.cli.run\n"
        "with tracing({}) as spans:\n    assert not spans.are_wanted\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry', 'prometheus_client'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("more", [{"OTEL_SDK_DISABLED": "true"}, {}])
def test_without_the_extra_nothing_happens(
    more: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with (
        caplog.at_level(logging.WARNING, "penfriend.daemon"),
        tracing({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", **more}) as spans,
    ):
        assert isinstance(spans, NoSpans)
    assert ("penfriend[otel]" in caplog.text) is not bool(more)


def test_spans_reach_a_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        with tracing({"OTEL_EXPORTER_OTLP_ENDPOINT": "set"}) as spans, spans.within("tick send"):
            pass
        server.shutdown()
    ((path, body),) = came
    assert path == "/v1/traces"
    assert b"tick send" in body
    assert b"penfriend" in body


def test_a_collector_that_is_away_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setattr("penfriend.bootstrap.tracing.FLUSH_SECONDS", 0.2)
    with (
        caplog.at_level(logging.WARNING),
        tracing({"OTEL_EXPORTER_OTLP_ENDPOINT": "set"}) as spans,
        spans.within("tick send"),
    ):
        pass
    told = [record.getMessage() for record in caplog.records]
    assert told == ["OTEL_EXPORTER_OTLP_ENDPOINT: traces are not taken there; nothing else waits for it"]
