"""What is known of one person, and that it is forgotten: for the command line and the API alike."""

from __future__ import annotations

from penfriend.bootstrap.house import House
from penfriend.domain.timing import iso_utc
from penfriend.storage.erasing import erase
from penfriend.storage.person_data import Document, read_all, read_contact


def contact_document(house: House, who: str) -> Document:
    """The contact with that shop's id or address as it stands now. Raises NotFound."""
    contact_id = house.contact_id(who)
    with house.db.read() as connection:
        return read_contact(connection, contact_id)


def everything_about(house: House, who: str) -> Document:
    """All that is on record about somebody. Raises NotFound."""
    contact_id, now = house.contact_id(who), house.clock.now()
    with house.db.read() as connection:
        return {
            "exported_at": iso_utc(now),
            "contact": read_contact(connection, contact_id),
            "records": read_all(connection, contact_id),
        }


def erase_person(house: House, who: str, by: str) -> dict[str, int]:
    """Erase somebody; how many rows of each table were deleted or wiped. Raises NotFound."""
    contact_id, now = house.contact_id(who), house.clock.now()
    return house.db.run(lambda connection: erase(connection, contact_id, now, by))
