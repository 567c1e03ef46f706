"""How commands speak: exit statuses, complaints, one JSON document. Every command needs this, so it brings no
library along; tables are in `penfriend.cli.tables`, moments in `penfriend.cli.moments`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import typer

from penfriend.domain.problems import Problem

DONE, WRONG, IMPOSSIBLE, CHANGES = 0, 1, 2, 3
"""Exit statuses: done; the thing asked about is not right; it could not be asked; `plan` found changes."""

AS_JSON = typer.Option(False, "--json", help="One JSON document.")
"""The option of a command that reports something."""


def complain(text: str) -> None:
    """One line on standard error."""
    from penfriend.domain.plain_text import one_line

    typer.echo(f"penfriend: {one_line(text)}", err=True)


def print_json(document: object) -> None:
    """One JSON document on standard output."""
    import json

    from penfriend.domain.plain_text import json_text

    text = json.dumps(document, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None)
    typer.echo(json_text(text))


def counted(reasons: Mapping[str, int]) -> str:
    """`goal 12, left_segment 3`: the most first."""
    return ", ".join(
        f"{reason} {number}"
        for reason, number in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    )


def problems_document(problems: Sequence[Problem]) -> dict[str, object]:
    """What `validate --json` prints, and every command with `--json` where the files have errors."""
    from penfriend.domain.lint_codes import CODES

    rows = [
        {
            "file": problem.place.file,
            "line": problem.place.line,
            "column": problem.place.column,
            "level": problem.level,
            "text": problem.text,
            "code": problem.code or None,
            "advice": CODES[problem.code].advice if problem.code in CODES else None,
        }
        for problem in problems
    ]
    return {"valid": all(problem.level != "error" for problem in problems), "problems": rows}
