"""Opens the mailbox that an address or a path names."""

from __future__ import annotations

from pathlib import Path

from penfriend.delivery.mailboxes.files import FileMailbox, FolderMailbox, Maildir, is_maildir
from penfriend.delivery.mailboxes.imap import ImapMailbox
from penfriend.delivery.mailboxes.imap_address import parse_imap_address
from penfriend.domain.errors import NotFound, SettingError
from penfriend.domain.mailbox import Mailbox


def is_imap(where: str) -> bool:
    """Whether it is the address of an IMAP mailbox, and not a path."""
    return where.lower().startswith(("imap:", "imaps:"))


def open_mailbox(where: str, *, watched: bool = False, untouched: bool = False) -> Mailbox:
    """The mailbox at an address (`imaps:`, `imap:`), a file, a folder or `-`. `watched` reads only what is
    new and puts it aside when it is done; `untouched` changes nothing in it.

    Raises SettingError for an address that is none, NotFound for a path where nothing is. An IMAP server is
    asked when the first mail is.
    """
    if is_imap(where):
        return ImapMailbox(parse_imap_address(where), untouched=untouched)
    if "://" in where:  # it may hold a password, and is not repeated
        raise SettingError(f"{where.partition('://')[0]}: is no sort of mailbox; there are imaps: and imap:")
    path = Path(where)
    if where == "-" or path.is_file():
        return FileMailbox(where)
    if is_maildir(path):
        return Maildir(path, watched=watched and not untouched)
    if path.is_dir():
        return FolderMailbox(path)
    raise NotFound(f"{where}: there is no such file or folder; an IMAP mailbox begins with imaps://")
