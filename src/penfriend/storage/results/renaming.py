"""Carries renames of campaigns and steps into the counts of days. The parameters are `old`, `new` and, for a
step, `of_campaign`.

Where rows of the new name are left from long ago, a day may have both: it is counted anew. Of a day whose
mails were deleted since, the old name keeps what the new one has a row for already.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, and_, bindparam, exists, or_, select, update

from penfriend.domain.results.counting import Kind
from penfriend.storage.columns import TEXT
from penfriend.storage.tables import entry_days, result_days, result_states

_OLD, _NEW = bindparam("old", type_=TEXT), bindparam("new", type_=TEXT)
_r, _d, _s = result_days.c, entry_days.c, result_states.c


def _renamed(table: Table, column: str, *which: ColumnElement[bool]) -> object:
    other = table.alias()
    same = (other.c[key.name] == key for key in table.primary_key if key.name != column)
    there = exists().where(other.c[column] == _NEW, *same)
    return update(table).where(table.c[column] == _OLD, ~there, *which).values({column: _NEW})


def _days_of(table: Table) -> ColumnElement[bool]:
    return _s.day.in_(select(table.c.day).where(table.c.campaign.in_((_OLD, _NEW))))


CAMPAIGN = (
    update(result_states)
    .where(
        or_(
            and_(_s.kind == Kind.MAILS.value, _days_of(result_days)),
            and_(_s.kind == Kind.ENTRIES.value, _days_of(entry_days)),
        )
    )
    .values(marked=_s.marked + 1),
    _renamed(result_days, "campaign"),
    _renamed(entry_days, "campaign"),
)
_mine = _r.campaign == bindparam("of_campaign", type_=TEXT)
STEP = (
    update(result_states)
    .where(
        _s.kind == Kind.MAILS.value,
        _s.day.in_(select(_r.day).where(_mine, _r.step.in_((_OLD, _NEW)))),
    )
    .values(marked=_s.marked + 1),
    _renamed(result_days, "step", _mine),
)
