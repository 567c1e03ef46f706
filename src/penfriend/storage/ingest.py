"""Takes events, contacts and consents into the store: one transaction for a batch.

The one way in, for files, the HTTP API and sources. For each batch: what was there already is found by its
key; contacts are found or made; events are written; the shop's things, the fields, consent and facts that
they say something about are made anew from all rows; the contacts are touched. A batch that fails leaves
nothing behind, and the same batch again gives the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection

from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import EventRefused
from penfriend.domain.ingestion import Answer, CheckedContact, CheckedEvent, Duplicate, Refused, Taken
from penfriend.domain.timing import Moment
from penfriend.storage.batch_sql import pairs
from penfriend.storage.database import Database
from penfriend.storage.identities import Identities
from penfriend.storage.ingest_batch import Background
from penfriend.storage.ingest_contacts import ContactNews
from penfriend.storage.ingest_intake import Intake
from penfriend.storage.notes import read_note, write_note
from penfriend.storage.shop_loyalty import lapsed, next_lapse, renew_points, renew_rewards
from penfriend.storage.touches import touch

CONFLICT = "id: was taken before with another body"

_KNOWN = "SELECT e.key, e.body_hash FROM KEYS AS wanted CROSS JOIN events AS e WHERE e.key = wanted.id"
_LAPSED_UNTIL = "lapsed until"
_LAPSE_BATCH = 2_000


class IngestStore:
    """`penfriend.domain.ingestion.IngestionStore` over a database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def take_events(
        self, batch: Sequence[CheckedEvent], definitions: Definitions, now: Moment
    ) -> list[Answer]:
        """Keep the events and whatever follows from them. Raises StoreUnavailable."""
        return self._db.run(lambda connection: take_events(connection, batch, definitions, now))

    def take_contacts(
        self, batch: Sequence[CheckedContact], definitions: Definitions, now: Moment
    ) -> list[Answer]:
        """Keep what is new about these contacts. Raises StoreUnavailable."""
        return self._db.run(lambda connection: take_contacts(connection, batch, definitions, now))

    def expire(self, definitions: Definitions, now: Moment) -> int:
        """Let points and rewards lapse whose date has passed; how many contacts that concerns."""
        total = 0
        while self._has_lapsed(definitions, now):
            total += self._db.run(lambda connection: _expire(connection, definitions, now))
        return total

    def next_lapse(self, definitions: Definitions, after: Moment) -> Moment | None:
        """The next moment at which points or rewards lapse."""
        with self._db.read() as connection:
            return next_lapse(connection, after=after, zone=definitions.brand.zone)

    def _has_lapsed(self, definitions: Definitions, now: Moment) -> bool:
        with self._db.read() as connection:  # most ticks find none, and then nothing is to be written
            return bool(_lapsed(connection, definitions, now, limit=1))


def take_events(
    connection: Connection, batch: Sequence[CheckedEvent], definitions: Definitions, now: Moment
) -> list[Answer]:
    """The same within the caller's transaction."""
    answers: list[Answer] = [Taken()] * len(batch)
    hashes = pairs(connection, _KNOWN, keys={event.key for event in batch})
    fresh: list[tuple[int, CheckedEvent]] = []
    for index, event in enumerate(batch):
        known = hashes.setdefault(event.key, "")
        if known == event.body_hash:
            answers[index] = Duplicate()
        elif known:
            answers[index] = Refused(CONFLICT, conflict=True)
        else:
            hashes[event.key] = event.body_hash
            fresh.append((index, event))
    intake = Intake.of_events(Background(connection, definitions, now), [event for _, event in fresh])
    for index, event in fresh:
        try:
            intake.take(event)
        except EventRefused as refusal:
            answers[index] = Refused(str(refusal))
    intake.write()
    return answers


def take_contacts(
    connection: Connection, batch: Sequence[CheckedContact], definitions: Definitions, now: Moment
) -> list[Answer]:
    """The same within the caller's transaction: what is new of each contact comes in as events of now."""
    keys = {contact.contact for contact in batch if contact.contact is not None}
    emails = {contact.email for contact in batch if contact.email is not None}
    intake = Intake(Background(connection, definitions, now), Identities(connection, keys, emails))
    news = ContactNews(connection, definitions, intake.people, now)
    answers: list[Answer] = []
    for contact in batch:
        try:
            events = intake.until_joined(partial(news.about, contact))
        except EventRefused as refusal:
            answers.append(Refused(str(refusal)))
            continue
        intake.ready += events
        answers.append(Taken() if events else Duplicate())
    intake.write()
    return answers


def _expire(connection: Connection, definitions: Definitions, now: Moment) -> int:
    found = _lapsed(connection, definitions, now, limit=_LAPSE_BATCH)
    Identities(connection, (), (), found)
    renew_points(connection, found, now, definitions.brand.zone)
    renew_rewards(connection, found, now)
    touch(connection, [(contact_id, None) for contact_id in sorted(found)], now)
    write_note(connection, _LAPSED_UNTIL, str(now))
    return len(found)


def _lapsed(connection: Connection, definitions: Definitions, now: Moment, limit: int) -> set[int]:
    since = Moment(int(read_note(connection, _LAPSED_UNTIL) or 0))
    return lapsed(connection, since=since, now=now, zone=definitions.brand.zone, limit=limit)
