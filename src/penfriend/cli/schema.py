"""`penfriend schema`: the JSON Schema of the language, for editors."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from penfriend.cli.output import DONE
from penfriend.language.schema import json_schema

SCHEMA_FILE = "campaigns.schema.json"
"""What the first line of the starter's campaigns calls it."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("schema")(schema)


def schema(out: Path | None = typer.Option(None, "--out", help="Write it to this file instead.")) -> int:
    """Print the JSON Schema of campaigns.yaml. With it an editor completes every key and shows its meaning.

    Example: penfriend schema --out campaigns.schema.json
    """
    text = schema_text()
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
    return DONE


def schema_text() -> str:
    """The schema as the file that an editor reads."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
