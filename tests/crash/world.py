"""The shop of the harness: thousands of people, letters of some size, and the program run in a folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.commands import run_here

CAMPAIGNS = """\
version: 1
# edition {edition}
brand:
  name: Acorn & Oak
  from: Acorn & Oak <hello@mail.acornandoak.example>
  address: 12 Mill Lane, Bristol
  public_url: https://letters.acornandoak.example
  timezone: Europe/London
  currency: GBP
topics: {{offers: {{title: Offers and news}}}}
data: {{events: {{news_wanted: {{}}}}}}
policy: {{max_lateness: 30 days}}
campaigns:
  news:
    topic: offers
    trigger: {{event: news_wanted}}
    steps: [{{send: news/first}}, {{send: news/second}}]
  owed:
    kind: transactional
    trigger: {{event: order_placed, key: order_id}}
    steps: [{{send: owed}}]
"""
LETTER = """\
---
subject: "{{{{ contact.first_name }}}}, a word"
preview: It is long
---
<mjml><mj-body><mj-section><mj-column>
<mj-text>Hello {{{{ contact.first_name }}}}. {filler}</mj-text>
<mj-text>{foot}</mj-text>
</mj-column></mj-section></mj-body></mjml>
"""
FOOT = '{{ brand.address }} <a href="{{ links.unsubscribe }}">Leave</a>'
FILLER = " ".join(f"Line {number} of a letter that takes more than one packet." for number in range(500))
"""Some 25 kB, so that a mail can be cut in the middle of its body."""
OWED_EVERY = 5
"""Every fifth person has bought something as well."""
LIMIT = 120.0


class HarnessError(Exception):
    """The harness itself could not go on; what stands in it says why."""


class World:
    """A folder with campaigns, a store, and what is known of it without asking the product."""

    def __init__(self, folder: Path, database: str, *, in_here: bool = False) -> None:
        """Commands that nobody kills are run in this process, if it is told so: quicker, for `make test`."""
        self.folder, self.people, self.edition, self._in_here = folder, 0, 1, in_here
        self.left: dict[str, float] = {}
        """Who has unsubscribed, by id, and the second from which on nothing that is not owed may arrive."""
        (folder / "templates/news").mkdir(parents=True)
        for name in ("news/first", "news/second"):
            self._write(f"templates/{name}.mjml", LETTER.format(filler=FILLER, foot=FOOT))
        self._write("templates/owed.mjml", LETTER.format(filler=FILLER, foot="Thank you."))
        self.change_files()
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("PENFRIEND_", "CRASH_"))
            },
            "PENFRIEND_DATABASE_URL": database or f"sqlite:///{folder / 'penfriend.db'}",
            "PENFRIEND_SECRET_KEY": "a secret for the crash harness",
            "PYTHONUNBUFFERED": "1",
        }
        self.log = folder / "log"

    @property
    def intended(self) -> int:
        """So many mails are to be sent, but for those who have left."""
        return 2 * self.people + self.people // OWED_EVERY

    def change_files(self) -> None:
        """The campaign file says the same with other bytes: a revision of its own."""
        self.edition += 1
        self._write("campaigns.yaml", CAMPAIGNS.format(edition=self.edition))

    def bring_in(self, number: int) -> None:
        """So many more people, each of whom is to get two letters, some three."""
        new = range(self.people + 1, self.people + number + 1)
        rows = [f"c{one},c{one}@customer.example,Name {one},offers,2026-01-01" for one in new]
        self.run(
            "import", "contacts", "-", stdin="\n".join(["id,email,first_name,topics,subscribed_at", *rows])
        )
        bought = [self._event(one, "order_placed", total=10) for one in new if one % OWED_EVERY == 0]
        self._events([self._event(one, "news_wanted") for one in new] + bought)
        self.people += number

    def unsubscribe(self, who: Iterable[int], grace: float = 0.0) -> None:
        """These leave. Once that is committed nothing may be begun for them; what was on its way may arrive
        within `grace` seconds, where anything can be."""
        leaving = [one for one in who if f"c{one}" not in self.left]
        if not leaving:
            return
        self._events([self._event(one, "unsubscribed", topic="offers") for one in leaving])
        end = time.time() + grace
        self.left |= {f"c{one}": end for one in leaving}

    def run(self, *arguments: str, stdin: str = "") -> str:
        """A command to its end; gives what it printed. Raises HarnessError where it failed."""
        if self._in_here:
            done = run_here(arguments, self.folder, self.environment, stdin)
        else:
            done = subprocess.run(
                self.command("penfriend.cli", arguments),
                cwd=self.folder,
                env=self.environment,
                input=stdin,
                text=True,
                capture_output=True,
                timeout=600,
                check=False,
            )
        if done.returncode:
            raise HarnessError(f"penfriend {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def messages(self) -> list[dict[str, Any]]:
        """Every message that the product intends or has intended."""
        found: list[dict[str, Any]] = json.loads(self.run("messages", "--json", "--limit", "1000000"))
        return found

    def start(self, transport: str, **more: str) -> subprocess.Popen[bytes]:
        """The daemon, as the leader of a process group of its own."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command("tests.crash.victim", ("run", "--no-web")),
                cwd=self.folder,
                env={**self.environment, "PENFRIEND_TRANSPORT": transport, **more},
                stderr=log,
                stdout=log,
                start_new_session=True,
            )

    def finish(self, transport: str) -> None:
        """One clean run at the end: everything that is due, also what is to be sent again later."""
        self.environment["PENFRIEND_TRANSPORT"] = transport
        tomorrow = datetime.fromtimestamp(time.time() + 86_400, UTC).isoformat()
        self.run("tick")
        self.run("tick", "--now", tomorrow)

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        draft = path.with_name(path.name + ".tmp")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)

    def _events(self, lines: list[str]) -> None:
        self.run("import", "events", "-", stdin="\n".join(lines))

    def _event(self, number: int, name: str, **properties: object) -> str:
        at = datetime.now(UTC).isoformat()
        said = {"id": f"{name}-{number}", "contact": f"c{number}", "name": name, "at": at}
        return json.dumps({**said, "properties": properties})

    @staticmethod
    def command(module: str, arguments: Iterable[str]) -> list[str]:
        """The command line of a program of ours."""
        root = Path(__file__).resolve().parents[2]
        code = f"import sys; sys.path.insert(0, {str(root)!r}); from {module} import main; main()"
        return [sys.executable, "-c", code, *arguments]


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of the whole process group."""
    with suppress(ProcessLookupError):  # it was killed at its point
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=LIMIT)


def wait_until(condition: Callable[[], bool], what: str, pause: float = 0.002) -> None:
    """Wait until a condition holds. Raises HarnessError after two minutes."""
    end = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > end:
            raise HarnessError(f"waited in vain for: {what}")
        time.sleep(pause)
