"""Whether the key that signed the links of earlier mails is still among those that verify."""

from __future__ import annotations

import hashlib

from penfriend.bootstrap.house import House
from penfriend.storage.notes import read_note, write_note

NOTE = "mark of the key that signs"


def misses_former_key(house: House) -> bool:
    """Whether another key signed when this was last asked, one that is not known here any more: the links of
    that time are dead. Asked again it is no news. Raises SettingError where a key is none."""
    keys = house.settings.keys()
    marks = [_mark(key) for key in keys]
    with house.db.read() as connection:
        former = read_note(connection, NOTE)
    if former != marks[0]:  # a start on a full disk must not fail for what is as it was
        with house.db.write() as connection:
            write_note(connection, NOTE, marks[0])
    return former is not None and former not in marks


def _mark(key: bytes) -> str:
    """Two bytes of a hash notice a change, and are too few to try keys with."""
    return hashlib.sha256(b"mark of " + key).hexdigest()[:4]
