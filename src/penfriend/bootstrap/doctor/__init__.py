"""`penfriend doctor`: everything that mail depends on is looked at, in the order of `checkup.AREAS`.

Nothing is changed: no table is made, no secret, no file, and no mail is sent. What cannot be looked at is
said, and the rest is looked at all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from penfriend.bootstrap.checked import read_definitions
from penfriend.bootstrap.doctor.secret_checks import check_secrets
from penfriend.bootstrap.doctor.sender import check_senders
from penfriend.bootstrap.doctor.store import check_store
from penfriend.bootstrap.doctor.ways import check_ways
from penfriend.bootstrap.files import read_files
from penfriend.bootstrap.settings import Settings
from penfriend.delivery.dns import DnsNames
from penfriend.domain.checkup import Finding, Level
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import SettingError


def examine(environment: Mapping[str, str], resolver: str | None = None) -> Iterator[Finding]:
    """Each finding as soon as it is there. `resolver` is the name server to ask, or that of this machine.
    Raises SettingError for one that is none."""
    names = DnsNames(resolver)
    try:
        settings = Settings.of(environment)
    except SettingError as error:
        yield Finding("settings", "Environment", Level.FAIL, str(error), "Correct it: nothing starts so.")
        return
    for mistyped in settings.mistyped:
        yield Finding("settings", "Environment", Level.WARN, mistyped, "As it stands it has no effect.")
    definitions, finding = _definitions(settings)
    yield finding
    yield from check_store(settings, definitions)
    yield from check_secrets(settings, definitions)
    yield from check_ways(settings, definitions, names)
    yield from check_senders(settings, definitions, names)


def _definitions(settings: Settings) -> tuple[Definitions, Finding]:
    """What the campaign files say as they are now; nothing at all where they cannot be read."""
    subject = f"Campaign files {settings.config.name}"
    try:
        read = read_definitions(read_files(settings.config), settings)
    except SettingError as error:
        advice = "What follows does not know who writes."
        return Definitions(), Finding("settings", subject, Level.FAIL, str(error), advice)
    if read.definitions is None:
        found = f"{len(read.errors)} problems, the first: {next(iter(read.errors), '')}"
        advice = "`penfriend validate` lists them all. What follows does not know who writes."
        return Definitions(), Finding("settings", subject, Level.FAIL, found, advice)
    known = read.definitions
    found = f"{len(known.campaigns)} campaigns, from {known.brand.sender}"
    return known, Finding("settings", subject, Level.OK, found)
