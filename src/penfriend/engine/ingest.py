"""The use case of everything that comes in: check each, hand the good ones to the store, answer for each.

Import, the HTTP API and sources all call it. One batch is one transaction; best is 1,000 to 5,000 in one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal, TypeVar
from uuid import uuid4

from email_validator import EmailNotValidError, validate_email

from penfriend.domain.coercion import shown
from penfriend.domain.contact import normalise_address
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import EventRefused
from penfriend.domain.events import EventIn
from penfriend.domain.incoming import EventCheck
from penfriend.domain.incoming_contact import check_contact
from penfriend.domain.ingestion import Answer, CheckedEvent, ContactIn, IngestionStore, Own, Refused, Taken
from penfriend.domain.ports import Clock
from penfriend.domain.timing import Moment
from penfriend.engine.measures import Measures

T = TypeVar("T")
C = TypeVar("C")


_PLAIN = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[a-z0-9.-]+")
_LONGEST_LOCAL, _LONGEST = 64, 254
"""RFC 5321, 4.5.3.1, and RFC 3696, erratum 1690."""


def check_address(address: str) -> str:
    """The address in its normal form. Raises EventRefused for what by its form alone is none."""
    plain = normalise_address(address)
    if _PLAIN.fullmatch(plain) and len(plain) <= _LONGEST:
        local, _, domain = plain.rpartition("@")
        if len(local) <= _LONGEST_LOCAL and _is_domain(domain):
            return plain
    try:
        checked = validate_email(plain, check_deliverability=False)
    except EmailNotValidError as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise EventRefused(f"{shown(address)} is not an email address: {reason}") from None
    return normalise_address(checked.normalized)


@lru_cache(maxsize=65_536)
def _is_domain(domain: str) -> bool:
    """Whether the library takes the domain as it is: asked once for each, as it takes 0.1 ms (measured)."""
    try:
        checked = validate_email(f"x@{domain}", check_deliverability=False)
    except EmailNotValidError:
        return False
    return checked.normalized == f"x@{domain}"


class Ingester:
    """Takes batches by the definitions of one revision. Holds nothing else; any number may exist."""

    def __init__(
        self,
        store: IngestionStore,
        definitions: Definitions,
        clock: Clock,
        measures: Measures | None = None,
    ) -> None:
        """What it takes is counted in `measures`."""
        self._store = store
        self._measures = measures
        self._definitions = definitions
        self._clock = clock
        self._events = EventCheck(definitions, check_address)

    def check_event(self, event: EventIn, *, source: str | None = None) -> None:
        """Try an event without taking it (`--dry-run`). Raises EventRefused."""
        self._events.check(event, self._clock.now(), source=source)

    def check_contact(self, contact: ContactIn) -> None:
        """Try a contact without taking it. Raises EventRefused."""
        check_contact(contact, self._definitions, check_address, now=self._clock.now())

    def ingest_events(self, batch: Sequence[EventIn], *, source: str | None = None) -> list[Answer]:
        """Take events; one answer for each, in their order. One without an id is a new one each time.

        `source` says who brings them; what begins with `import` subscribes nobody again who has left.
        """
        now = self._clock.now()
        return self._take(
            "event",
            batch,
            lambda event: self._events.check(_with_id(event), now, source=source),
            lambda checked: self._store.take_events(checked, self._definitions, now),
        )

    def ingest_own(self, batch: Sequence[tuple[EventIn, Own]]) -> list[Answer]:
        """Take what the service itself hears back: a click, an answer to a survey, a person who leaves."""
        now = self._clock.now()

        def check(pair: tuple[EventIn, Own]) -> CheckedEvent:
            return self._events.check(_with_id(pair[0]), now, own=pair[1])

        return self._take(
            "own", batch, check, lambda checked: self._store.take_events(checked, self._definitions, now)
        )

    def ingest_contacts(
        self, batch: Sequence[ContactIn], *, source: str | None = None, proof: str | None = None
    ) -> list[Answer]:
        """Take contacts; Duplicate is one about whom nothing is new. `proof` is that of their consent."""
        now = self._clock.now()
        return self._take(
            "contact",
            batch,
            lambda contact: check_contact(
                contact, self._definitions, check_address, now=now, source=source, proof=proof
            ),
            lambda checked: self._store.take_contacts(checked, self._definitions, now),
        )

    def expire_points(self, now: Moment) -> int:
        """Let points and rewards lapse whose date has passed; how many contacts that concerns."""
        return self._store.expire(self._definitions, now)

    def next_lapse(self, after: Moment) -> Moment | None:
        """The next moment at which points or rewards lapse; None where none will."""
        return self._store.next_lapse(self._definitions, after)

    def _take(
        self,
        kind: Literal["event", "own", "contact"],
        batch: Sequence[T],
        check: Callable[[T], C],
        keep: Callable[[list[C]], list[Answer]],
    ) -> list[Answer]:
        answers: list[Answer] = [Taken()] * len(batch)
        checked: list[C] = []
        places: list[int] = []
        for place, one in enumerate(batch):
            try:
                checked.append(check(one))
                places.append(place)
            except EventRefused as refusal:
                answers[place] = Refused(str(refusal))
        if checked:
            for place, answer in zip(places, keep(checked), strict=True):
                answers[place] = answer
        if self._measures is not None:
            self._measures.brought(kind, answers)
        return answers


def _with_id(event: EventIn) -> EventIn:
    if event.id:
        return event
    return replace(event, id=f"penfriend:{uuid4().hex}")
