"""Revisions made ready to run: the live one, and earlier ones for the mails that they have made."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable

from penfriend.bootstrap.checked import read_definitions
from penfriend.bootstrap.files import Files
from penfriend.bootstrap.settings import Settings
from penfriend.domain.errors import NotFound, PenfriendError, RevisionUnusable
from penfriend.engine.live import Live
from penfriend.rendering import TemplateRenderer
from penfriend.storage.database import Database
from penfriend.storage.revisions import Revision, load_revision

log = logging.getLogger("penfriend.revisions")

KEPT = 4
"""So many earlier revisions are kept ready: the mails that are sent again or looked at are mostly of the last
few."""


def make_live(revision: Revision, settings: Settings, store_id: str) -> Live:
    """The revision with its renderer; letters are compiled when they are first made. Raises RevisionUnusable
    where its files cannot be read here, such as for want of an environment variable."""
    files = Files(revision.entry, revision.files)
    checked = read_definitions(files, settings)
    if checked.definitions is None:
        raise RevisionUnusable(f"revision {revision.number} cannot run here: {checked.errors[0]}")
    renderer = TemplateRenderer(files.templates, checked.definitions, settings.keys(), revision.number)
    return Live.of(revision.number, checked.definitions, renderer, store_id)


class EarlierRevisions:
    """The last few that were asked for, each read once. Safe to use from several threads."""

    def __init__(self, db: Database, settings: Settings, store_id: Callable[[], str]) -> None:
        self._db, self._settings, self._store_id = db, settings, store_id
        self._kept: OrderedDict[int, Live | str] = OrderedDict()
        """Ready to run, or why it cannot."""
        self._loading = threading.Lock()

    def get(self, number: int) -> Live:
        """The revision of that number. Raises RevisionUnusable, StoreUnavailable."""
        with self._loading:
            found = self._kept.pop(number, None) or self._load(number)
            self._kept[number] = found
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        if isinstance(found, str):
            raise RevisionUnusable(found)
        return found

    def _load(self, number: int) -> Live | str:
        """What cannot be read is kept as well: it would be read in vain for each of its mails."""
        try:
            with self._db.read() as connection:
                revision = load_revision(connection, number)
            return make_live(revision, self._settings, self._store_id())
        except (NotFound, RevisionUnusable) as error:
            return str(error)
        except PenfriendError:
            raise
        except Exception as error:  # an earlier version's files may bring out a fault of this one
            log.exception("revision %s cannot be read", number)
            return f"revision {number} cannot be read: {type(error).__name__}: {error}"
