"""How one address stands, and the two things a person can do about it."""

from __future__ import annotations

from penfriend.bootstrap.house import House
from penfriend.domain.accounts.audit import Actor, Deed, Entry
from penfriend.domain.contact import address_hash, normalise_address
from penfriend.domain.errors import NotFound, SettingError
from penfriend.domain.suppression import Change, Standing
from penfriend.domain.timing import Moment
from penfriend.storage.accounts.audit_log import write_entry
from penfriend.storage.people import find_contact, load_contacts
from penfriend.storage.suppressions import suppress, suppression, suppression_log, unsuppress


def standing_of(house: House, who: str) -> Standing:
    """Whose address it is, and whether it may be written to; `who` is the address or the shop's id of its
    owner. Raises NotFound for nobody's id, SettingError for what is no address."""
    normal = _normal(who if "@" in who else _address_of(house, who))
    brand = house.definitions().brand
    with house.db.read() as connection:
        known = find_contact(connection, normal)
        person = None if known is None else load_contacts(connection, [known], brand).get(known)
        now = suppression(connection, normal)
        log = [
            Change(Moment(row["at"]), row["change"], row["reason"], row["evidence"], row["by"])
            for row in suppression_log(connection, normal)
        ]
    if now is None:
        return Standing(normal, person, changes=log)
    return Standing(normal, person, now["reason"], Moment(now["at"]), now["evidence"], log)


def stop_writing(house: House, address: str, *, reason: str, note: str, by: Actor) -> bool:
    """Write to the address no more; whether that is new. Raises SettingError for what is no address."""
    normal, at = _normal(address), house.clock.now()
    with house.db.write() as connection:
        new = suppress(connection, normal, reason=reason, evidence=note or None, at=at, by=by.name)
        if new:
            write_entry(connection, _entry(at, by, Deed.SUPPRESSED, normal))
        return new


def lift(house: House, address: str, *, reason: str, by: Actor) -> bool:
    """Let the address be written to again; whether it was suppressed. Raises SettingError for what is no
    address."""
    normal, at = _normal(address), house.clock.now()
    with house.db.write() as connection:
        lifted = unsuppress(connection, normal, reason=reason, at=at, by=by.name)
        if lifted:
            write_entry(connection, _entry(at, by, Deed.UNSUPPRESSED, normal))
        return lifted


def _entry(at: Moment, by: Actor, deed: Deed, address: str) -> Entry:
    """By the hash of the address, as in `suppressions`; why stands in `suppression_changes`."""
    return Entry(at, by, deed, address_hash(address))


def _address_of(house: House, who: str) -> str:
    contact_id = house.contact_id(who)
    with house.db.read() as connection:
        address = load_contacts(connection, [contact_id], house.definitions().brand)[contact_id].email
    if address is None:
        raise NotFound(f'the contact "{who}" has no address')
    return address


def _normal(address: str) -> str:
    normal = normalise_address(address)
    local, at, domain = normal.rpartition("@")
    if not at or not local or not domain or any(character.isspace() for character in normal):
        raise SettingError(f'"{address}" is no address, such as ada@shop.example')
    return normal
