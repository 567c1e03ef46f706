"""What `penfriend doctor` finds: a line each, with what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    """It works, or it cannot be told from here; somebody should look."""
    FAIL = "fail"
    """Mail does not leave, or receivers have a reason to refuse it."""


@dataclass(frozen=True, slots=True)
class Record:
    """What should stand in the DNS."""

    name: str
    """Without the last dot."""
    kind: str
    """Such as TXT."""
    value: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    area: str
    """Such as `dns`: one of AREAS."""
    subject: str
    """What was looked at, such as `SPF of shop.example`."""
    level: Level
    found: str
    advice: str = ""
    """What to do; empty where nothing is to be done."""
    publish: Record | None = None


AREAS = {
    "settings": "the environment and the campaign files",
    "database": "the store: reachable, its tables, the disk",
    "lag": "how late mail is, and whether anything runs",
    "clock": "this machine's time, and its time zones",
    "secrets": "what signs links and mail, and who may read it",
    "transport": "each way out: connection, TLS, login; nothing is sent",
    "dns": "SPF, DKIM, DMARC, return path and reverse names, as receivers see them",
}
"""Every area, in the order in which they are looked at."""
