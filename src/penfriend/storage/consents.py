"""Keeps who agreed to what: every change in a log, and what the log comes to by topic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from penfriend.domain.consent import EVERY_TOPIC, IMPORTED, Change, ConsentChange, Standing, is_import, replay
from penfriend.domain.ingestion import CheckedEvent
from penfriend.domain.timing import Moment
from penfriend.storage.batch_sql import insert_rows, rows, run, update_rows
from penfriend.storage.outgoing import known_subscriptions, tell_of_consents
from penfriend.storage.suppressions import let_the_erased_come_back
from penfriend.storage.tables import consents, contacts, subscriptions

_LOG = """
SELECT c.contact_id, c.topic, c.change, c.at, c.source, c.proof
FROM BATCH AS batch CROSS JOIN consents AS c WHERE c.contact_id = batch.id
"""
_ADDRESSES = "SELECT c.id, c.email FROM BATCH AS batch CROSS JOIN contacts AS c WHERE c.id = batch.id"
_AGREED = frozenset({Change.SUBSCRIBED, Change.CONFIRMED})
_FORGET = "DELETE FROM subscriptions WHERE contact_id IN (SELECT id FROM BATCH AS b)"


def record_consents(
    connection: Connection, events: Sequence[tuple[int, int, CheckedEvent]], now: Moment
) -> set[int]:
    """Log what these events (their id, their contact) do to consent; the contacts concerned."""
    said = [(contact_id, event) for _, contact_id, event in events if event.change is not None]
    concerned = {contact_id for contact_id, _ in said}
    addresses = dict(rows(connection, _ADDRESSES, batch=concerned)) if concerned else {}
    log = [
        {
            "contact_id": contact_id,
            "topic": event.properties.get("topic", EVERY_TOPIC),
            "change": event.change and event.change.value,
            "at": event.at,
            "recorded_at": now,
            "source": _source(event),
            "proof": event.properties.get("proof"),
            "address": addresses.get(contact_id),
            "text_version": event.properties.get("text_version"),
        }
        for contact_id, event in said
    ]
    insert_rows(connection, consents, log)
    agreed = {
        contact_id: event.at
        for contact_id, event in said
        if event.change in _AGREED and not is_import(event.source)
    }
    let_the_erased_come_back(connection, agreed, now)
    return concerned


def _source(event: CheckedEvent) -> str | None:
    """Where the consent was given, as its own row says, or who brought it; an import stays one."""
    named = event.properties.get("source")
    if not isinstance(named, str):
        return event.source
    return f"{IMPORTED}:{named}" if is_import(event.source) else named


def load_log(connection: Connection, batch: Collection[int]) -> Mapping[int, list[ConsentChange]]:
    """The log of each of these contacts."""
    log: dict[int, list[ConsentChange]] = defaultdict(list)
    if batch:
        for who, topic, change, at, source, proof in rows(connection, _LOG, batch=batch):
            log[who].append(ConsentChange(topic, Change(change), at, source, proof))
    return log


def renew_subscriptions(connection: Connection, batch: Collection[int], now: Moment) -> None:
    """What the log of each contact comes to: by topic, and since when there is any."""
    if not batch:
        return
    log = load_log(connection, batch)
    before = known_subscriptions(connection, batch)
    run(connection, _FORGET, batch=batch)
    after: dict[tuple[int, str], Standing] = {}
    since: list[dict[str, Any]] = []
    for contact_id in sorted(batch):
        standings, subscribed_at = replay(log[contact_id])
        after |= {(contact_id, topic): standing for topic, standing in sorted(standings.items())}
        since.append({"id": contact_id, "subscribed_at": subscribed_at})
    insert_rows(connection, subscriptions, [_row(*who, standing) for who, standing in after.items()])
    update_rows(connection, contacts, since)
    tell_of_consents(connection, before, after, now)


def _row(contact_id: int, topic: str, standing: Standing) -> dict[str, Any]:
    return {
        "contact_id": contact_id,
        "topic": topic,
        "subscribed": int(standing.subscribed),
        "requested": int(standing.requested),
        "at": standing.at,
        "source": standing.source,
        "proof": standing.proof,
    }
