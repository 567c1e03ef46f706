"""`penfriend apikey`: made, listed, revoked."""

from __future__ import annotations

import json
from pathlib import Path

from penfriend.domain.api_keys import label_of
from tests.support.commands import run_here


def test_a_key_is_shown_once_listed_by_its_beginning_and_revoked(tmp_path: Path) -> None:
    environment = {"PENFRIEND_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}"}
    made = run_here(("apikey", "create", "the till"), tmp_path, environment)
    key = made.stdout.strip()
    assert (made.returncode, label_of(key) is not None) == (0, True)
    assert 'the key "the till"' in made.stderr
    twice = run_here(("apikey", "create", "the till"), tmp_path, environment)
    assert (twice.returncode, twice.stdout) == (2, "")
    assert 'there is a key "the till" already' in twice.stderr

    listed = run_here(("apikey", "list"), tmp_path, environment).stdout
    assert key[:11] in listed
    assert key not in listed
    (told,) = json.loads(run_here(("apikey", "list", "--json"), tmp_path, environment).stdout)
    assert (told["name"], told["scopes"], told["used_at"], told["revoked_at"]) == (
        "the till",
        ["events:write"],
        None,
        None,
    )
    assert run_here(("apikey", "revoke", told["key"]), tmp_path, environment).returncode == 0
    (told,) = json.loads(run_here(("apikey", "list", "--json"), tmp_path, environment).stdout)
    assert told["revoked_at"] is not None
    again = run_here(("apikey", "revoke", "the till"), tmp_path, environment)
    assert (again.returncode, again.stdout) == (1, "")
    assert 'no valid key "the till"' in again.stderr


def test_a_wrong_scope_is_told_with_the_right_ones(tmp_path: Path) -> None:
    environment = {"PENFRIEND_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}"}
    done = run_here(("apikey", "create", "till", "--scope", "all"), tmp_path, environment)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert '"all" is no scope. A scope is one of: events:write, contacts:read, ' in done.stderr
