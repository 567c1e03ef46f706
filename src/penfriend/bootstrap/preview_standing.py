"""Whether the files whose letters are looked at are the live ones."""

from __future__ import annotations

from penfriend.bootstrap.preview import Previews
from penfriend.domain.errors import CampaignFilesInvalid, SettingError
from penfriend.domain.preview import Standing
from penfriend.storage.database import Database
from penfriend.storage.revisions import digest_of, equals_live, live_number


def standing_of(db: Database, previews: Previews) -> Standing:
    """How the files stand to the live revision. Raises StoreUnavailable."""
    try:
        files = previews.look().files
    except (CampaignFilesInvalid, SettingError):
        digest = ""  # what cannot be read cannot be live
    else:
        digest = digest_of(files.texts, files.entry)
    with db.read() as connection:
        return Standing(live_number(connection), equals_live(connection, digest))
