"""What a command loads before it answers: a person waits for every module, and none may come that the command
does not use."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest
from typer.main import get_command

from penfriend.cli.main import COMMANDS, contents, program
from tests.support.houses import write_shop
from tests.support.shop_that_mails import CAMPAIGNS

ROOT = Path(__file__).resolve().parents[2]
RUN = (
    "import json, sys; from penfriend.cli.main import run_command; "
    "status = run_command(sys.argv[1:]); print(json.dumps([status, sorted(sys.modules)]), file=sys.stderr)"
)
BARE = {
    "penfriend",
    "penfriend.cli",
    "penfriend.cli.main",
    "penfriend.cli.output",
    "penfriend.domain",
    "penfriend.domain.errors",
}
"""What says the version and the list of commands, and tells of a wrong one."""
OF_THE_SERVICE = (
    "aiosmtpd",
    "alembic",
    "apscheduler",
    "asyncio",
    "dns",
    "fastapi",
    "logging",
    "psycopg",
    "rich",
    "ruamel",
    "smtplib",
    "sqlalchemy",
    "sqlite3",
    "ssl",
    "starlette",
    "uvicorn",
    "penfriend.storage",
    "penfriend.web",
)
"""What works, serves, sends or shows, and has no part in reading files."""
OF_PROVIDERS = ("anymail", "boto3", "django", "requests", "urllib3")
"""What carries mail to providers; only their own addresses and webhooks load it."""
OF_LETTERS = (
    "babel",
    "email_validator",
    "jinja2",
    "mjml",
    "penfriend.language",
    "penfriend.rendering",
    "yaml",
)


@lru_cache(maxsize=8)
def loaded_by(*arguments: str, folder: Path = ROOT) -> frozenset[str]:
    """The modules of a fresh process that has run a command line in the folder of a shop."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    status, modules = json.loads(done.stderr.splitlines()[-1])
    assert status == 0, done.stdout
    return frozenset(modules)


def of(modules: frozenset[str], *families: str) -> set[str]:
    """Those that are one of the families, or below one."""
    return {module for module in modules if any(f"{module}.".startswith(f"{one}.") for one in families)}


@pytest.mark.parametrize("line", ["--version", "--help"])
def test_version_and_help_load_no_command(line: str) -> None:
    modules = loaded_by(line)
    assert of(modules, "penfriend") <= BARE | {"penfriend.domain.problems"}
    assert not of(modules, *OF_THE_SERVICE, *OF_LETTERS, *OF_PROVIDERS)


def test_the_service_loads_nothing_of_mail_providers_that_nobody_uses() -> None:
    code = (
        "import json, sys; import penfriend.bootstrap.worker, penfriend.web.serving\n"
        "from penfriend.delivery import open_transport; from penfriend.delivery.esp.hooks import Hooks\n"
        "open_transport('default', 'smtp://127.0.0.1:1'); Hooks({}); print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = frozenset(json.loads(done.stdout))
    assert of(modules, "penfriend.delivery.esp.hooks")
    assert not of(modules, *OF_PROVIDERS)


def test_a_store_in_a_file_loads_no_driver_of_postgresql(tmp_path: Path) -> None:
    write_shop(tmp_path, CAMPAIGNS)
    modules = loaded_by("status", folder=tmp_path)
    assert of(modules, "sqlite3", "penfriend.storage.batch_sql")
    assert not of(modules, "psycopg", "psycopg_binary")


def test_what_reads_mails_that_came_back_is_loaded_when_one_comes() -> None:
    code = (
        "import json, sys; import penfriend.cli.run, penfriend.cli.status, penfriend.bootstrap.worker\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = frozenset(json.loads(done.stdout))
    assert of(modules, "penfriend.engine.poll_bounces")
    assert not of(modules, "flufl", "imaplib", "penfriend.delivery.reports", "penfriend.delivery.mailboxes")


def test_validate_loads_what_reads_files_and_letters_and_nothing_else(tmp_path: Path) -> None:
    write_shop(tmp_path, CAMPAIGNS)  # the sample's 144 letters load nothing more, and take nine seconds
    modules = loaded_by("validate", folder=tmp_path)
    assert of(modules, *OF_LETTERS) >= set(OF_LETTERS)
    assert not of(modules, *OF_THE_SERVICE, *OF_PROVIDERS)


def test_schema_loads_neither_store_nor_letters() -> None:
    modules = loaded_by("schema")
    assert not of(modules, *OF_THE_SERVICE, *set(OF_LETTERS) - {"penfriend.language", "yaml"})


@pytest.mark.parametrize("line", ["--version", "validate"])
def test_a_command_line_is_read_without_pydantic(line: str) -> None:
    assert not of(loaded_by(line), "pydantic", "importlib.metadata")  # typer 0.29 brings both


def test_the_list_of_commands_is_what_the_commands_say_of_themselves() -> None:
    whole, listed = get_command(program()), get_command(contents())
    assert list(COMMANDS) == list(getattr(whole, "commands", {}))
    assert said(listed) == said(whole)


def said(command: object) -> dict[str, str]:
    """The line of each command in the help."""
    inner = getattr(command, "commands", {})
    return {name: one.get_short_help_str(200) for name, one in inner.items()}
