"""What people ask of a segment: how many, who, with which SQL, and why somebody is in it or not.

All of it from the same compiler that finds the members, so that the answers agree with what the engine does.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, Subquery, func, select
from sqlalchemy.engine import Dialect

from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import NotFound
from penfriend.domain.segment import Segment
from penfriend.domain.timing import Moment
from penfriend.storage import tables as t
from penfriend.storage.members import SegmentMembers
from penfriend.storage.segment_explanation import Explained, ExplainedThing, explain_segment


@dataclass(frozen=True, slots=True)
class Listed:
    """One member: the shop's id and address of the contact, and the thing it is about (empty for a
    contact)."""

    contact: int
    key: str | None
    email: str | None
    occurrence: str


def segment_of(definitions: Definitions, name: str) -> Segment:
    """The segment of that name. Raises NotFound."""
    found = definitions.segments.get(name)
    if found is None:
        known = ", ".join(sorted(definitions.segments)) or "none"
        raise NotFound(f'there is no segment "{name}". There are: {known}.')
    return found


def count_members(connection: Connection, definitions: Definitions, name: str, now: Moment) -> int:
    """How many members the segment has at `now`."""
    members = SegmentMembers(segment_of(definitions, name), definitions)
    query = select(func.count()).select_from(_numbered(members.found().query))
    return int(connection.execute(query, members.binder_values(now)).scalar_one())


def newest_contact(connection: Connection) -> int:
    """Our id of the newest one; 0 for none."""
    return connection.execute(select(func.max(t.contacts.c.id))).scalar() or 0


def list_members(
    connection: Connection,
    definitions: Definitions,
    name: str,
    now: Moment,
    limit: int | None = None,
    after: tuple[int, str] | None = None,
) -> list[Listed]:
    """The members at `now`, by our id of the contact and the occurrence; those behind `after` alone."""
    members = SegmentMembers(segment_of(definitions, name), definitions)
    found = _numbered(members.found().query)
    query = (
        select(t.contacts.c.id, t.contacts.c.key, t.contacts.c.email, found.c.occurrence)
        .join(found, found.c.contact_id == t.contacts.c.id)
        .order_by(t.contacts.c.id, found.c.occurrence)
        .limit(limit)
    )
    if after is not None:
        contact, occurrence = after
        same = (t.contacts.c.id == contact) & (found.c.occurrence > occurrence)
        query = query.where((t.contacts.c.id > contact) | same)
    return [Listed(*row) for row in connection.execute(query, members.binder_values(now))]


def sql_text(definitions: Definitions, name: str, now: Moment, dialect: Dialect) -> str:
    """The SELECT of the segment as it runs at `now`, its values written out; that of a segment with `sql` as
    it stands in its file."""
    segment = segment_of(definitions, name)
    if segment.select is not None:
        return segment.select.text.strip()
    members = SegmentMembers(segment, definitions)
    found = members.found()
    query = found.query.with_only_columns(
        found.contact_id.label("contact_id"), found.occurrence.label("occurrence")
    )
    with_values = query.params(members.binder_values(now))
    return str(with_values.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def explain(
    connection: Connection, definitions: Definitions, name: str, contact: int, now: Moment
) -> list[ExplainedThing]:
    """Why the contact is in the segment or not: one answer, or one for each thing that the contact has of
    the kind."""
    return explain_segment(connection, definitions, segment_of(definitions, name), contact, now)


def _numbered(query: Select[tuple[object, ...]]) -> Subquery:
    contact_id, occurrence = list(query.selected_columns)[:2]
    return query.with_only_columns(contact_id.label("contact_id"), occurrence.label("occurrence")).subquery(
        "found"
    )


__all__ = [
    "Explained",
    "ExplainedThing",
    "Listed",
    "count_members",
    "explain",
    "list_members",
    "newest_contact",
    "sql_text",
]
