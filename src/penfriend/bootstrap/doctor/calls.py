"""Whether other systems hear what they are to be told."""

from __future__ import annotations

from collections.abc import Iterator

from penfriend.domain.checkup import Finding, Level
from penfriend.domain.overview import CallCounts
from penfriend.storage.call_tries import calls_not_done
from penfriend.storage.database import Database
from penfriend.storage.tables import outgoing_calls, webhook_calls


def check_calls(db: Database) -> Iterator[Finding]:
    """A finding for each system of which calls wait after a try, or have failed."""
    for section, system in (("Webhook", webhook_calls.c.webhook), ("Outgoing", outgoing_calls.c.target)):
        with db.read() as connection:
            found = calls_not_done(connection, system)
        for name, calls in sorted(found.items()):
            if calls.failed or calls.note:
                yield _finding(f"{section} {name}", name, calls)


def _finding(subject: str, name: str, calls: CallCounts) -> Finding:
    said = f"; the last answer: {calls.note}" if calls.note else ""
    found = f"{calls.failed} calls have failed, {calls.waiting} wait{said}"
    advice = "They are tried again by themselves."
    if calls.failed:
        advice = f"Mend what answers there, then `penfriend calls retry {name}`."
    return Finding("lag", subject, Level.WARN, found, advice)
