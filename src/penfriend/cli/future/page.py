"""The page of a forecast: one file that needs nothing else and no script. In the mails that it shows no
picture is fetched and no link leads anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from penfriend.cli.future.charts import bar_chart
from penfriend.cli.future.words import heading, sentences
from penfriend.cli.moments import shown_moment
from penfriend.cli.output import counted
from penfriend.domain.forecast import Forecast, ForecastMail

_STYLE = (files("penfriend.cli.future") / "page.css").read_text(encoding="utf-8")
# holds for the mails in their frames as well: they inherit it
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True, slots=True)
class Sample:
    """The first mail of a step."""

    mail: ForecastMail
    subject: str
    html: str
    file: str
    """Where it lies, seen from the page."""


def page(forecast: Forecast, samples: Sequence[Sample]) -> str:
    """The whole page."""
    facts = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences(forecast))
    campaigns = "".join(
        _campaign(forecast, name, [one for one in samples if one.mail.campaign == name])
        for name in forecast.campaigns
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>The days to come</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><style>{_STYLE}</style></head>'
        f"<body><header><h1>{len(forecast.mails):,} mails</h1><p>{escape(heading(forecast))}</p></header>"
        f"<main><ul>{facts}</ul>{_charts(forecast, None)}{campaigns}</main></body></html>\n"
    )


def _charts(forecast: Forecast, campaign: str | None) -> str:
    days = [(f"{day:%a} {day.day} {day:%b}", number) for day, number in forecast.by_day(campaign).items()]
    hours = [(f"{hour:02d}:00", number) for hour, number in enumerate(forecast.by_hour(campaign))]
    small = campaign is not None
    return (
        f'<div class="charts">{bar_chart("Mails by day", days, small)}'
        f"{bar_chart('By hour of the day', hours, small)}</div>"
    )


def _campaign(forecast: Forecast, name: str, samples: Sequence[Sample]) -> str:
    counts = forecast.overview.campaigns[name]
    left = {reason: number for reason, number in counts.ended.items() if reason != "completed"}
    told = (
        ("entered", f"{counts.entered:,}"),
        ("sent", f"{counts.messages.get('sent', 0):,}"),
        ("completed", f"{counts.ended.get('completed', 0):,}"),
        ("waiting at the end", f"{counts.waiting:,}"),
        ("left", counted(left)),
        ("postponed", counted(counts.postponed)),
        ("skipped", counted(counts.skipped)),
        ("did not enter", counted(counts.not_entered)),
    )
    rows = "".join(f"<dt>{head}</dt><dd>{escape(cell)}</dd>" for head, cell in told if cell)
    charts = _charts(forecast, name) if counts.messages.get("sent") else "<p>Sends nothing.</p>"
    letters = "".join(_letter(forecast, sample) for sample in samples)
    return f"<section><h2>{escape(name)}</h2><dl>{rows}</dl>{charts}{letters}</section>"


def _letter(forecast: Forecast, sample: Sample) -> str:
    when, file = shown_moment(sample.mail.at, forecast.zone), escape(sample.file)
    return (
        f'<details class="letter"><summary><code>{escape(sample.mail.step)}</code> '
        f'<span dir="auto">{escape(sample.subject)}</span></summary>'
        f'<p>The first of them, {when} · <a href="{file}" download>{file}</a></p>'
        f'<iframe title="{escape(sample.subject)}" sandbox loading="lazy" '
        f'srcdoc="{escape(sample.html)}"></iframe></details>'
    )
