"""Calls of other systems that have failed: which, and that they are tried again."""

from __future__ import annotations

from penfriend.bootstrap.house import House
from penfriend.domain.accounts.audit import Actor, Deed, Entry
from penfriend.domain.errors import NotFound
from penfriend.domain.overview import DeadCall
from penfriend.storage.accounts.audit_log import write_entry
from penfriend.storage.call_tries import dead_calls, try_again
from penfriend.storage.tables import outgoing_calls, webhook_calls

SYSTEMS = (webhook_calls.c.webhook, outgoing_calls.c.target)
"""The columns that name them: of the webhooks of steps, and of `outgoing`."""


def failed_calls(house: House, limit: int) -> list[DeadCall]:
    """The newest of them first, at most `limit` of webhooks and as many of outgoing."""
    with house.db.read() as connection:
        return [call for system in SYSTEMS for call in dead_calls(connection, system, limit)]


def retry_calls(house: House, name: str, by: Actor) -> int:
    """Try all failed calls of the webhook or outgoing of that name again; how many. `by` is who wants it.
    Raises NotFound where it has none."""
    now = house.clock.now()
    with house.db.write() as connection:
        tried = sum(try_again(connection, system, name, now) for system in SYSTEMS)
        if tried:
            write_entry(connection, Entry(now, by, Deed.CALLS_RETRIED, name, {"calls": str(tried)}))
    if not tried:
        raise NotFound(f'no call of "{name}" has failed; `penfriend calls` lists those that have')
    return tried
