"""One direction, and one home for each library: the contracts of .importlinter, kept and able to break."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"

# module written into a copy of the house -> the contract that it must break
INTRUDERS = {
    "engine/intruder.py": ("import penfriend.storage", "cli -> web -> bootstrap"),
    "intruder.py": ("", "cli -> web -> bootstrap"),
    "domain/intruder.py": ("import logging", "the domain does no I/O"),
    "engine/database.py": ("from sqlalchemy.engine import Engine", "SQLAlchemy, Alembic"),
    "sources/parts.py": ("import sqlglot", "sqlglot only in language.select_statement"),
    "engine/files.py": ("from ruamel.yaml import YAML", "YAML only in language"),
    "engine/letters.py": ("from jinja2 import Template", "Jinja2, MJML and Babel"),
    "engine/ticks.py": ("import apscheduler", "APScheduler only in engine.daemon"),
    "web/colours.py": ("import rich", "typer and rich only in cli"),
    "cli/server.py": ("import uvicorn", "FastAPI and uvicorn only in web"),
    "delivery/intruder.py": ("from cryptography import x509", "cryptography only in delivery.dkim_keys"),
    "web/passwords.py": ("import argon2", "argon2, pyotp, segno, authlib and joserfc only in accounts"),
    "web/providers.py": ("from anymail import signals", "anymail, Django, boto3 and requests"),
    "engine/cases.py": ("import pytest", "pytest only in testing"),
    "engine/figures.py": ("from prometheus_client import Gauge", "prometheus-client only in web.metrics"),
    "engine/traces.py": ("from opentelemetry import trace", "OpenTelemetry only in bootstrap.tracing"),
    "engine/questions.py": ("import dns.resolver", "dnspython only in delivery.dns"),
    "engine/letters_of_the_month.py": ("import cronsim", "cronsim only in domain.cron"),
    "web/pictures.py": ("import vl_convert", "vl-convert only in rendering.charts.child"),
    "bootstrap/columns.py": ("import pyarrow", "pyarrow only in bootstrap.exporting.parquet"),
    "delivery/reports/bounces.py": ("import flufl.bounce", "flufl.bounce only in delivery.reports"),
    "storage/later.py": ("import procrastinate", "Procrastinate only in storage.jobs"),
}


def lint(folder: Path) -> str:
    """What import-linter says of the package under FOLDER."""
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "src"), "COLUMNS": "200", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout + done.stderr


def broken(report: str) -> list[str]:
    """The names of the contracts that REPORT calls broken."""
    return re.findall(r"^(.*) BROKEN", report, re.MULTILINE)


def test_house_keeps_its_layers() -> None:
    report = lint(ROOT)
    assert re.search(r"Contracts: \d+ kept, 0 broken\.", report), report


@pytest.fixture(scope="module")
def broken_by_intruders(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The broken contracts of a copy of the house with every intruder in it."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / ".importlinter", folder)
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for module, (line, _) in INTRUDERS.items():
        (folder / "src" / "penfriend" / module).write_text(f"{line}\n")
    return broken(lint(folder))


@pytest.mark.parametrize("contract", sorted({contract for _, contract in INTRUDERS.values()}))
def test_contract_breaks_when_an_intruder_moves_in(contract: str, broken_by_intruders: list[str]) -> None:
    assert [name for name in broken_by_intruders if name.startswith(contract)]


def test_every_contract_has_its_intruder(broken_by_intruders: list[str]) -> None:
    names = re.findall(r"^name = (.*)$", (ROOT / ".importlinter").read_text(), re.MULTILINE)
    assert sorted(broken_by_intruders) == sorted(names)
