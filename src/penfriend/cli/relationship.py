"""`penfriend relationship`: who comes back, who is lost, what people are worth."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

import typer
from rich.console import Console

from penfriend.bootstrap import House
from penfriend.bootstrap.keeping import relationship_of, work_out_now
from penfriend.cli.moments import shown_moment
from penfriend.cli.output import AS_JSON, DONE, print_json
from penfriend.cli.tables import console, table
from penfriend.domain.errors import NotFound, SettingError
from penfriend.domain.money import SCALE
from penfriend.domain.plain_text import lines
from penfriend.domain.relationship.figures import MEANINGS, STEP_MEANINGS, MonthLine, Relationship
from penfriend.domain.relationship.ladder import Step
from penfriend.domain.timing import iso_utc

MONTHS = 12
"""So many are shown, with --json and --csv all."""
AGES = 7
"""So many months after the first order are shown of a cohort."""
_BLOCKS = "▁▂▃▄▅▆▇█"

Cell = str | int | float | None


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("relationship")(relationship)


def relationship(
    as_json: bool = AS_JSON,
    as_csv: bool = typer.Option(False, "--csv", help="All figures as CSV: month, figure, of, value."),
    now: bool = typer.Option(False, "--now", help="Work it out anew first, instead of reading today's."),
) -> int:
    """Show who comes back, who is lost, and what people are worth. The daemon works it out once a day.

    Example: penfriend relationship --csv > relationship.csv
    """
    if as_json and as_csv:
        raise SettingError("--json and --csv: one of them")
    with House.open() as house:
        found = None if now else relationship_of(house)
        found = work_out_now(house) if found is None else found
        if found is None:
            raise NotFound("nothing was applied yet; penfriend apply")
        live = house.live()
        brand = None if live is None else live.definitions.brand
    currency = "" if brand is None else brand.currency
    if as_json:
        print_json(_document(found, currency))
    elif as_csv:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([("month", "figure", "of", "value"), *_rows(found)])
        typer.echo(lines(out.getvalue()), nl=False)
    else:
        as_of = f"As of {shown_moment(found.as_of, brand.zone if brand else None)}"
        _tell(console(), found, as_of, currency)
    return DONE


def _tell(out: Console, found: Relationship, as_of: str, currency: str) -> None:
    months = found.months[-MONTHS:]
    rhythm = found.rhythm
    read = (
        f"read from {rhythm.gaps} repeat orders"
        if rhythm.gaps
        else "the usual days: there are few repeat orders"
    )
    out.print(
        f"{as_of}. At risk after {rhythm.quiet} days without an order, lapsed after {rhythm.gone} ({read})."
    )
    out.print(table("The loyalty ladder", ("step", "people", "in the year", "who"), _ladder(months), (1,)))
    over = (found.whole or found.months)[-1:]
    moved = sorted(over[0].flows.items(), key=lambda one: -one[1]) if over else []
    steps = [(source or "-", target or "erased", people) for (source, target), people in moved]
    out.print(
        table(f"Who moved in {over[0].month if over else 'the month'}", ("from", "to", "people"), steps, (2,))
    )
    by_month = [_line(one, one in found.whole) for one in months]
    head = ("month", "churn", "repeat", "points earned", "spent", "expired", "saved by a letter")
    out.print(table("By month", head, by_month, (1, 2, 3, 4, 5, 6)))
    ages = range(AGES)
    cohorts = [
        (
            one.cohort,
            one.people,
            *(_percent(_at(one.retention[:-1], age)) for age in ages),
            _money(one.value[-1]),
        )
        for one in found.cohorts[-MONTHS:]
    ]
    columns = ("first order", "people", *(f"+{age}" for age in ages), f"{currency} each so far")
    out.print(table("Who ordered again, by months since", columns, cohorts, range(1, AGES + 3)))
    value = "-" if found.value is None else f"{_money(found.value)} {currency}".strip()
    out.print(f"{found.buyers} people have bought, and have spent {value} each so far.")
    out.print("What each figure means: docs/commands.md")


def _line(one: MonthLine, is_over: bool) -> tuple[object, ...]:
    name = one.month if is_over else f"{one.month} so far"
    points = (one.points.earned, one.points.spent, one.points.expired, one.points.saved)
    return name, _percent(one.churn), _percent(one.repeat), *points


def _ladder(months: Sequence[MonthLine]) -> list[tuple[str, int, str, str]]:
    rows = []
    for step in Step:
        people = [one.steps.get(step, 0) for one in months]
        rows.append((step.value, people[-1] if people else 0, _spark(people), STEP_MEANINGS[step]))
    return rows


def _spark(values: Sequence[int]) -> str:
    most = max(values, default=0)
    return "".join(_BLOCKS[(len(_BLOCKS) - 1) * one // most if most else 0] for one in values)


def _at(values: Sequence[float], place: int) -> float | None:
    return values[place] if place < len(values) else None


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _money(units: float) -> str:
    return f"{units / SCALE:.2f}"


def _rows(found: Relationship) -> Iterator[tuple[str, str, str, Cell]]:
    """Every figure in a line of its own: month, figure, what it is of, value."""
    for one in found.months:
        yield from ((one.month, "people", step.value, people) for step, people in one.steps.items())
        for (source, target), people in one.flows.items():
            yield one.month, "moved", f"{source or ''} > {target or ''}", people
        for name, value in (("churn_rate", one.churn), ("repeat_rate", one.repeat)):
            if value is not None:
                yield one.month, name, "", value
        for name in ("earned", "spent", "expired", "saved"):
            yield one.month, f"points_{name}", "", getattr(one.points, name)
    for line in found.cohorts:
        yield line.cohort, "cohort_people", "", line.people
        for age, kept in enumerate(line.retention):
            yield line.cohort, "retention", str(age), kept
            yield line.cohort, "cohort_churn", str(age), line.churn[age]
            yield line.cohort, "cohort_value", str(age), round(line.value[age] / SCALE, 4)


def _document(found: Relationship, currency: str) -> dict[str, object]:
    return {
        "as_of": iso_utc(found.as_of),
        "currency": currency,
        "at_risk_after": found.rhythm.quiet,
        "lapsed_after": found.rhythm.gone,
        "repeat_orders_read": found.rhythm.gaps,
        "buyers": found.buyers,
        "lifetime_value": None if found.value is None else round(found.value / SCALE, 4),
        "months": [_month(one) for one in found.months],
        "cohorts": [
            {
                "cohort": one.cohort,
                "people": one.people,
                "retention": list(one.retention),
                "churn": list(one.churn),
                "value": [round(value / SCALE, 4) for value in one.value],
            }
            for one in found.cohorts
        ],
        "meanings": {**MEANINGS, **{step.value: meaning for step, meaning in STEP_MEANINGS.items()}},
    }


def _month(one: MonthLine) -> dict[str, object]:
    return {
        "month": one.month,
        "people": {step.value: one.steps.get(step, 0) for step in Step},
        "moved": [
            {"from": source, "to": target, "people": people} for (source, target), people in one.flows.items()
        ],
        "churn_rate": one.churn,
        "repeat_rate": one.repeat,
        "points": {
            "earned": one.points.earned,
            "spent": one.points.spent,
            "expired": one.points.expired,
            "saved": one.points.saved,
        },
    }
