"""`penfriend validate`: every problem of campaigns and templates, with places."""

from __future__ import annotations

import os

import typer

from penfriend.bootstrap import Settings, check, read_files
from penfriend.cli.output import AS_JSON, DONE, WRONG, print_json, problems_document
from penfriend.engine.clock import SystemClock


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("validate")(validate)


def validate(as_json: bool = AS_JSON) -> int:
    """Find every problem of campaigns and templates. Each comes with file, line and column.

    Example: penfriend validate
    """
    settings = Settings.of(os.environ)
    files, only_to_look = read_files(settings.config), (b"only to look at the files",)
    checked = check(files, settings, only_to_look, now=SystemClock().now())
    if as_json:
        print_json(problems_document(checked.problems))
    else:
        for problem in checked.problems:
            typer.echo(str(problem))
        if not checked.errors and checked.definitions is not None:
            found = checked.definitions
            counts = f"{len(found.campaigns)} campaigns, {len(found.segments)} segments"
            typer.echo(f"{settings.config}: {counts}: no errors")
    return WRONG if checked.errors else DONE
