"""`penfriend user`: added with a link, listed, removed, and the log of who did it."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import pytest

from penfriend.bootstrap.accounts import shell
from tests.support.commands import run_here


def test_a_user_is_added_with_a_link_listed_and_removed(tmp_path: Path) -> None:
    environment = {
        "PENFRIEND_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}",
        "PENFRIEND_PUBLIC_URL": "https://mail.shop.example",
        "LOGNAME": "deploy",
    }
    made = run_here(
        ("user", "add", "anna", "--role", "marketer", "--email", "Anna@Shop.example"), tmp_path, environment
    )
    link = made.stdout.strip()
    assert made.returncode == 0
    assert link.startswith("https://mail.shop.example/login/link/")
    assert "is good once" in made.stderr
    twice = run_here(("user", "add", "anna"), tmp_path, environment)
    assert (twice.returncode, twice.stdout, twice.stderr.count("\n")) == (2, "", 1)
    assert 'there is a user "anna" already; to begin anew, remove that one first' in twice.stderr

    listed = run_here(("user", "list"), tmp_path, environment).stdout
    assert "marketer" in listed
    (told,) = json.loads(run_here(("user", "list", "--json"), tmp_path, environment).stdout)
    assert (told["name"], told["role"], told["email"]) == ("anna", "marketer", "anna@shop.example")
    assert (told["has_password"], told["has_second_factor"], told["signed_in_at"]) == (False, False, None)

    assert run_here(("user", "remove", "anna"), tmp_path, environment).returncode == 0
    gone = run_here(("user", "remove", "anna"), tmp_path, environment)
    assert (gone.returncode, 'no user "anna"' in gone.stderr) == (1, True)

    log = json.loads(run_here(("user", "log", "--json"), tmp_path, environment).stdout)
    assert [(one["who"], one["way"], one["deed"], one["about"]) for one in log] == [
        ("deploy", "command", "user_removed", "anna"),
        ("deploy", "command", "user_added", "anna"),
    ]
    assert link.rpartition("/")[2] not in str(log)
    assert "user_added" in run_here(("user", "log"), tmp_path, environment).stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "Anna Kowalska"), "cannot be the name of a user"),
        (
            ("add", "anna", "--role", "king"),
            '"king" is no role. A role is one of: viewer, marketer, operator.',
        ),
        (("add", "anna", "--email", "anna"), '"anna" is no e-mail address'),
    ],
)
def test_what_cannot_be_is_told_in_one_line(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    environment = {"PENFRIEND_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}"}
    done = run_here(("user", *arguments), tmp_path, environment)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert told in done.stderr


def test_a_system_user_without_a_name_is_told_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise OSError("no such user")

    monkeypatch.setattr(getpass, "getuser", fail)
    assert shell.at_the_shell().name.startswith("uid ")
