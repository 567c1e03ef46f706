"""What a forecast says in sentences, the same in the terminal and on the page."""

from __future__ import annotations

from penfriend.cli.moments import shown_moment
from penfriend.domain.forecast import BusiestHour, Forecast
from penfriend.domain.timing import HOUR


def heading(forecast: Forecast) -> str:
    """Which days of which campaigns."""
    until = shown_moment(forecast.end, forecast.zone)
    return f"{shown_moment(forecast.begin, forecast.zone)} to {until} ({forecast.zone.key})"


def sentences(forecast: Forecast) -> list[str]:
    """What was simulated, and what is worth a look."""
    return [
        _campaigns_of(forecast),
        _customers(forecast),
        _busiest(forecast),
        _capped(forecast),
        *_coupons(forecast),
        *_sources(forecast),
        *([f"Send nothing: {', '.join(forecast.silent)}."] if forecast.silent else []),
    ]


def _campaigns_of(forecast: Forecast) -> str:
    if not forecast.note:
        return "Campaigns: the files as they are now, which are not live yet."
    return f"Campaigns: the live revision {forecast.revision} ({forecast.note})."


def _customers(forecast: Forecast) -> str:
    model, contacts = forecast.customers, forecast.overview.contacts
    if model.quiet:
        return f"Customers: {contacts:,}, quiet: they open nothing, click nothing, buy nothing."
    return (
        f"Customers: {contacts:,}, who open {model.opens:.0%} of their mails, click in {model.clicks:.0%} "
        f"and buy after {model.buys:.0%} (seed {model.seed})."
    )


def _busiest(forecast: Forecast) -> str:
    hour = forecast.busiest
    if hour is None:
        return "No mail goes out."
    when = shown_moment(hour.at, forecast.zone)
    return f"Busiest hour: {when}, {_mails(hour.mails)}; {_rate(hour)}."


def _rate(hour: BusiestHour) -> str:
    if hour.rate is None or hour.seconds is None:
        return "the transport names no rate"
    takes = max(1, round(hour.seconds / 60))
    too_much = "" if hour.seconds * 1_000_000 <= HOUR else ", MORE THAN AN HOUR"
    return f"at rate={hour.rate:g}/s they take {takes} min{too_much}"


def _capped(forecast: Forecast) -> str:
    capped = forecast.capped
    if not capped.mails:
        return "Nobody hits at_most."
    late = f"; {_mails(capped.too_late)} became too late by it" if capped.too_late else ""
    return f"at_most holds up {_mails(capped.mails)} of {_people(capped.people)} (frequency_cap){late}."


def _coupons(forecast: Forecast) -> list[str]:
    return [
        f"Coupon {name}: {use.given:,} codes are given, {use.left:,} are left"
        + (f", {_mails(use.waiting)} still without one (no_coupon)." if use.waiting else ".")
        for name, use in sorted(forecast.coupons.items())
        if use.runs_out
    ]


def _sources(forecast: Forecast) -> list[str]:
    return [
        f"Segment {name} stands as it was last read, {shown_moment(read_at, forecast.zone)}: its source"
        " is not asked about the future."
        if read_at is not None
        else f"Segment {name} was never read from its source: nobody is in it here."
        for name, read_at in sorted(forecast.sources.items())
    ]


def _mails(number: int) -> str:
    return "1 mail" if number == 1 else f"{number:,} mails"


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"
