"""The files of deploy/ can be read by those whom they are for, name only settings that there are, and agree
with the program and with docs/deploy.md."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import yaml

from penfriend.bootstrap.settings import DEFAULTS, FROM_FILE
from penfriend.delivery.settings import Timeouts
from penfriend.web.accounts.part import ASSETS, Dashboard
from penfriend.web.answers import FOR_PROGRAMS
from penfriend.web.bodies import MAX_EVENTS
from tests.docs.pages import ROOT, page

DEPLOY = ROOT / "deploy"
LONGEST_STOP = 21 * 60
"""Seconds: ten minutes for a mail, the answer to its last byte, and one to give everything back."""


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def unit() -> dict[str, list[str]]:
    """The keys of the service, each with its values."""
    found: dict[str, list[str]] = {}
    for line in text("penfriend.service").splitlines():
        key, is_there, value = line.partition("=")
        if is_there and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def compose() -> Any:
    return yaml.safe_load(text("compose.yaml"))


def handed_on() -> set[str]:
    """The paths that docs/deploy.md says are handed on; what ends in / stands for all below it."""
    section = page("docs/deploy.md").whole.section("Behind nginx or Caddy")
    return {word for block in section.blocks if block.text.startswith("/") for word in block.text.split()}


def said(path: str) -> bool:
    return any(
        path == one or (len(one) > 1 and one.endswith("/") and path.startswith(one)) for one in handed_on()
    )


def nginx_takes(path: str) -> bool:
    return any(re.search(one, path) for one in re.findall(r"location ~ (\S+) \{", text("nginx.conf")))


def caddy_takes(path: str) -> bool:
    patterns = [
        word
        for line in re.findall(r"^\t@\w+ path (.*)$", text("Caddyfile"), re.MULTILINE)
        for word in line.split()
    ]
    return any(fnmatch(path, pattern) for pattern in patterns)


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    known = set(DEFAULTS) | {name + FROM_FILE for name in DEFAULTS} | {"PENFRIEND_FOLDER"}
    assert set(re.findall(r"PENFRIEND_[A-Z_]+", path.read_text(encoding="utf-8"))) <= known


def test_every_file_stands_in_the_page() -> None:
    whole = page("docs/deploy.md").whole.text
    assert [
        one.name for one in DEPLOY.iterdir() if one.name not in whole + "Dockerfile.dockerignore compose.yaml"
    ] == []
    assert "docs/deploy.md" in page("README.md").whole.links


def test_the_unit_stops_as_late_as_a_server_may_answer() -> None:
    assert Timeouts().dot + 10 * 60 < LONGEST_STOP
    assert unit()["TimeoutStopSec"] == ["21min"]
    assert compose()["services"]["penfriend"]["stop_grace_period"] == "21m"


def test_the_unit_is_of_systemds_form_and_says_nothing_that_is_not_so() -> None:
    parsed = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parsed.optionxform = str  # type: ignore[assignment,method-assign]  # the library's own way
    parsed.read_string(text("penfriend.service"))
    assert parsed.sections() == ["Unit", "Service", "Install"]
    assert unit()["Type"] == ["exec"]  # notify would wait for a message that never comes
    assert unit()["ExecStart"] == ["/opt/penfriend/bin/penfriend run"]
    assert "ProcSubset" not in unit()  # the journal of last bytes reads /proc/sys/kernel/random/boot_id
    assert unit()["ReadWritePaths"] == unit()["WorkingDirectory"] == ["/srv/penfriend"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_takes_the_unit_and_finds_it_guarded(tmp_path: Path) -> None:
    path = tmp_path / "penfriend.service"
    path.write_text(text("penfriend.service").replace("/opt/penfriend/bin/penfriend", "/bin/true"))
    told = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)
    assert [line for line in told.stderr.splitlines() if "penfriend.service" in line] == []
    security = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(path)]
    guarded = subprocess.run(security, capture_output=True, text=True, check=False)
    assert guarded.returncode == 0, guarded.stdout[-300:]


def test_the_image_runs_as_nobody_special_and_asks_whether_it_is_ready() -> None:
    lines = text("Dockerfile")
    assert re.findall(r"^USER (.*)$", lines, re.MULTILINE) == ["10001:10001"]
    assert lines.index("USER ") < lines.index("ENTRYPOINT")
    assert "HEALTHCHECK" in lines
    assert "/readyz" in lines
    installs = re.findall(r"pip install ([^\n&]*)", lines)
    assert all("--require-hashes" in one or "--no-index" in one for one in installs)


def test_what_the_image_is_made_of_is_there_and_not_ignored() -> None:
    copied = [
        word
        for line in re.findall(r"^COPY ([^-\n].*) \S+$", text("Dockerfile"), re.MULTILINE)
        for word in line.split()
    ]
    assert len(copied) > 8
    let_in = set(re.findall(r"^!(.*)$", text("Dockerfile.dockerignore"), re.MULTILINE))
    assert {name for name in copied if not (ROOT / name).exists()} == set()
    assert set(copied) == let_in


def test_the_builder_is_locked_as_the_developers_have_it() -> None:
    def pins(name: str) -> dict[str, str]:
        found = (ROOT / name).read_text(encoding="utf-8")
        return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", found, re.MULTILINE))

    build, dev = pins("requirements-build.txt"), pins("requirements-dev.txt")
    assert "hatchling" in build
    assert {name: dev[name] for name in build if name in dev} == {n: build[n] for n in build if n in dev}


def test_compose_keeps_secrets_in_files_and_ports_at_home() -> None:
    document = compose()
    ours, database = document["services"]["penfriend"], document["services"]["database"]
    assert ours["depends_on"]["database"]["condition"] == "service_healthy"
    assert database["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    assert "ports" not in database
    assert [port.startswith("127.0.0.1:") for port in ours["ports"]] == [True]
    assert (ours["read_only"], ours["cap_drop"]) == (True, ["ALL"])
    files = {name for name in ours["environment"] if name.endswith(FROM_FILE)}
    named = {value.rpartition("/")[2] for name, value in ours["environment"].items() if name in files}
    assert named == set(ours["secrets"])
    assert set(document["secrets"]) == {*ours["secrets"], *database["secrets"]}
    assert (ROOT / "deploy" / ours["build"]["context"] / ours["build"]["dockerfile"]).exists()


PUBLIC = ("u", "preferences", "s", "view", "confirm", "c", "o", "assets", "webhooks", "v1")
OURS = (
    "/metrics",
    "/healthz",
    "/readyz",
    "/openapi.json",
    "/previews",
    "/usersx",
    "/login.php",
)


def test_proxies_hand_on_what_the_page_says_and_nothing_else() -> None:
    dashboard = {re.sub(r"{\w+}", "x", route.path) for route in Dashboard(Mock()).routes()}
    assert len(dashboard) > 10
    for path in (*(f"/{name}/x" for name in PUBLIC), *dashboard, ASSETS):
        assert (said(path), nginx_takes(path), caddy_takes(path)) == (True, True, True), path
    for path in OURS:
        assert (said(path), nginx_takes(path), caddy_takes(path)) == (False, False, False), path
    assert {one.split("/")[1] for one in OURS} >= FOR_PROGRAMS - {"v1", "webhooks"}


def test_proxies_take_bodies_as_large_as_events_may_be() -> None:
    for name, pattern in (
        ("nginx.conf", r"client_max_body_size (\d+)m;"),
        ("Caddyfile", r"max_size (\d+)MB"),
    ):
        found = re.search(pattern, text(name))
        assert found is not None
        assert int(found[1]) * 1_000_000 > MAX_EVENTS


def test_proxies_write_whom_they_have_seen_anew() -> None:
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text("nginx.conf")
    assert "trusted_proxies" not in text("Caddyfile")  # without it Caddy believes nobody
