"""What is new about imported contacts, as events: only the difference to what is known comes in.

So importing a file again changes nothing, and a field that `contact_updated` has changed since stays changed
until a file says something else.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from penfriend.domain.consent import Change, ConsentChange, replay
from penfriend.domain.definitions import Definitions
from penfriend.domain.events import Json
from penfriend.domain.ingestion import CheckedContact, CheckedEvent
from penfriend.domain.timing import Moment
from penfriend.storage.batch_sql import next_ids
from penfriend.storage.consents import load_log
from penfriend.storage.contact_fields import Fields, load_fields
from penfriend.storage.identities import Identities
from penfriend.storage.tables import events

Found = list[tuple[CheckedEvent, int | None]]


class ContactNews:
    """Compares contacts with what is known, within one batch."""

    def __init__(
        self, connection: Connection, definitions: Definitions, people: Identities, now: Moment
    ) -> None:
        self._connection = connection
        self._topics = definitions.topics
        self._people = people
        self._now = now
        # greater than that of any event so far: of two things said at one moment the later import counts
        self._key = f"contact:{next(next_ids(connection, events, 1)):012d}"
        self._made = 0
        self._load()

    def _load(self) -> None:
        self._merges = self._people.merges
        known = self._people.ids()
        self._fields = load_fields(self._connection, known)
        self._consents = {who: list(log) for who, log in load_log(self._connection, known).items()}

    def about(self, contact: CheckedContact) -> Found:
        """The events that say what is new; none where nothing is. Raises EventRefused, MergeFirst."""
        who = self._people.resolve(contact.contact, contact.email, contact.created_at or self._now)
        if self._people.merges != self._merges:
            self._load()
        is_first = who not in self._fields
        fields = self._fields.setdefault(who, Fields())
        said = self._difference(who, contact, fields)
        if is_first and contact.email is not None:
            said["email"] = contact.email
        if "email" in said:
            self._people.set_email(who, contact.email, self._now)
        found: Found = []
        if said or is_first:
            fields.hear("contact_updated", said)
            found.append((self._event("contact_updated", said, self._now, contact.source), who))
        for topic in contact.topics:
            if (event := self._consent(who, topic, contact)) is not None:
                found.append((event, who))
        return found

    def _difference(self, who: int, contact: CheckedContact, fields: Fields) -> dict[str, Json]:
        said: dict[str, Json] = {
            name: value for name, value in contact.fields.items() if fields.values[name] != value
        }
        if contact.email is not None and contact.email != self._people.email_of(who):
            self._people.check_email(who, contact.email)
            said["email"] = contact.email
        attributes = {
            name: value for name, value in contact.attributes.items() if fields.attributes.get(name) != value
        }
        return said | {"attributes": attributes} if attributes else said

    def _consent(self, who: int, topic: str, contact: CheckedContact) -> CheckedEvent | None:
        at = contact.subscribed_at or self._now
        doubly = topic in self._topics and self._topics[topic].double_opt_in
        change = Change.CONFIRMED if doubly else Change.SUBSCRIBED
        log = self._consents.setdefault(who, [])
        entry = ConsentChange(topic, change, at, contact.source, contact.proof)
        if replay(log) == replay([*log, entry]):
            return None
        log.append(entry)
        properties = {"topic": topic} | ({"proof": contact.proof} if contact.proof else {})
        return self._event("subscribed", properties, at, contact.source, change)

    def _event(
        self,
        name: str,
        properties: dict[str, Any],
        at: Moment,
        source: str | None,
        change: Change | None = None,
    ) -> CheckedEvent:
        self._made += 1
        return CheckedEvent(
            name=name,
            key=f"{self._key}:{self._made:06d}",
            body_hash="",
            contact=None,
            email=None,
            at=at,
            properties=properties,
            change=change,
            source=source,
        )
