"""Puts together what reads the mails that came back: for the command, and for the daemon.

What reads them is loaded when the first one comes: its tables of words take a fifth of a second.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from penfriend.bootstrap.feedback import feedback_desk
from penfriend.bootstrap.house import House
from penfriend.bootstrap.settings import Settings
from penfriend.domain.contact import COMPLAINED, DEAD_ADDRESS
from penfriend.domain.errors import PenfriendError, SettingError
from penfriend.domain.feedback import Kind
from penfriend.domain.mailbox import Mailbox
from penfriend.domain.reports import Report
from penfriend.domain.timing import Moment
from penfriend.engine.clock import SystemClock
from penfriend.engine.poll_bounces import READ, TROUBLE, PollBounces, Polled
from penfriend.engine.read_bounces import ReadBounces
from penfriend.rendering.return_paths import has_token, read_return_path
from penfriend.storage.suppressions import suppress

__all__ = ["bounce_reader", "bounces_polled", "check_mailbox", "dry_reader", "open_mailbox", "watch_bounces"]

SETTING = "PENFRIEND_BOUNCES"
TRUSTED = "penfriend bounces --trust-addresses"
"""Who has suppressed an address, where no mail of ours was behind it."""


@dataclass(frozen=True, slots=True)
class SignedReturnPaths:
    """The return paths that these keys have signed."""

    keys: Sequence[bytes]

    def message_of(self, address: str) -> int | None:
        """Our id of the mail; None for everything that we have not signed."""
        found = read_return_path(address, self.keys)
        return None if found is None else found.message

    def looks_signed(self, address: str) -> bool:
        """Whether there is a token in it, right or wrong."""
        return has_token(address)


def open_mailbox(where: str, *, watched: bool = False, untouched: bool = False) -> Mailbox:
    """`penfriend.delivery.mailboxes.open_mailbox`."""
    from penfriend.delivery import mailboxes

    return mailboxes.open_mailbox(where, watched=watched, untouched=untouched)


def _read_report(raw: bytes) -> list[Report]:
    from penfriend.delivery.reports import read_report

    return read_report(raw)


def bounce_reader(house: House, *, trust_addresses: bool = False) -> ReadBounces:
    """Reads mails and lets follow what follows, in this house."""
    paths = SignedReturnPaths(house.settings.keys())
    trusted = functools.partial(_suppress, house) if trust_addresses else None
    return ReadBounces(_read_report, house.clock, paths, feedback_desk(house), trusted)


def dry_reader() -> ReadBounces:
    """Reads mails without a store: nothing follows."""
    return ReadBounces(_read_report, SystemClock())


def _suppress(house: House, address: str, kind: Kind, text: str, at: Moment) -> bool:
    reason = COMPLAINED if kind is Kind.COMPLAINED else DEAD_ADDRESS
    with house.db.write() as connection:
        return suppress(connection, address, reason=reason, evidence=text, at=at, by=TRUSTED)


def watch_bounces(house: House) -> PollBounces | None:
    """The tick of the daemon; None where no mailbox is named. Raises SettingError for one that is none."""
    where = house.settings.bounces
    if not where:
        return None
    check_mailbox(house.settings)
    opening = functools.partial(open_mailbox, where, watched=True)
    reader = functools.partial(bounce_reader, house)  # anew each time: the live revision may be another
    return PollBounces(opening, reader, house.set_note, house.clock)


def check_mailbox(settings: Settings) -> None:
    """Look at PENFRIEND_BOUNCES without asking a server. Raises SettingError."""
    try:
        open_mailbox(settings.bounces, watched=True)
    except PenfriendError as error:
        raise SettingError(f"{SETTING}: {error}") from None


def bounces_polled(house: House) -> Polled | None:
    """What the daemon's readings came to; None where there were none."""
    read, trouble = house.note(READ), house.note(TROUBLE)
    return None if read is None and trouble is None else Polled.of(read, trouble)
