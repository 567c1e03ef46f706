"""What is known of one person, and that it is forgotten: for the command line and the API alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from penfriend.bootstrap.house import House
from penfriend.domain.accounts.audit import Actor
from penfriend.domain.coercion import line, shown
from penfriend.domain.contact import normalise_text
from penfriend.domain.errors import EventRefused
from penfriend.domain.events import EventIn, Json
from penfriend.domain.incoming_contact import check_attributes, check_contact_fields
from penfriend.domain.timing import iso_utc
from penfriend.engine.ingest import check_address
from penfriend.storage.erasing import erase_by
from penfriend.storage.people import find_contact
from penfriend.storage.person_data import Document, read_all, read_contact


def contact_document(house: House, who: str) -> Document:
    """The contact with that shop's id or address as it stands now. Raises NotFound."""
    contact_id = house.contact_id(who)
    with house.db.read() as connection:
        return read_contact(connection, contact_id)


@dataclass(frozen=True, slots=True)
class Change:
    """What a `PUT` of a contact comes to."""

    event: EventIn | None
    """None where it says nothing new."""
    makes: bool
    """Nobody has the name yet."""


def change_of(house: House, who: str, said: Mapping[str, Json]) -> Change:
    """What is new in what is said of the contact with that shop's id or address; what is not said stays, null
    takes away. Raises EventRefused."""
    definitions, now = house.definitions(), house.clock.now()
    fields = {name: value for name, value in said.items() if name not in ("id", "email", "attributes")}
    with house.db.read() as connection:
        contact_id = find_contact(connection, who)
        known = None if contact_id is None else read_contact(connection, contact_id)
    key, email = _names(who, said, known)
    wanted = {**fields, **({"email": said["email"]} if "email" in said else {})}
    wanted = check_contact_fields(wanted, definitions.data.contact, definitions.brand.zone, check_address)
    wanted = {name: _shown(name, value) for name, value in wanted.items()}
    given = said.get("attributes")
    if given is not None and not isinstance(given, Mapping):
        raise EventRefused(f"attributes: {shown(given)} is not a mapping of names to values")
    attributes = check_attributes(given or {}, definitions.data.contact, definitions.brand.zone)
    if known is not None:
        before: Mapping[str, Json] = known["attributes"]  # type: ignore[assignment]  # a mapping it is
        wanted = {name: value for name, value in wanted.items() if known[name] != value}
        attributes = {name: value for name, value in attributes.items() if before.get(name) != value}
    properties = {**wanted, **({"attributes": attributes} if attributes else {})}
    is_alias = known is not None and key is not None and key not in known["ids"]  # type: ignore[operator]
    if known is not None and not properties and not is_alias:
        return Change(None, makes=False)
    return Change(EventIn("contact_updated", key, email, now, properties), makes=known is None)


def _shown(name: str, value: Json) -> Json:
    """A field as the contact's document has it."""
    return iso_utc(value) if name == "paused_until" and value is not None else value


def _names(
    who: str, said: Mapping[str, Json], known: Mapping[str, object] | None
) -> tuple[str | None, str | None]:
    """The shop's id and the address by which the event finds its contact. Raises EventRefused."""
    given = said.get("id")
    if given is not None and not isinstance(given, str):
        raise EventRefused("id: is the shop's id, a text")
    if known is not None and who in known["ids"]:  # type: ignore[operator]  # a list it is
        if given not in (None, who):
            raise EventRefused("id: is another than in the address; join two contacts with contact_merged")
        return who, None
    address = _address(who)
    if address is not None and (known is None or known["email"] == address):
        return given, address
    if given not in (None, who):
        raise EventRefused("id: is another than in the address of the request")
    if line(who) != normalise_text(who):
        raise EventRefused("contact: the id has blanks around it")
    return who, None


def _address(who: str) -> str | None:
    try:
        return check_address(who) if "@" in who else None
    except EventRefused:
        return None


def everything_about(house: House, who: str) -> Document:
    """All that is on record about somebody. Raises NotFound."""
    contact_id, now = house.contact_id(who), house.clock.now()
    with house.db.read() as connection:
        return {
            "exported_at": iso_utc(now),
            "contact": read_contact(connection, contact_id),
            "records": read_all(connection, contact_id),
        }


def erase_person(house: House, who: str, by: Actor) -> dict[str, int]:
    """Erase somebody; how many rows of each table were deleted or wiped. Raises NotFound."""
    contact_id, now = house.contact_id(who), house.clock.now()
    return house.db.run(lambda connection: erase_by(connection, contact_id, now, by))
