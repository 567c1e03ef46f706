"""`penfriend init DIR`: a starter to change: campaigns, letters, sample data."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import typer

from penfriend.cli.output import DONE
from penfriend.cli.sample_shop import history, people
from penfriend.cli.schema import SCHEMA_FILE, schema_text
from penfriend.cli.starter import starter
from penfriend.domain.errors import SettingError


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)


def init(
    directory: Path = typer.Argument(..., metavar="DIR", help="A new or empty folder."),
    count: int = typer.Option(200, "--people", min=1, max=100_000, help="How many sample people to make."),
) -> int:
    """Make a starter in DIR. It holds campaigns.yaml, campaigns/, templates/, and sample data to import.

    Example: penfriend init shop
    """
    try:
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            raise SettingError(f"{directory}: is there already and not empty; name a new folder")
        directory.mkdir(parents=True, exist_ok=True)
        source = starter()
        shutil.copy(source / "campaigns.yaml", directory / "campaigns.yaml")
        (directory / SCHEMA_FILE).write_text(schema_text(), encoding="utf-8")
        shutil.copytree(source / "campaigns", directory / "campaigns")
        shutil.copytree(source / "templates", directory / "templates")
        (directory / ".gitignore").write_text(
            ".penfriend/\n*.db\n*.db-*\n*.db.lock\n*.rejected.csv\n*.mo\noutbox/\n", encoding="utf-8"
        )
        _write_people(directory / "contacts.csv", count)
        _write_events(directory / "events.jsonl", count)
    except OSError as error:
        raise SettingError(f"{directory}: cannot be written ({error.strerror})") from error
    into = "" if directory.resolve() == Path.cwd() else f"  cd {directory}\n"
    typer.echo(
        f"{directory}: campaigns.yaml, campaigns/, templates/, contacts.csv ({count} people) and "
        f"events.jsonl are there\nNext:\n{into}  penfriend validate\n  penfriend test\n"
        "  penfriend import contacts contacts.csv\n  penfriend import events events.jsonl\n"
        "  penfriend plan\n  penfriend simulate --days 7\n"
        "  PENFRIEND_TRANSPORT=file:outbox penfriend tick"
    )
    return DONE


def _write_people(path: Path, count: int) -> None:
    rows = people(count=count)
    first = next(rows)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(first))
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(rows)


def _write_events(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as out:
        for event in history(count=count):
            out.write(json.dumps(event, ensure_ascii=False) + "\n")
