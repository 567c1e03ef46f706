"""The audit log: what commands change stands in it, by the system's user, with nothing that should not."""

from __future__ import annotations

import json
from pathlib import Path

from penfriend.domain.contact import address_hash
from tests.support.commands import run_here
from tests.support.dashboard import CAMPAIGNS
from tests.support.houses import write_shop


def test_what_commands_change_stands_in_the_log(tmp_path: Path) -> None:
    write_shop(tmp_path, CAMPAIGNS)
    environment = {
        "PENFRIEND_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}",
        "PENFRIEND_TRANSPORT": "memory:",
        "LOGNAME": "deploy",
    }

    def run(*arguments: str) -> str:
        done = run_here(arguments, tmp_path, environment)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout

    run("apply")
    run("apply")
    key = run("apikey", "create", "the till").strip()
    run("apikey", "revoke", "the till")
    run("contact", "suppress", "canary@shop.example", "--note", "asked on the phone")
    run("contact", "unsuppress", "canary@shop.example", "--reason", "asked again")
    people = tmp_path / "people.csv"
    people.write_text("id,email\nc-1,canary@shop.example\n")
    run("import", "contacts", str(people))
    run("contact", "erase", "c-1", "--yes")
    run("messages", "resolve", "--gap", "--as", "hold")
    run("messages", "resolve", "--gap", "--as", "sent")
    text = run("user", "log", "--json")
    log = json.loads(text)
    assert int(log[2]["details"].pop("rows")) > 0
    address = address_hash("canary@shop.example")
    assert [(one["deed"], one["about"], one["details"]) for one in reversed(log)] == [
        ("applied", "revision 1", {}),
        ("key_made", "the till", {"scopes": "events:write"}),
        ("key_revoked", "the till", {}),
        ("suppressed", address, {}),
        ("unsuppressed", address, {}),
        ("imported", "contacts", {"taken": "1"}),
        ("person_erased", address, {}),
        ("message_settled", "gap", {"as": "hold"}),
        ("message_settled", "gap", {"as": "sent", "mails": "0"}),
    ]
    assert {(one["who"], one["way"], one["network"]) for one in log} == {("deploy", "command", "")}
    for secret in ("canary", key, key.rpartition("_")[2]):
        assert secret not in text


def test_what_did_not_come_about_is_not_told(tmp_path: Path) -> None:
    environment = {"PENFRIEND_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}"}
    for arguments in (
        ("apikey", "revoke", "none"),
        ("user", "remove", "none"),
        ("user", "add", "No Name"),
        ("contact", "unsuppress", "ada@shop.example", "--reason", "x"),
        ("messages", "resolve", "7", "--as", "sent"),
    ):
        assert run_here(arguments, tmp_path, environment).returncode != 0
    assert json.loads(run_here(("user", "log", "--json"), tmp_path, environment).stdout) == []
