"""`penfriend source check`: tries a database of the company, and what its segments ask of it."""

from __future__ import annotations

import typer
from rich.console import Console

from penfriend.bootstrap import House
from penfriend.bootstrap.source_check import check_source
from penfriend.cli.output import AS_JSON, DONE, WRONG, print_json
from penfriend.cli.tables import console, table
from penfriend.domain.sources import SelectCheck, SourceCheck


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    commands.callback()(source)
    commands.command("check")(check)
    app.add_typer(commands, name="source")


def source() -> None:
    """Look at the databases of the company (`sources`).

    Example: penfriend source check warehouse
    """


def check(
    name: str = typer.Argument(..., help="A source of campaigns.yaml."),
    as_json: bool = AS_JSON,
) -> int:
    """Try a source: connection, rights, columns, cost, ten rows. The files as they are now, and nothing is
    stored.

    Example: penfriend source check warehouse
    """
    with House.open() as house:
        found = check_source(house, name)
    if as_json:
        print_json(as_document(found))
    else:
        _tell(console(), found)
    return WRONG if any(one.problem for one in found.selects) else DONE


def as_document(found: SourceCheck) -> dict[str, object]:
    """The JSON document."""
    return {
        "source": found.source,
        "database": found.database,
        "may_write": found.may_write,
        "segments": {
            one.segment: {
                "file": one.file,
                "columns": list(one.columns),
                "cost": one.cost,
                "problem": one.problem,
                "rows": [dict(row) for row in one.rows],
            }
            for one in found.selects
        },
    }


def _tell(out: Console, found: SourceCheck) -> None:
    out.print(f"Source {found.source}: {found.database} answers", markup=False)
    if found.may_write is not None:
        out.print(
            f"It should only read, but {found.may_write}. Give it a user of its own: docs/sources.md",
            markup=False,
        )
    if not found.selects:
        out.print("No segment reads it.")
    for one in found.selects:
        _tell_select(out, one)


def _tell_select(out: Console, one: SelectCheck) -> None:
    cost = "" if one.cost is None else f", cost {one.cost:.0f} by EXPLAIN"
    out.print(f"Segment {one.segment}, {one.file}{cost}: {one.problem or 'can be read'}", markup=False)
    if one.rows:
        rows = [[row[name] for name in one.columns] for row in one.rows]
        out.print(table("", one.columns, rows))
    elif one.problem is None:
        out.print(f"No row; the columns are {', '.join(one.columns)}", markup=False)
