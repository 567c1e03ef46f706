"""What letters can name of segments with `sql`: the further columns of the row that an enrollment is about,
or else of one that the contact has, as last read."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from penfriend.domain.facts import Frozen
from penfriend.storage.letter_values import Person
from penfriend.storage.segment_sql_things import row_prefix
from penfriend.storage.tables import source_rows


def rows_of(connection: Connection, people: Sequence[Person], segment: str) -> dict[int, Frozen]:
    """The columns by enrollment id; None where the contact has no row. A row that is gone from the source
    stays as it was read last, for those who are inside."""
    found = connection.execute(
        select(source_rows)
        .where(
            source_rows.c.segment == segment,
            source_rows.c.contact_id.in_(bindparam("ids", expanding=True)),
        )
        .order_by(source_rows.c.gone_at.desc().nulls_first(), source_rows.c.occurrence),
        {"ids": sorted({p.contact.id for p in people})},
    )
    rows: dict[int, dict[str, str]] = {}
    for row in found:
        rows.setdefault(row.contact_id, {})[row.occurrence] = row.columns
    shown: dict[int, Frozen] = {}
    prefix = row_prefix(segment)
    for p in people:
        own, key = rows.get(p.contact.id, {}), p.enrollment.subject.row_key or ""
        first = next(iter(own.values()), None)
        text = own.get(key.removeprefix(prefix)) if key.startswith(prefix) else first
        shown[p.enrollment.id] = None if text is None else json.loads(text)
    return shown
