"""The events of one batch on their way in: one by one it is found whose they are, then all are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from penfriend.domain.events import WITHOUT_CONTACT
from penfriend.domain.ingestion import CheckedEvent
from penfriend.storage.answer_days import count_joined, counted_of
from penfriend.storage.identities import Identities, MergeFirst
from penfriend.storage.ingest_batch import Background, record, renew_everything
from penfriend.storage.ingest_merge import merge_rows

T = TypeVar("T")


class Intake:
    """Events with their contacts, until `write`."""

    def __init__(self, background: Background, people: Identities) -> None:
        self._background = background
        self.people = people
        self.ready: list[tuple[CheckedEvent, int | None]] = []

    @classmethod
    def of_events(cls, background: Background, events: Sequence[CheckedEvent]) -> Intake:
        """An intake that knows the contacts these events name."""
        keys = {key for event in events for key in _keys(event)}
        emails = {email for event in events if (email := _email(event)) is not None}
        ids = {event.own.contact_id for event in events if event.own is not None}
        return cls(background, Identities(background.connection, keys, emails, ids))

    def take(self, event: CheckedEvent) -> None:
        """Find out whose the event is. Raises EventRefused."""
        owner = self.until_joined(lambda: self._owner(event))
        self.ready.append((event, owner))

    def until_joined(self, find: Callable[[], T]) -> T:
        """What `find` gives, after joining those contacts that turn out to be one person."""
        while True:
            try:
                return find()
            except MergeFirst as found:
                self._join(found.source, found.target)

    def write(self) -> None:
        """Write what is ready."""
        self.people.flush()
        ready, self.ready = self.ready, []
        if ready:
            record(self._background, ready)

    def _join(self, source: int, target: int) -> None:
        self.write()
        connection, zone = self._background.connection, self._background.definitions.brand.zone
        counted = counted_of(connection, [source, target], zone)
        merge_rows(connection, source, target, self._background.now)
        count_joined(connection, counted, target, zone)
        self.people.merged(source, target)
        renew_everything(self._background, target)

    def _owner(self, event: CheckedEvent) -> int | None:
        people = self.people
        if event.own is not None:
            return people.of_id(event.own.contact_id)
        if event.name in WITHOUT_CONTACT:
            return None
        contact_id = people.resolve(event.contact, _email(event), event.at)
        if event.name == "contact_updated" and "email" in event.properties:
            people.set_email(contact_id, event.properties["email"], event.at)
        elif event.name == "contact_merged":
            people.join(contact_id, event.properties["into"], event.at)
        return contact_id


def _keys(event: CheckedEvent) -> Iterator[str]:
    if event.contact is not None:
        yield event.contact
    if event.name == "contact_merged":
        yield event.properties["into"]


def _email(event: CheckedEvent) -> str | None:
    """The address that tells whose the event is: for `contact_updated` also the one it gives."""
    if event.email is not None or event.name != "contact_updated":
        return event.email
    email: str | None = event.properties.get("email")
    return email
