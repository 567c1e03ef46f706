"""Every family of metrics: its name, its labels, and where its values come from (docs/operations.md).

Labels are words of bounded lists: ticks, transports, campaigns, reasons, routes. Never an address or an id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from penfriend import __version__
from penfriend.domain.delivery import Outcome
from penfriend.domain.figures import Figures
from penfriend.domain.outbox import DEFAULT_ROUTE
from penfriend.domain.suppression import REASONS
from penfriend.domain.timing import SECOND
from penfriend.engine.measures import OTHERS, Durations, Measures, Words


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to tell at one moment."""

    measures: Measures
    figures: Figures | None
    """None while the store is away: nothing is told of it then but that."""
    connections: Mapping[str, int]
    """Of the store: `in_use`, `idle`."""
    waiting: Mapping[str, int]
    """What has come in and is not written yet: `events`, `hits`."""


Values = Iterable[tuple[Words, float]]


@dataclass(frozen=True, slots=True)
class Family:
    """One family. A counter's name has no `_total`: the library adds it."""

    name: str
    text: str
    labels: tuple[str, ...]
    values: Callable[[Seen], Values] = lambda _: ()
    is_counter: bool = False
    durations: Callable[[Measures], Durations] | None = None
    """Instead of values."""

    @property
    def shown(self) -> str:
        """The name as it is asked for."""
        return self.name + ("_total" if self.is_counter else "")


def _one(value: float) -> Values:
    return (((), value),)


def _by(counts: Mapping[str, float]) -> Values:
    return (((word,), number) for word, number in counts.items())


def _of_store(read: Callable[[Figures], Values]) -> Callable[[Seen], Values]:
    return lambda seen: () if seen.figures is None else read(seen.figures)


def _sends(figures: Figures) -> Values:
    routes = {DEFAULT_ROUTE, *(route for route, _ in figures.sends)}
    known = {(route, outcome.value): 0 for route in routes for outcome in Outcome} | dict(figures.sends)
    return known.items()


def _suppressed(figures: Figures) -> Values:
    known = dict.fromkeys(REASONS, 0)
    strange = sum(number for reason, number in figures.suppressions.items() if reason not in known)
    counts = {reason: figures.suppressions.get(reason, 0) for reason in known}
    return _by(counts | ({OTHERS: strange} if strange else {}))


def _marked(names: Iterable[str]) -> Values:
    return _by(dict.fromkeys(names, 1))


FAMILIES: tuple[Family, ...] = (
    Family("penfriend_info", "The version that runs", ("version",), lambda _: (((__version__,), 1),)),
    Family(
        "penfriend_tick_duration_seconds",
        "How long ticks took",
        ("tick",),
        durations=lambda measures: measures.ticks,
    ),
    Family(
        "penfriend_tick_failures",
        "Ticks that failed",
        ("tick",),
        lambda seen: {
            **dict.fromkeys(seen.measures.ticks.read(), 0),
            **seen.measures.tick_failures.read(),
        }.items(),
        is_counter=True,
    ),
    Family(
        "penfriend_send_turn_duration_seconds",
        "How long sending what was due by a transport took",
        ("transport",),
        durations=lambda measures: measures.turns,
    ),
    Family(
        "penfriend_render_failures",
        "Letters that could not be made",
        ("campaign",),
        lambda seen: seen.measures.render_failures.read().items(),
        is_counter=True,
    ),
    Family(
        "penfriend_skipped_messages",
        "Mails that were decided not to be sent",
        ("reason",),
        lambda seen: seen.measures.skipped.read().items(),
        is_counter=True,
    ),
    Family(
        "penfriend_ingested",
        "Events and contacts that were brought to this process, and what became of them",
        ("kind", "answer"),
        lambda seen: seen.measures.taken_in.read().items(),
        is_counter=True,
    ),
    Family(
        "penfriend_calls",
        "Tries to tell other systems",
        ("kind", "outcome"),
        lambda seen: seen.measures.calls.read().items(),
        is_counter=True,
    ),
    Family(
        "penfriend_http_request_duration_seconds",
        "How long answers to requests took",
        ("method", "route", "status"),
        durations=lambda measures: measures.requests,
    ),
    Family(
        "penfriend_database_connections",
        "Connections of this process to the store",
        ("state",),
        lambda seen: _by(seen.connections),
    ),
    Family(
        "penfriend_unwritten_rows",
        "What has come in over HTTP and is not in the store yet",
        ("kind",),
        lambda seen: _by(seen.waiting),
    ),
    Family(
        "penfriend_store_up",
        "Whether the store could be asked",
        (),
        lambda seen: _one(seen.figures is not None),
    ),
    Family(
        "penfriend_sends",
        "Tries to hand a mail over, by what became of them",
        ("transport", "outcome"),
        _of_store(_sends),
        is_counter=True,
    ),
    Family(
        "penfriend_messages",
        "Mails that are not over, and those in doubt",
        ("status",),
        _of_store(lambda figures: _by(figures.messages)),
    ),
    Family(
        "penfriend_overdue",
        "What waits though its moment has passed",
        ("queue",),
        _of_store(lambda figures: _by({name: one.overdue for name, one in figures.queues.items()})),
    ),
    Family(
        "penfriend_due_lag_seconds",
        "How long ago the moment of the one that waits longest was",
        ("queue",),
        _of_store(lambda figures: _by({name: one.lag / SECOND for name, one in figures.queues.items()})),
    ),
    Family(
        "penfriend_suppressed_addresses",
        "Addresses that must not be written to",
        ("reason",),
        _of_store(_suppressed),
    ),
    Family(
        "penfriend_transport_resting",
        "1 for a transport that rests",
        ("transport",),
        _of_store(lambda figures: _marked(figures.resting_routes)),
    ),
    Family(
        "penfriend_resting_destinations",
        "Recipients' domains that rest",
        ("transport",),
        _of_store(lambda figures: _by(figures.resting_destinations)),
    ),
    Family(
        "penfriend_campaign_stopped",
        "1 for a campaign that has stopped by itself",
        ("campaign",),
        _of_store(lambda figures: _marked(figures.stopped)),
    ),
    Family(
        "penfriend_source_failing",
        "1 for a segment whose source fails or was stopped",
        ("segment",),
        _of_store(lambda figures: _marked(figures.failing_sources)),
    ),
    Family(
        "penfriend_coupon_codes",
        "Codes that are left",
        ("coupon",),
        _of_store(lambda figures: _by(figures.coupons)),
    ),
    Family(
        "penfriend_workers",
        "Workers of this store on all machines",
        ("state",),
        _of_store(lambda figures: _by(figures.workers)),
    ),
    Family(
        "penfriend_live_revision",
        "The number of the live revision; 0 where nothing was applied",
        (),
        _of_store(lambda figures: _one(figures.revision)),
    ),
    Family(
        "penfriend_files_refused",
        "1 while the campaign files as they are now could not be applied",
        (),
        _of_store(lambda figures: _one(figures.files_refused)),
    ),
)
