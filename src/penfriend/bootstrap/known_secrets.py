"""Every secret that a process knows of: for the log, in which none may stand."""

from __future__ import annotations

from collections.abc import Iterator

from penfriend.bootstrap.settings import Settings
from penfriend.domain.definitions import Definitions
from penfriend.domain.masking import secrets_in

NO_SECRET = frozenset({"amazon-ses", "postal"})
"""What they set is known to everybody: names of topics, a public key."""


def secrets_of(settings: Settings) -> Iterator[str]:
    """Those of the environment. Raises SettingError where a key is none."""
    for url in (settings.database_url, settings.transport, settings.bounces):
        yield from secrets_in(url)
    kept = settings.keys()
    yield from (key.decode(errors="replace") for key in kept)
    if settings.oidc is not None:
        yield settings.oidc.client_secret
    hooks = [value for name, value in settings.webhooks.items() if name not in NO_SECRET]
    for several in (*hooks, *settings.shops.values()):
        for one in several.split(","):
            yield one.strip()
            yield one.strip().rpartition(":")[2]  # the password of user:password


def secrets_of_files(definitions: Definitions) -> Iterator[str]:
    """Those that the campaign files name, most of them by a variable."""
    for system in (*definitions.webhooks.values(), *definitions.outgoing.values()):
        if system.secret:
            yield system.secret
            yield system.secret.removeprefix("whsec_")
    for plan in definitions.transports.values():
        if plan.url:
            yield from secrets_in(plan.url)
    for source in definitions.sources.values():
        yield from secrets_in(source.url)
