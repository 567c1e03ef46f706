"""The ten minutes of the README, done word for word in an empty folder: commands, files, what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import Block, page

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TITLE = "Ten minutes"
BELOW = "right below the line "
LIMIT_SECONDS = 200
_KEEP = 'import json, os; print(json.dumps({**os.environ, "PWD": os.getcwd()}), file=open("STATE", "w"))'

Document = Any
"""What a command prints with --json: its shape is the command's."""


@dataclass
class Reader:
    """A person with a terminal and an editor: where they are, their environment, what they have seen."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where the terminal stands."""
        return Path(self.environment.get("PWD", self.home))

    def type(self, text: str) -> str:
        """Type some lines; each must succeed. What `cd` and `export` do holds for what is typed later."""
        state = self.home / "state.json"
        keep = _KEEP.replace("STATE", str(state)).replace('"', '\\"')
        done = subprocess.run(
            ["sh", "-e", "-c", f'{text}\n"{sys.executable}" -c "{keep}"'],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
        assert done.stderr == "", text
        self.environment = json.loads(state.read_text(encoding="utf-8"))
        return done.stdout

    def ask(self, command: str) -> Document:
        """What a command prints as JSON."""
        return json.loads(self.type(command))

    def edit(self, block: Block) -> None:
        """Put a block into the file that the words before it name: below a line, or as the whole file."""
        names = [part for part in block.lead.split("`")[1::2] if part.endswith((".yaml", ".mjml"))]
        path = self.folder / names[-1]
        if BELOW in block.lead:
            line = block.lead.rpartition(BELOW)[2].split("`")[1]
            before, found, after = path.read_text(encoding="utf-8").partition(f"\n{line}\n")
            assert found, f"{path.name} has no line {line}"
            path.write_text(before + found + block.text + after, encoding="utf-8")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Somebody who has done the whole section."""
    home = tmp_path_factory.mktemp("tutorial")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PENFRIEND_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{clean.get('PATH', os.defpath)}"
    person = Reader(home, {**clean, "PATH": path, "PWD": str(home)})
    for block in page("README.md").whole.section(TITLE).blocks:
        if block.language == "sh":
            person.type(block.text)
        else:
            person.edit(block)
    return person


def test_the_segment_of_the_tutorial_has_the_four_people_it_speaks_of(reader: Reader) -> None:
    assert reader.ask("penfriend segment loyal_in_britain --json")["count"] == 4


def test_the_person_who_is_explained_is_not_a_member(reader: Reader) -> None:
    told = reader.type("penfriend segment loyal_in_britain --explain c-00124")
    assert "c-00124: not a member" in told


def test_three_people_got_the_note_and_wait_and_one_had_not_asked_for_it(reader: Reader) -> None:
    counts = reader.ask("penfriend status --json")["campaigns"]["thank_you"]
    assert counts["messages"]["sent"] == counts["entered"] == counts["waiting"] == 3
    assert counts["not_entered"]["not_consented"] == 1


def test_each_mail_of_the_tutorial_lies_in_the_outbox(reader: Reader) -> None:
    sent = reader.ask("penfriend messages --campaign thank_you --status sent --json")
    mails = [path.read_text(encoding="utf-8") for path in (reader.folder / "outbox").glob("*.eml")]
    assert [sum(one["message_id"] in mail for mail in mails) for one in sent] == [1, 1, 1]
    assert any("\nSubject: Thank you, Florence" in mail for mail in mails)


def test_importing_again_takes_nothing(reader: Reader) -> None:
    assert reader.ask("penfriend import events events.jsonl --json")["taken"] == 0


def test_ticking_again_sends_no_note_twice(reader: Reader) -> None:
    reader.type("penfriend tick")
    sent = reader.ask("penfriend messages --campaign thank_you --status sent --json")
    assert sorted(one["step"] for one in sent) == ["thank_you/note"] * 3


def test_a_tick_eight_days_later_sends_the_second_letter(reader: Reader) -> None:
    moment = datetime.now(UTC) + timedelta(days=8)
    reader.type(f"penfriend tick --now {moment:%Y-%m-%dT%H:%MZ}")
    sent = reader.ask("penfriend messages --campaign thank_you --status sent --json")
    assert sorted(one["step"] for one in sent) == ["thank_you/note"] * 3 + ["win_back/whats_new"] * 3
