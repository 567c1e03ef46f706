"""What came back of mails: matched, kept once, and followed (`penfriend.storage.feedback_effects`).

Whoever has reports hands them to `penfriend.engine.take_feedback.TakeFeedback`, which
`penfriend.bootstrap.feedback.feedback_desk` makes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, select

from penfriend.domain.feedback import Effect, Feedback, Taken
from penfriend.domain.timing import Moment
from penfriend.storage.database import Database
from penfriend.storage.delivery_days import count_fates
from penfriend.storage.feedback_effects import LONGEST_TEXT, Came, fates, follow, keep
from penfriend.storage.people import locked_versions
from penfriend.storage.tables import messages

AT_ONCE = 100
"""So many are taken in one transaction."""

_m = messages.c


class FeedbackLog:
    """The feedback of one store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def take(self, reports: Sequence[Feedback], now: Moment) -> list[Taken]:
        """Keep each report that is about a mail of ours and not on record yet, and do what follows from it;
        what came of each, in order. Raises StoreUnavailable: then none of the part that failed was kept."""
        taken: list[Taken] = []
        for start in range(0, len(reports), AT_ONCE):
            part = reports[start : start + AT_ONCE]
            taken += self._db.run(lambda connection, part=part: _take(connection, part, now))  # type: ignore[misc]
        return taken


def _take(connection: Connection, reports: Sequence[Feedback], now: Moment) -> list[Taken]:
    mails = _matched(connection, reports)
    locked_versions(connection, [mail["contact_id"] for mail in mails if mail is not None])
    rows = {
        row["id"]: row
        for row in connection.execute(
            _LOCKED, {"ids": sorted({mail["id"] for mail in mails if mail is not None})}
        ).mappings()
    }
    taken: list[Taken] = []
    news: list[Came] = []
    for report, mail in zip(reports, mails, strict=True):
        row = rows.get(mail["id"]) if mail is not None else None
        if row is None or row["dated_at"] is None:  # what never left the house cannot have come back
            taken.append(Taken(Effect.NOT_OURS))
            continue
        at = _moment_of(report, row, now)
        new = keep(connection, report, row, at, now)
        if new:
            news.append(Came(report.kind, at, report.text[:LONGEST_TEXT], row))
        effect = Effect.APPLIED if new else Effect.AGAIN
        taken.append(Taken(effect, row["id"], row["contact_id"], row["campaign"], row["topic"]))
    follow(connection, news, now)
    count_fates(connection, fates(news))
    return taken


def _moment_of(report: Feedback, row: RowMapping, now: Moment) -> Moment:
    """Clocks of others are what they are, and many tell whole seconds: not before the mail, not after now."""
    return Moment(min(max(report.at, row["sent_at"] or row["dated_at"]), now))


def _matched(connection: Connection, reports: Sequence[Feedback]) -> list[RowMapping | None]:
    """The mail that each is about, by the first of the names it gives."""
    by_id = _found(connection, _m.id, [one.message for one in reports])
    by_header = _found(connection, _m.message_id, [one.message_id for one in reports])
    by_provider = _found(connection, _m.provider_id, [one.provider_id for one in reports])
    found: list[RowMapping | None] = []
    for one in reports:
        if one.message is not None:
            found.append(by_id.get(one.message))
        elif one.message_id is not None:
            found.append(by_header.get(one.message_id))
        else:
            found.append(by_provider.get(one.provider_id))
    return found


def _found(
    connection: Connection, column: ColumnElement[object], wanted: Sequence[object]
) -> Mapping[object, RowMapping]:
    names = sorted({one for one in wanted if one is not None})  # type: ignore[type-var]
    if not names:
        return {}
    chosen = select(_m.id, _m.contact_id, column.label("by")).where(column.in_(names)).order_by(_m.id)
    return {row["by"]: row for row in connection.execute(chosen).mappings()}


_LOCKED = (
    select(messages).where(_m.id.in_(bindparam("ids", expanding=True))).order_by(_m.id).with_for_update()
)
