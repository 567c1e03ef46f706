"""The mails that a route carries, as a condition, for statements of both kinds."""

from __future__ import annotations

from sqlalchemy import ColumnElement, TextClause, bindparam, or_, text

from penfriend.domain.outbox import Carried
from penfriend.storage.message_states import NEVER_TRIED
from penfriend.storage.tables import messages


def of_carried(carried: Carried) -> ColumnElement[bool]:
    """The messages that the route carries."""
    return or_(*(_part(part) for part in carried.parts))


def _part(part: Carried) -> ColumnElement[bool]:
    named = messages.c.campaign.in_(sorted(part.campaigns))
    which = ~named if part.all_but else named
    if part.in_doubt is None:
        return which
    return which & (~NEVER_TRIED if part.in_doubt else NEVER_TRIED)


def with_carried(statement: str, carried: Carried | None) -> TextClause:
    """The statement with that condition in place of `{carried}`."""
    if carried is None:
        return text(statement.format(carried=""))
    words, values = [], {}
    for number, part in enumerate(carried.parts):
        named = f"campaign {'NOT IN' if part.all_but else 'IN'} :campaigns_{number}"
        doubt = {None: "", True: " AND facts IS NOT NULL", False: " AND facts IS NULL"}[part.in_doubt]
        words.append(f"({named}{doubt})")
        values[f"campaigns_{number}"] = sorted(part.campaigns)
    found = text(statement.format(carried=f" AND ({' OR '.join(words)})"))
    return found.bindparams(*(bindparam(name, value, expanding=True) for name, value in values.items()))
