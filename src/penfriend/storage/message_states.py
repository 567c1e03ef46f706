"""What is written of a message that will not be sent, in one place for all who decide it."""

from __future__ import annotations

from sqlalchemy import bindparam, case, update

from penfriend.domain.message import Status
from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.tables import messages

_m = messages.c
NEVER_TRIED = _m.facts.is_(None)
"""No earlier try may have delivered it."""

WILL_NOT_BE_SENT: dict[str, object] = {
    # who may have had it already is not told that it was skipped
    "status": case((NEVER_TRIED, Status.SKIPPED.value), else_=Status.UNKNOWN.value),
    "reason": case((NEVER_TRIED, bindparam("why", type_=TEXT))),
    "note": bindparam("detail", type_=TEXT),
    "over_at": bindparam("at", type_=BIG),
    "owner": None,
    "lease_until": None,
}
"""Skipped for the reason `why`; unknown where an earlier try may have delivered it and no other will be made.
"""

SKIP_WHAT_WAITS = (
    update(messages)
    .where(_m.enrollment_id == bindparam("of_enrollment"), _m.status == Status.DUE.value)
    .values(WILL_NOT_BE_SENT)
)
"""The enrollment has ended: what of its mail is not on its way will not be sent."""
