"""Questions about segments: of the campaign files as they are now, or, where there are none, of the live
revision."""

from __future__ import annotations

import builtins

from penfriend.domain.definitions import Definitions
from penfriend.domain.timing import Moment
from penfriend.storage.database import Database
from penfriend.storage.segment_explanation import ExplainedThing
from penfriend.storage.segment_queries import Listed, count_members, explain, list_members, sql_text


class Segments:
    """The segments of these definitions over one store at one moment."""

    def __init__(self, db: Database, definitions: Definitions, now: Moment) -> None:
        self._db, self._definitions, self._now = db, definitions, now

    def count(self, name: str) -> int:
        """How many members. Raises NotFound."""
        with self._db.read() as connection:
            return count_members(connection, self._definitions, name, self._now)

    def list(self, name: str, limit: int, after: tuple[int, str] | None = None) -> builtins.list[Listed]:
        """Who they are, at most `limit`, behind `after` (our id, occurrence). Raises NotFound."""
        with self._db.read() as connection:
            return list_members(connection, self._definitions, name, self._now, limit, after)

    def sql(self, name: str) -> str:
        """The SELECT, its values written out. Raises NotFound."""
        with self._db.read() as connection:
            return sql_text(self._definitions, name, self._now, connection.dialect)

    def explain(self, name: str, contact: int) -> builtins.list[ExplainedThing]:
        """Why the contact, or each of its things, is a member or not. Raises NotFound."""
        with self._db.read() as connection:
            return explain(connection, self._definitions, name, contact, self._now)
