"""`GET /metrics`: what monitoring is told, in the format of Prometheus or OpenMetrics.

Of the process are its own counts, which begin anew with it; of the store is what all processes have in common
and what a kill cannot lose. Each request makes a registry of its own, so nothing is shared between two
applications of one process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from penfriend.domain.api_keys import Scope
from penfriend.domain.figures import Figures
from penfriend.engine.measures import Measures
from penfriend.web.here import is_from_here
from penfriend.web.keyholders import Keyholders
from penfriend.web.metric_families import FAMILIES, Family, Seen

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

OPEN_METRICS = "application/openmetrics-text"


class MetricsRoutes:
    """The route. `measures` gives what was counted, by the workers of one `penfriend run` together; `figures`
    those of the store, None while it is away; `connections` how many of its connections are in use and how
    many are idle; `waiting` what is not written yet, by its kind."""

    def __init__(
        self,
        keyholders: Keyholders,
        measures: Callable[[], Measures],
        figures: Callable[[], Figures | None],
        connections: Callable[[], tuple[int, int]],
        waiting: Callable[[], dict[str, int]],
    ) -> None:
        self._keyholders, self._measures, self._figures = keyholders, measures, figures
        self._connections, self._waiting = connections, waiting

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/metrics", self.show, methods=["GET", "HEAD"])
        return router

    async def show(self, request: Request) -> Response:
        """Tell them: to this machine, and to who has a key."""
        if not is_from_here(request):
            await self._keyholders.let_in(request, Scope.METRICS_READ)
        accepted = request.headers.get("accept", "")
        text, kind = await run_in_threadpool(self._text, open_metrics=OPEN_METRICS in accepted)
        return Response(text, headers={"Content-Type": kind})

    def _text(self, *, open_metrics: bool) -> tuple[bytes, str]:
        from prometheus_client import CollectorRegistry, ProcessCollector  # who is never asked does without

        registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=registry)
        registry.register(_Told(self._seen()))
        if open_metrics:
            from prometheus_client.openmetrics import exposition

            generate: Callable[..., bytes] = exposition.generate_latest  # without types
            text = generate(registry, escaping=exposition.UNDERSCORES, version="1.0.0")
            return text, f"{OPEN_METRICS}; version=1.0.0; charset=utf-8"
        from prometheus_client.exposition import generate_latest

        return generate_latest(registry), "text/plain; version=0.0.4; charset=utf-8"

    def _seen(self) -> Seen:
        in_use, idle = self._connections()
        return Seen(self._measures(), self._figures(), {"in_use": in_use, "idle": idle}, self._waiting())


class _Told:
    """A collector of prometheus-client over what was seen."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def collect(self) -> Iterator[Metric]:
        """Each family with its samples."""
        for family in FAMILIES:
            yield _metric(family, self._seen)

    def describe(self) -> Iterator[Metric]:
        """Nothing needs to be asked for that."""
        return iter(())


def _metric(family: Family, seen: Seen) -> Metric:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    if family.durations is not None:
        histogram = HistogramMetricFamily(family.name, family.text, labels=family.labels)
        for words, spread in sorted(family.durations(seen.measures).read().items()):
            histogram.add_metric(words, spread.cumulative, spread.total)
        return histogram
    kind = CounterMetricFamily if family.is_counter else GaugeMetricFamily
    metric = kind(family.name, family.text, labels=family.labels)
    for words, value in sorted(family.values(seen)):
        metric.add_metric(words, value)
    return metric
