"""A shop in a folder of its own, and the real program run in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run_here
from tests.support.empty_store import empty_file

CAMPAIGNS = """\
version: 1
brand:
  name: Acorn & Oak
  from: Acorn & Oak <hello@mail.acornandoak.example>
  address: 12 Mill Lane, Bristol
  public_url: ${PENFRIEND_PUBLIC_URL}
  timezone: Europe/London
  currency: GBP
topics:
  offers: {title: Offers and news}
data: {events: {news_wanted: {}}}
segments:
  lapsed:
    where:
      - orders.count: {at_least: 1}
      - orders.last_at: {before: 90 days ago}
campaigns:
  thanks:
    kind: transactional
    trigger: {event: order_placed, key: order_id}
    steps: [{send: thanks}]
  news:
    topic: offers
    trigger: {event: news_wanted}
    reentry: always
    steps: [{send: news}]
"""
LETTER = """\
---
subject: "{{ contact.first_name or 'Dear reader' }}, a word"
preview: It is short
---
<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>Hello {{ contact.first_name or "there" }}. %s</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""
FOOT = '{{ brand.address }} <a href="{{ links.unsubscribe }}">Leave</a>'
LIMIT = 60.0


class Shop:
    """A folder with campaigns and letters, a store, and a transport."""

    def __init__(self, folder: Path, transport: str, database: str = "") -> None:
        self.folder = folder
        (folder / "templates").mkdir(parents=True)
        self.write("campaigns.yaml", CAMPAIGNS)
        self.write("templates/thanks.mjml", LETTER % "Thank you.")
        self.write("templates/news.mjml", LETTER % FOOT)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PENFRIEND_")},
            "PENFRIEND_TRANSPORT": transport,
            "PENFRIEND_DATABASE_URL": database or empty_file(folder / "penfriend.db"),
            "PENFRIEND_LISTEN": "127.0.0.1:0",
            "PENFRIEND_SECRET_KEY": "a secret for the tests",
            "PYTHONUNBUFFERED": "1",
        }
        self.running: list[subprocess.Popen[str]] = []
        """The commands that were left running."""

    def write(self, name: str, text: str) -> None:
        """Write a file of the shop, in one step so that a daemon never sees half of it."""
        path = self.folder / name
        draft = path.with_name(path.name + ".tmp")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)

    def command(self, *arguments: str) -> list[str]:
        """The command line."""
        return [sys.executable, "-c", "from penfriend.cli import main; main()", *arguments]

    def run(self, *arguments: str, status: int = 0, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end, within this process; STATUS is what it must end with."""
        return self._ended(run_here(arguments, self.folder, self.environment, stdin), status)

    def run_apart(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command to its end in a process of its own, where it is the process that is asked about."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            text=True,
            capture_output=True,
            timeout=LIMIT,
            check=False,  # the status is looked at below
        )
        return self._ended(done, status)

    @staticmethod
    def _ended(done: subprocess.CompletedProcess[str], status: int) -> subprocess.CompletedProcess[str]:
        assert "Traceback" not in done.stderr, done.stderr
        assert "went wrong that should not" not in done.stderr, done.stderr
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def json(self, *arguments: str) -> Any:
        """The JSON document that a command prints."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command and leave it running; its standard error goes to a file."""
        with (self.folder / "log").open("a") as log:
            process = subprocess.Popen(
                self.command(*arguments),
                cwd=self.folder,
                env=self.environment,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    @property
    def log(self) -> str:
        """What the running commands have said."""
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    def kill(self, process: subprocess.Popen[str]) -> None:
        """kill -9 of the whole process group."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=LIMIT)

    def people(self, count: int, first: int = 1) -> str:
        """Contacts as CSV, all subscribed."""
        rows = [
            f"c{number},c{number}@customer.example,Name {number},offers,2026-01-01"
            for number in range(first, first + count)
        ]
        return "\n".join(["id,email,first_name,topics,subscribed_at", *rows]) + "\n"

    def close(self) -> None:
        """End what still runs."""
        for process in self.running:
            if process.poll() is None:
                self.kill(process)


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Wait until the condition holds, at most a minute."""
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, f"waited in vain for: {what}"
        time.sleep(0.05)


@pytest.fixture
def make_shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """`make_shop(transport, database="")` gives a shop in a new folder."""
    shops: list[Shop] = []

    def make(transport: str, database: str = "") -> Shop:
        shops.append(Shop(tmp_path / f"shop{len(shops)}", transport, database))
        return shops[-1]

    yield make
    for shop in shops:
        shop.close()
