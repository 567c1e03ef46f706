"""What somebody with the dashboard does for one person: a pause, a topic left, all that is known given out.

Each goes the way that everything goes that comes in, and leaves a line in the audit log, in which the address
stands by its hash.
"""

from __future__ import annotations

from penfriend.bootstrap.house import House
from penfriend.bootstrap.people import everything_about
from penfriend.domain.accounts.audit import Actor, Deed, Entry
from penfriend.domain.contact import address_hash
from penfriend.domain.dossier import Dossier
from penfriend.domain.errors import EventRefused
from penfriend.domain.events import EventIn, Json
from penfriend.domain.ingestion import Refused
from penfriend.domain.timing import Duration, Unit, iso_utc, shift
from penfriend.storage.accounts.audit_log import write_entry
from penfriend.storage.person_data import Document

PAUSES = (7, 30, 90)
"""Days that somebody may be left alone for."""


def pause(house: House, who: Dossier, days: int, by: Actor) -> bool:
    """No marketing mail for so many days; whether that can be. Raises EventRefused."""
    if days not in PAUSES:
        return False
    zone = house.definitions().brand.zone
    until = shift(house.clock.now(), Duration(days, Unit.DAYS), zone)
    _take(house, who, "contact_updated", {"paused_until": iso_utc(until)}, by)
    _note(house, who, Deed.PERSON_PAUSED, by, {"days": str(days)})
    return True


def resume(house: House, who: Dossier, by: Actor) -> bool:
    """The pause is over; whether there was one. Raises EventRefused."""
    if who.paused_until is None or who.paused_until <= house.clock.now():
        return False
    _take(house, who, "contact_updated", {"paused_until": None}, by)
    _note(house, who, Deed.PERSON_RESUMED, by)
    return True


def unsubscribe(house: House, who: Dossier, topic: str, by: Actor) -> bool:
    """Leave a topic; whether they were in it, or had asked for it. Raises EventRefused."""
    standing = next((one for one in who.consents if one.topic == topic), None)
    if standing is None or not (standing.subscribed or standing.requested):
        return False
    _take(house, who, "unsubscribed", {"topic": topic, "proof": f"dashboard, by {by.name}"}, by)
    _note(house, who, Deed.PERSON_UNSUBSCRIBED, by, {"topic": topic})
    return True


def export(house: House, who: Dossier, by: Actor) -> Document:
    """All that is on record about them, noted who has taken it. Raises NotFound."""
    document = everything_about(house, _name(who))
    _note(house, who, Deed.PERSON_EXPORTED, by)
    return document


def is_confirmed(who: Dossier, typed: str) -> bool:
    """Whether what was typed is what has to be typed before somebody is erased."""
    return bool(typed.strip()) and typed.strip().casefold() == (who.email or _name(who)).casefold()


def _take(house: House, who: Dossier, name: str, properties: dict[str, Json], by: Actor) -> None:
    key = who.ids[0] if who.ids else None
    event = EventIn(name, key, None if key else who.email, house.clock.now(), properties)
    [answer] = house.ingester().ingest_events([event], source=f"dashboard {by.name}")
    if isinstance(answer, Refused):
        raise EventRefused(answer.reason)


def _note(house: House, who: Dossier, deed: Deed, by: Actor, details: dict[str, str] | None = None) -> None:
    about = address_hash(who.email) if who.email else who.link
    with house.db.write() as connection:
        write_entry(connection, Entry(house.clock.now(), by, deed, about, details or {}))


def _name(who: Dossier) -> str:
    return who.ids[0] if who.ids else who.email or ""
