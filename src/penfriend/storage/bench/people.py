"""The people: names, addresses, what they agreed to, and the events that say so."""

from __future__ import annotations

from collections.abc import Iterator

from penfriend.domain.bench_data import BEFORE, BenchPlan
from penfriend.domain.contact import address_hash
from penfriend.storage.batch_sql import insert_values
from penfriend.storage.database import Database
from penfriend.storage.engines import to_json
from penfriend.storage.tables import consents, contact_keys, contacts, events, subscriptions

AT_ONCE = 20_000
DOMAINS = tuple(f"{name}.example" for name in ("mail", "post", "letters", "inbox", "home", "work", "box"))
"""Where everybody has an address."""
SOURCE = "import:bench-data"
_ZONES = ("Europe/London", "Europe/Istanbul", "Europe/Warsaw", "America/New_York", "Asia/Riyadh")
_BEGINNINGS = tuple(a + b for a in "BDFGHKLMNPRSTVZ" for b in ("a", "e", "i", "o", "u", "ai", "ea"))
_MIDDLES = tuple(a + b for a in ("l", "r", "n", "m", "s", "t", "d", "v", "ll", "st") for b in "aeio")
_ENDS = ("son", "ley", "ov", "er", "man", "ski", "oglu", "well", "ton", "ard", "ine", "es", "ck", "ra", "na")
_MIX, _TWO_32 = 2_654_435_761, 1 << 32


def make_people(db: Database, plan: BenchPlan) -> Iterator[int]:
    """Write them; after each transaction, how many it wrote."""
    for low in range(1, plan.contacts + 1, AT_ONCE):
        high = min(low + AT_ONCE, plan.contacts + 1)
        people = [Person(number, plan) for number in range(low, high)]
        with db.write() as connection:
            insert_values(connection, contacts, _CONTACT, [one.row() for one in people])
            insert_values(
                connection, contact_keys, ("key", "contact_id"), [(one.key, one.id) for one in people]
            )
            insert_values(connection, events, _EVENT, [row for one in people for row in one.events()])
            insert_values(connection, consents, _CONSENT, [row for one in people for row in one.consents()])
            agreed = [row for one in people for row in one.subscriptions()]
            insert_values(connection, subscriptions, _SUBSCRIPTION, agreed)
        yield len(people)


def domain_case(contact: str) -> str:
    """The domain of the address of the contact with that id, in a statement."""
    known = " ".join(f"WHEN {number} THEN '{name}'" for number, name in enumerate(DOMAINS))
    return f"CASE ({contact}) % {len(DOMAINS)} {known} END"


class Person:
    """One of them, by number."""

    def __init__(self, number: int, plan: BenchPlan) -> None:
        self._plan = plan
        self.id = number
        mixed = (number * _MIX + plan.seed) % _TWO_32
        self.key = f"c-{number}"
        self.first = _pick(_BEGINNINGS, mixed) + _pick(_ENDS, mixed >> 8)
        self.last = _pick(_BEGINNINGS, mixed >> 3) + _pick(_MIDDLES, mixed >> 11) + _pick(_ENDS, mixed >> 17)
        self.email = f"{self.first}.{self.last}.{number}@{DOMAINS[number % len(DOMAINS)]}".lower()
        self.zone = _pick(_ZONES, mixed >> 5)
        self.came_at = plan.begin - BEFORE + number * BEFORE // (plan.contacts + 1)

    def row(self) -> tuple[object, ...]:
        """Of `contacts`."""
        subscribed = self.came_at if self._plan.topics else None
        who = (self.id, self.key, self.email, self.came_at, address_hash(self.email), self.first, self.last)
        return (*who, self._plan.locale, self.zone, self.came_at, subscribed)

    def events(self) -> Iterator[tuple[object, ...]]:
        """What was said of them."""
        said = {
            "first_name": self.first,
            "last_name": self.last,
            "locale": self._plan.locale,
            "timezone": self.zone,
            "email": self.email,
        }
        place = (self.id - 1) * (1 + len(self._plan.topics)) + 1
        yield self._event(place, "contact_updated", "", said)
        for number, (topic, _) in enumerate(self._plan.topics, place + 1):
            yield self._event(number, "subscribed", f":{topic}", {"topic": topic})

    def _event(self, id_: int, name: str, about: str, said: dict[str, str]) -> tuple[object, ...]:
        at = self.came_at
        return (id_, self.id, name, at, at, f"bench:{name}:{self.id}{about}", "", to_json(said))

    def consents(self) -> Iterator[tuple[object, ...]]:
        """Of `consents`."""
        at = self.came_at
        for topic, confirmed in self._plan.topics:
            change = "confirmed" if confirmed else "subscribed"
            yield (self.id, topic, change, at, at, SOURCE, self.email)

    def subscriptions(self) -> Iterator[tuple[object, ...]]:
        """Of `subscriptions`."""
        for topic, _ in self._plan.topics:
            yield (self.id, topic, 1, 0, self.came_at, SOURCE)


def _pick(words: tuple[str, ...], number: int) -> str:
    return words[number % len(words)]


_CONTACT = (
    "id", "key", "email", "email_at", "email_hash", "first_name", "last_name",
    "locale", "timezone", "created_at", "subscribed_at",
)  # fmt: skip
_EVENT = ("id", "contact_id", "name", "at", "received_at", "key", "body_hash", "properties")
_CONSENT = ("contact_id", "topic", "change", "at", "recorded_at", "source", "address")
_SUBSCRIPTION = ("contact_id", "topic", "subscribed", "requested", "at", "source")
