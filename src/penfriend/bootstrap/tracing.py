"""Spans for OpenTelemetry: the extra `penfriend[otel]`, switched on by its own variables
(OTEL_EXPORTER_OTLP_ENDPOINT). The only home of that library; without the variable it is not even imported.

The provider is this process's own and none of the library's globals is touched.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, cast

from penfriend import __version__
from penfriend.engine.spans import Kind, NoSpans, Said, Span, Spans

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
    from opentelemetry.trace import Span as Theirs

log = logging.getLogger("penfriend.daemon")
ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
FLUSH_SECONDS = 5.0
"""So long a stop waits for the last spans to be taken."""


@contextmanager
def tracing(environment: Mapping[str, str]) -> Iterator[Spans]:
    """The spans of a process, until it ends; those that nobody hears of where no endpoint is set, or the
    extra is not installed."""
    wanted = any(environment.get(name) for name in ENDPOINTS)
    if not wanted or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        yield NoSpans()
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError:
        log.warning("OTEL_EXPORTER_OTLP_ENDPOINT is set, and no trace is sent: pip install 'penfriend[otel]'")
        yield NoSpans()
        return
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # else a line for each try, for ever
    heard = cast("SpanExporter", _Heard(OTLPSpanExporter(timeout=FLUSH_SECONDS)))  # its base would load it
    with exporting(heard) as spans:
        yield spans


@contextmanager
def exporting(exporter: SpanExporter, *, at_once: bool = False) -> Iterator[Spans]:
    """Spans that this exporter is given: some of them together, or each `at_once`, for tests."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    # what OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say is more than ours
    ours = Resource({"service.name": "penfriend", "service.version": __version__})
    theirs = {key: value for key, value in Resource.create().attributes.items() if not _is_made_up(value)}
    provider = TracerProvider(resource=ours.merge(Resource(theirs)), shutdown_on_exit=False)
    processor = SimpleSpanProcessor(exporter) if at_once else BatchSpanProcessor(exporter)
    provider.add_span_processor(processor)
    try:
        yield OtelSpans(provider)
    finally:
        provider.shutdown()


def _is_made_up(value: object) -> bool:
    """The library's own word for a service that nobody has named."""
    return isinstance(value, str) and value.startswith("unknown_service")


class _Heard:
    """An exporter around another: that the collector does not take spans is said once, and once that it does
    again. Satisfies the library's `SpanExporter`."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter, self._fails = exporter, False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        fails = result.name != "SUCCESS"
        if fails and not self._fails:
            log.warning("OTEL_EXPORTER_OTLP_ENDPOINT: traces are not taken there; nothing else waits for it")
        elif self._fails and not fails:
            log.info("traces are taken again")
        self._fails = fails
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


class OtelSpans:
    """Satisfies `penfriend.engine.spans.Spans`."""

    are_wanted = True

    def __init__(self, provider: TracerProvider) -> None:
        from opentelemetry import trace

        self._trace = trace
        self._tracer = provider.get_tracer("penfriend", __version__)
        self._kinds = {
            "internal": trace.SpanKind.INTERNAL,
            "client": trace.SpanKind.CLIENT,
            "server": trace.SpanKind.SERVER,
        }

    def within(self, name: str, *, kind: Kind = "internal", **said: Said) -> AbstractContextManager[Span]:
        """Around what stands inside."""
        return self._around(name, kind, said)

    @contextmanager
    def _around(self, name: str, kind: Kind, said: Mapping[str, Said]) -> Iterator[Span]:
        span = self.begin(name, kind=kind, **said)
        # the library would keep what an exception says, and that may hold an address
        with self._trace.use_span(span.theirs, record_exception=False, set_status_on_exception=False):
            try:
                yield span
            except BaseException as error:
                span.failed(type(error).__name__)
                raise
            finally:
                span.end()

    def begin(self, name: str, *, kind: Kind = "internal", **said: Said) -> OneSpan:
        """One that ends by `end`."""
        attributes = {_key(word): value for word, value in said.items()}
        return OneSpan(self._tracer.start_span(name, kind=self._kinds[kind], attributes=attributes))

    def ids(self) -> Mapping[str, str]:
        """Of the span that lasts in this thread."""
        found = self._trace.get_current_span().get_span_context()
        if not found.is_valid:
            return {}
        return {"trace_id": f"{found.trace_id:032x}", "span_id": f"{found.span_id:016x}"}


class OneSpan:
    """Satisfies `penfriend.engine.spans.Span`."""

    def __init__(self, theirs: Theirs) -> None:
        self.theirs = theirs

    def say(self, **said: Said) -> None:
        """What is known of it by now."""
        for word, value in said.items():
            self.theirs.set_attribute(_key(word), value)

    def name(self, name: str) -> None:
        """It is called otherwise."""
        self.theirs.update_name(name)

    def failed(self, kind: str) -> None:
        """By the kind alone."""
        from opentelemetry.trace import Status, StatusCode

        self.theirs.set_attribute("error.type", kind)
        self.theirs.set_status(Status(StatusCode.ERROR))

    def end(self) -> None:
        """It is over."""
        self.theirs.end()


_HTTP = {"method": "http.request.method", "route": "http.route", "status": "http.response.status_code"}


def _key(word: str) -> str:
    """OpenTelemetry's own name where it has one."""
    return _HTTP.get(word, f"penfriend.{word}")
