"""`penfriend status`: people at each step, messages by status and reason, lag, transports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from penfriend.bootstrap import House
from penfriend.bootstrap.bounces import bounces_polled
from penfriend.bootstrap.healing import health_of
from penfriend.bootstrap.presence import workers_on_record
from penfriend.cli.moments import iso_moment, shown_moment
from penfriend.cli.output import AS_JSON, DONE, counted, print_json
from penfriend.cli.tables import console, table
from penfriend.domain.coupons import CouponCounts
from penfriend.domain.overview import CallCounts, CampaignCounts, Overview, Reading
from penfriend.domain.timing import SECOND, Moment
from penfriend.domain.workers import WorkerState
from penfriend.engine.poll_bounces import Polled

WIDE = 150
"""Columns that the table of campaigns needs."""
MANY = 10
"""So many domains that rest are named."""
HEAD = (
    "campaign",
    "entered",
    "waiting",
    "completed",
    "left (why)",
    "sent",
    "postponed (why)",
    "skipped (why)",
    "failed",
    "did not enter (why)",
)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status")(status)


def status(as_json: bool = AS_JSON) -> int:
    """Show where everybody stands, what was sent, and why not. Contacts, segment sizes, people at each step,
    messages by status and reason, lag and transports.

    Example: penfriend status
    """
    with House.open() as house:
        overview, workers = house.overview(), workers_on_record(house)
        revision, note = house.revision_number(), house.note("not_applied")
        sizes, polled, health = house.segment_sizes(), bounces_polled(house), health_of(house)
    if as_json:
        head = {"revision": revision, "not_applied": note, "segments": sizes, **health.as_json()}
        working = [one.as_json(overview.at) for one in workers]
        document = {**head, **as_document(overview), "workers": working}
        print_json({**document, "bounces": _polled_document(polled)})
        return DONE
    out = console()
    out.print(f"Revision {revision or 'none: nothing was applied yet'}, {overview.contacts} contacts")
    for line in health.lines():
        out.print(line, markup=False)
    if note:
        out.print(f"The campaign files as they are now were not applied: {note}", markup=False)
    print_campaigns(out, overview)
    if sizes:
        out.print(table("Segments", ("segment", "members"), sorted(sizes.items()), numbers=(1,)))
    print_workers(out, workers, overview.at)
    print_health(out, overview)
    if polled is not None:
        out.print(_of_bounces(polled), markup=False)
    return DONE


def print_workers(out: Console, workers: Sequence[WorkerState], now: Moment) -> None:
    """The table of the processes that work; nothing where there is none."""
    if not workers:
        return
    rows = [
        (
            one.name,
            one.host,
            str(one.process),
            one.version,
            str(one.revision or "none"),
            f"silent since {shown_moment(one.seen_at)} UTC" if one.is_silent(now) else "works",
        )
        for one in workers
    ]
    out.print(table("Workers", ("worker", "machine", "process", "version", "revision", "state"), rows))


def as_document(overview: Overview) -> dict[str, object]:
    """The JSON document."""
    return {
        "at": iso_moment(overview.at),
        "contacts": overview.contacts,
        "campaigns": {name: counts.as_json() for name, counts in sorted(overview.campaigns.items())},
        "overdue": overview.overdue,
        "lag_seconds": overview.lag / SECOND,
        "routes": {
            name: {"paused_until": iso_moment(until), "reason": why}
            for name, (until, why) in overview.routes.items()
        },
        "transports": {name: state.as_json() for name, state in overview.transports.items()},
        "destinations": [
            {
                "transport": route,
                "domain": domain,
                "resting_until": iso_moment(rest.until),
                "failures": rest.failures,
                "reason": rest.reason,
            }
            for (route, domain), rest in overview.destinations.items()
        ],
        "suppressions": dict(overview.suppressions),
        "stopped": {
            name: {"since": iso_moment(one.at), "why": one.why} for name, one in overview.stopped.items()
        },
        "coupons": {name: counts.as_json() for name, counts in sorted(overview.coupons.items())},
        "sources": {name: reading.as_json() for name, reading in sorted(overview.sources.items())},
        "retention": {
            kind: {
                "gone": one.gone,
                "began": iso_moment(one.began),
                "ended": None if one.ended is None else iso_moment(one.ended),
            }
            for kind, one in sorted(overview.forgotten.items())
        },
        "webhooks": {name: calls.as_json() for name, calls in sorted(overview.webhooks.items())},
        "outgoing": {name: calls.as_json() for name, calls in sorted(overview.outgoing.items())},
    }


def print_campaigns(out: Console, overview: Overview) -> None:
    """The table: campaign x entered, waiting, completed, left (why), sent, postponed, skipped (why), failed.

    Where the terminal is too narrow for it, a block for each campaign.
    """
    rows = [_row(name, counts) for name, counts in sorted(overview.campaigns.items())]
    if out.width >= WIDE:
        out.print(table("", HEAD, rows, numbers=(1, 2, 3, 5, 8)))
        return
    for name, *cells in rows:
        out.print(f"[bold]{name}[/bold]")
        block = Table.grid(padding=(0, 1))
        block.add_column(min_width=len(HEAD[-1]), no_wrap=True)
        for head, cell in zip(HEAD[1:], cells, strict=True):
            if cell or head in ("entered", "sent"):
                block.add_row(head, str(cell))
        out.print(Padding(block, (0, 0, 0, 2)))


def _row(name: str, counts: CampaignCounts) -> tuple[object, ...]:
    left = {reason: number for reason, number in counts.ended.items() if reason != "completed"}
    failed = counts.messages.get("failed", 0)
    unknown = counts.messages.get("unknown", 0)
    return (
        name,
        counts.entered,
        counts.waiting,
        counts.ended.get("completed", 0),
        counted(left),
        counts.messages.get("sent", 0),
        counted(counts.postponed),
        counted(counts.skipped),
        f"{failed} + {unknown} unknown" if unknown else failed,
        counted(counts.not_entered),
    )


def print_health(out: Console, overview: Overview) -> None:
    """What is late, what rests, what fails or runs out: a line for each."""
    if overview.overdue:
        out.print(f"Overdue: {overview.overdue} mails, the oldest for {overview.lag / SECOND:.0f} s")
    else:
        out.print("No mail is overdue")
    _print_stops(out, overview)
    for line in _of_transports(overview):
        out.print(line, markup=False)
    _print_destinations(out, overview)
    for coupon, counts in sorted(overview.coupons.items()):
        if counts.is_low:
            out.print(_of_coupon(coupon, counts), markup=False)
    for name, reading in sorted(overview.sources.items()):
        out.print(_of_source(name, reading), markup=False)
    for name, calls in sorted(overview.webhooks.items()):
        out.print(_of_calls("Webhook", name, calls), markup=False)
    for name, calls in sorted(overview.outgoing.items()):
        out.print(_of_calls("Outgoing", name, calls), markup=False)
    for kind, one in sorted(overview.forgotten.items()):
        goes_on = "" if one.ended is not None else ", and goes on"
        out.print(f"Retention: the pass of {shown_moment(one.began)} UTC deleted {one.gone} {kind}{goes_on}")
    if overview.suppressions:
        out.print(f"Suppressed addresses: {counted(overview.suppressions)}")


def _print_stops(out: Console, overview: Overview) -> None:
    for name, stop in sorted(overview.stopped.items()):
        told = f"Campaign {name} stopped by itself at {shown_moment(stop.at)} UTC: {stop.why}."
        out.print(f"{told} `penfriend apply --resume {name}` lets it go on", markup=False)


def _of_transports(overview: Overview) -> Iterator[str]:
    for name, state in overview.transports.items():
        rate = f", at most {state.rate}" if state.rate else ""
        limit = f" of at most {state.warm_up_limit} (day {state.warm_up_day} of its warm-up)"
        yield f"Transport {name}: {state.sent_today}{limit if state.warm_up_day else ''} mails today{rate}"
    for name, (until, why) in overview.routes.items():
        known = overview.transports.get(name)
        instead = f"; {known.carried_by} carries its mail" if known and known.carried_by else ""
        yield f"Transport {name} rests until {shown_moment(until)} UTC: {why}{instead}"


def _print_destinations(out: Console, overview: Overview) -> None:
    resting = list(overview.destinations.items())
    for (route, domain), rest in resting[:MANY]:
        told = f"Mail to {domain} by {route} rests until {shown_moment(rest.until)} UTC: {rest.reason}"
        out.print(told, markup=False)
    if len(resting) > MANY:
        out.print(f"Mail to {len(resting) - MANY} more domains rests: penfriend status --json names them all")


def _of_calls(what: str, name: str, calls: CallCounts) -> str:
    since = f" (the oldest since {shown_moment(calls.oldest)} UTC)" if calls.waiting else ""
    last = f"; the last answer: {calls.note}" if calls.note else ""
    again = f". `penfriend calls retry {name}` makes those again" if calls.failed else ""
    return f"{what} {name}: {calls.waiting} calls wait{since}, {calls.failed} have failed{last}{again}"


def _of_source(name: str, reading: Reading) -> str:
    state = reading.state
    last = f"{state.rows:,} rows read {shown_moment(state.read_at)} UTC in {state.took / SECOND:.1f} s"
    last = "never read yet" if state.read_at is None else last
    told = f"Segment {name} of source {reading.source}: {last}"
    if state.unknown:
        told += f", {state.unknown:,} of nobody known"
    since = f" since {shown_moment(state.failing_since)} UTC"
    if state.stopped is not None:
        return f"{told}; stopped{since} (guard): {state.stopped}. `penfriend apply --yes` lets it pass"
    return told if state.error is None else f"{told}; failing{since}, its people stay: {state.error}"


def _polled_document(polled: Polled | None) -> dict[str, object] | None:
    if polled is None:
        return None
    return {
        "read_at": iso_moment(polled.read_at),
        "mails": polled.mails,
        "came": dict(polled.counts),
        "trouble": polled.trouble,
    }


def _of_bounces(polled: Polled) -> str:
    told = "What comes back: never read yet"
    if polled.read_at is not None:
        told = f"What comes back: read {shown_moment(polled.read_at)} UTC"
    if polled.mails:
        told += f"; the last {polled.mails} mails: {counted(dict(polled.counts))}"
    return told if polled.trouble is None else f"{told}; not now: {polled.trouble}"


def _of_coupon(name: str, counts: CouponCounts) -> str:
    waiting = f", {counts.waiting} mails wait for more" if counts.waiting else ""
    below = f" (fewer than {counts.warn_below})" if counts.left < counts.warn_below else ""
    return f"Coupon {name}: {counts.left} codes left{below}, {counts.given} given{waiting}"
