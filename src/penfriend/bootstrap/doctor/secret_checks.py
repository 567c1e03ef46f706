"""What signs links and mail: whether it is there, long enough, and read by nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from penfriend.bootstrap.settings import SHORTEST_SECRET, Settings
from penfriend.domain.checkup import Finding, Level
from penfriend.domain.definitions import Definitions

OTHERS = 0o077
"""The rights of those who are not the owner."""


def check_secrets(settings: Settings, definitions: Definitions) -> Iterator[Finding]:
    """The key of the links, then each file with a key that signs mail. No secret is made, and none shown."""
    yield _of_environment(settings) if settings.secret_key else _of_file(settings)
    for dkim in definitions.dkim:
        if dkim.file is not None and (path := settings.home / dkim.file).is_file():
            subject = f"Key of {dkim.record}"
            yield _of_rights(path, subject) or Finding(
                "secrets", subject, Level.OK, f"{dkim.file} is read by its owner alone"
            )


def _of_environment(settings: Settings) -> Finding:
    keys = [key.strip() for key in settings.secret_key.split(",") if key.strip()]
    short = sum(len(key.encode()) < SHORTEST_SECRET for key in keys)
    subject = "PENFRIEND_SECRET_KEY"
    if short or not keys:
        found = f"{short} of {len(keys)} keys are shorter than {SHORTEST_SECRET} characters"
        return Finding("secrets", subject, Level.FAIL, found, "Take a long random text: nothing starts so.")
    return Finding("secrets", subject, Level.OK, f"{len(keys)} keys, the first of which signs")


def _of_file(settings: Settings) -> Finding:
    path = settings.home / ".penfriend" / "secret"
    subject = "Secret of the links"
    try:
        kept = path.read_bytes().strip() if path.exists() else None
    except OSError as error:
        found = f"{path} cannot be read ({error.strerror})"
        return Finding("secrets", subject, Level.FAIL, found, "Give it to the user that Penfriend runs as.")
    if kept is None:
        found = f"{path} is not there yet"
        advice = (
            "The first command that needs it makes it. Where mails have left before, put theirs back first: "
        )
        advice += "with another one their links are dead."
        return Finding("secrets", subject, Level.WARN, found, advice)
    if len(kept) < SHORTEST_SECRET:
        found = f"{path} is shorter than {SHORTEST_SECRET} characters"
        return Finding("secrets", subject, Level.FAIL, found, "Remove it: a new one is made.")
    if finding := _of_rights(path, subject):
        return finding
    if not settings.database_url.startswith("sqlite"):
        found = f"{path} is of this machine alone, and a PostgreSQL store may have several"
        advice = "Where several machines work on it, give them all the same PENFRIEND_SECRET_KEY."
        return Finding("secrets", subject, Level.WARN, found, advice)
    return Finding("secrets", subject, Level.OK, f"{path} is read by its owner alone")


def _of_rights(path: Path, subject: str) -> Finding | None:
    mode = path.stat().st_mode & 0o777
    if not mode & OTHERS:
        return None
    found = f"{path} has the mode {mode:04o}: others on this machine may read it"
    return Finding("secrets", subject, Level.FAIL, found, f"chmod 600 {path}")
