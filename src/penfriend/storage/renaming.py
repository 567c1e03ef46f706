"""Carries renames out (`was: OLD`): rows that name the old name of a campaign, step, segment or topic name
the new one, by set statements in the transaction of the apply.

Where rows of the new name are left from long ago, a thing of that name having been removed since, the rows of
the old name count: they are of those who stand there now.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, exists, func, select, text, update

from penfriend.domain.renames import Renames
from penfriend.storage import tables as t
from penfriend.storage.columns import TEXT
from penfriend.storage.results import renaming as results

_OLD, _NEW = bindparam("old", type_=TEXT), bindparam("new", type_=TEXT)
_OF = bindparam("of_campaign", type_=TEXT)


def rename(connection: Connection, renamed: Renames) -> None:
    """Campaigns first: the steps stand under their new names."""
    for old, new in renamed.campaigns.items():
        _run(connection, _CAMPAIGN, old=old, new=new)
        _rename_in_events(connection, "campaign", old=old, new=new)
    for campaign, names in renamed.steps.items():
        for old, new in names.items():
            _run(connection, _STEP, of_campaign=campaign, old=old, new=new)
            _rename_in_events(connection, "step", campaign, old=old, new=new)
    for old, new in renamed.segments.items():
        _run(connection, _SEGMENT, old=old, new=new)
    for old, new in renamed.topics.items():
        _run(connection, _TOPIC, old=old, new=new)
        _rename_in_events(connection, "topic", old=old, new=new)


def _run(connection: Connection, statements: Iterable[object], **names: str) -> None:
    for statement in statements:
        connection.execute(statement, names)  # type: ignore[call-overload]  # updates and deletes


def _rename_in_events(
    connection: Connection, name: str, campaign: str | None = None, *, old: str, new: str
) -> None:
    """What became of mails is an event as well, and conditions ask for its campaign, step and topic."""
    statement = _IN_EVENTS[connection.dialect.name].format(name=name)
    if campaign is not None:
        statement += _OF_CAMPAIGN[connection.dialect.name]
    values = {"old": old, "new": new} | ({} if campaign is None else {"of_campaign": campaign})
    connection.execute(text(statement), values)


_MAILS = "name IN ('mail_sent', 'mail_opened', 'mail_clicked', 'mail_bounced')"
_IN_EVENTS = {
    "sqlite": (
        "UPDATE events SET properties = json_set(properties, '$.{name}', :new) "  # noqa: S608 - our own words
        f"WHERE {_MAILS} AND json_extract(properties, '$.{{name}}') = :old"
    ),
    "postgresql": (
        "UPDATE events SET properties = "  # noqa: S608 - our own words
        "jsonb_set(properties, ARRAY['{name}'], to_jsonb(CAST(:new AS text))) "
        f"WHERE {_MAILS} AND properties ->> '{{name}}' = :old"
    ),
}
_OF_CAMPAIGN = {
    "sqlite": " AND json_extract(properties, '$.campaign') = :of_campaign",
    "postgresql": " AND properties ->> 'campaign' = :of_campaign",
}


def _renamed(table: Table, column: str, *which: ColumnElement[bool]) -> object:
    return update(table).where(table.c[column] == _OLD, *which).values({column: _NEW})


def _left(table: Table, column: str) -> object:
    """What is left of the new name from long ago makes room."""
    return delete(table).where(table.c[column] == _NEW)


def _free(table: Table, owner: str, column: str) -> ColumnElement[bool]:
    """No row of the same owner has the new name already: the two are unique together."""
    other = table.alias()
    return ~exists().where(other.c[owner] == table.c[owner], other.c[column] == _NEW)


_e = t.enrollments
_former = _e.alias()
# entries are counted on behind those of the same occurrence that the new name had long ago
_entries_before = (
    select(func.coalesce(func.max(_former.c.entry), 0))
    .where(
        _former.c.campaign == _NEW,
        _former.c.contact_id == _e.c.contact_id,
        _former.c.occurrence == _e.c.occurrence,
    )
    .scalar_subquery()
)
_CAMPAIGN = (
    update(_e).where(_e.c.campaign == _OLD).values(campaign=_NEW, entry=_e.c.entry + _entries_before),
    _renamed(t.messages, "campaign"),
    _renamed(t.refusals, "campaign"),
    _renamed(t.webhook_calls, "campaign"),
    _left(t.campaign_states, "campaign"),
    _renamed(t.campaign_states, "campaign"),
    _left(t.splits, "campaign"),
    _renamed(t.splits, "campaign"),
    *results.CAMPAIGN,
)
_of_campaign = select(_e.c.id).where(_e.c.campaign == _OF)
_STEP = (
    _renamed(_e, "step", _e.c.campaign == _OF),
    _renamed(t.messages, "step", t.messages.c.campaign == _OF, _free(t.messages, "enrollment_id", "step")),
    _renamed(t.decisions, "step", t.decisions.c.enrollment_id.in_(_of_campaign)),
    _renamed(
        t.webhook_calls,
        "step",
        t.webhook_calls.c.campaign == _OF,
        _free(t.webhook_calls, "enrollment_id", "step"),
    ),
    delete(t.splits).where(t.splits.c.campaign == _OF, t.splits.c.step == _NEW),
    _renamed(t.splits, "step", t.splits.c.campaign == _OF),
    *results.STEP,
)


def _rows_renamed(table: Table) -> object:
    """What is about a row names the segment: `NAME:occurrence`."""
    key, old = table.c.row_key, _OLD + ":"
    rest = func.substr(key, func.length(_OLD) + 1)
    return update(table).where(func.substr(key, 1, func.length(_OLD) + 1) == old).values(row_key=_NEW + rest)


_OF_SEGMENTS = (
    t.members,
    t.segment_looks,
    t.segment_sizes,
    t.segment_moves,
    t.source_rows,
    t.source_reads,
    t.source_staged,
)
_SEGMENT = (
    *(
        statement
        for table in _OF_SEGMENTS
        for statement in (_left(table, "segment"), _renamed(table, "segment"))
    ),
    _rows_renamed(t.members),
    _rows_renamed(t.enrollments),
)
_stale = t.subscriptions.alias()
_TOPIC = (
    delete(t.subscriptions).where(
        t.subscriptions.c.topic == _NEW,
        exists().where(_stale.c.contact_id == t.subscriptions.c.contact_id, _stale.c.topic == _OLD),
    ),
    _renamed(t.subscriptions, "topic"),
    _renamed(t.consents, "topic"),
    _renamed(t.messages, "topic"),
)
