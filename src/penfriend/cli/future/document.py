"""The JSON document of `penfriend simulate`."""

from __future__ import annotations

from penfriend.cli.moments import iso_moment
from penfriend.domain.forecast import BusiestHour, Forecast


def as_document(forecast: Forecast) -> dict[str, object]:
    """All of it: the same for the same files, data and seed."""
    customers = forecast.customers
    return {
        "from": iso_moment(forecast.begin),
        "until": iso_moment(forecast.end),
        "zone": forecast.zone.key,
        "campaigns_of": f"revision {forecast.revision}" if forecast.revision else "files",
        "note": forecast.note or None,
        "customers": {
            "opens": customers.opens,
            "clicks": customers.clicks,
            "buys": customers.buys,
            "seed": customers.seed,
        },
        "contacts": forecast.overview.contacts,
        "mails": len(forecast.mails),
        "steps": forecast.steps,
        "by_day": _days(forecast, None),
        "by_hour": forecast.by_hour(),
        "busiest_hour": _busiest(forecast.busiest),
        "at_most": {
            "postponed": forecast.capped.mails,
            "people": forecast.capped.people,
            "too_late": forecast.capped.too_late,
        },
        "coupons": {
            name: {"given": use.given, "left": use.left, "waiting": use.waiting, "runs_out": use.runs_out}
            for name, use in sorted(forecast.coupons.items())
        },
        "sources": {name: iso_moment(read_at) for name, read_at in sorted(forecast.sources.items())},
        "send_nothing": forecast.silent,
        "campaigns": {
            name: {
                **forecast.overview.campaigns[name].as_json(),
                "by_day": _days(forecast, name),
                "by_hour": forecast.by_hour(name),
            }
            for name in forecast.campaigns
        },
    }


def _days(forecast: Forecast, campaign: str | None) -> dict[str, int]:
    return {day.isoformat(): number for day, number in forecast.by_day(campaign).items()}


def _busiest(hour: BusiestHour | None) -> dict[str, object] | None:
    if hour is None:
        return None
    return {"at": iso_moment(hour.at), "mails": hour.mails, "rate": hour.rate, "seconds": hour.seconds}
