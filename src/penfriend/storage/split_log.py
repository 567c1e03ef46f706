"""Splits that look for a winner: since when they count, how their arms do, and which was the better one."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, distinct, func, select, update

from penfriend.domain.message import Status
from penfriend.domain.steps import WinsBy
from penfriend.domain.timing import Moment
from penfriend.domain.winners import ArmFigures, SplitState
from penfriend.storage.database import Database
from penfriend.storage.engines import to_json
from penfriend.storage.enrollment_claim import woken_at
from penfriend.storage.tables import enrollments, messages, splits
from penfriend.storage.upsert import insert_or_ignore

_s, _m, _e = splits.c, messages.c, enrollments.c
_WENT_OUT = (Status.SENT.value, Status.UNKNOWN.value)


class SplitLog:
    """The splits of one store (the port `penfriend.domain.ports.Splits`)."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def known(self) -> dict[tuple[str, str], SplitState]:
        """By campaign and step."""
        with self._db.read() as connection:
            return {
                (row.campaign, row.step): SplitState(
                    row.first_at, row.decided_at, row.winner, _arms(row.figures)
                )
                for row in connection.execute(_KNOWN)
            }

    def first_mail(self, campaign: str, step: str, mails: Collection[str]) -> Moment | None:
        """When the first of these steps' mails was sent; kept from then on."""
        mine = [_m.campaign == campaign, _m.step.in_(bindparam("steps", expanding=True))]
        first = select(func.min(_m.over_at)).where(*mine, _m.status.in_(_WENT_OUT))
        with self._db.read() as connection:
            found: Moment | None = connection.execute(first, {"steps": sorted(mails)}).scalar()
        if found is not None:
            row = {"campaign": campaign, "step": step, "first_at": found}
            self._db.run(
                lambda connection: connection.execute(insert_or_ignore(connection.dialect.name, splits), row)
            )
        return found

    def figures(
        self, campaign: str, arms: Mapping[str, Collection[str]], by: WinsBy, until: Moment
    ) -> list[ArmFigures]:
        """How each arm did up to that moment."""
        with self._db.read() as connection:
            return [_figures(connection, campaign, name, steps, by, until) for name, steps in arms.items()]

    def decide(self, campaign: str, step: str, state: SplitState) -> bool:
        """Write down the winner, and by which figures, and wake who waits for it; False where another was
        faster."""
        return self._db.run(lambda connection: _decide(connection, campaign, step, state))


_KNOWN = select(splits)


def _figures(
    connection: Connection, campaign: str, name: str, steps: Collection[str], by: WinsBy, until: Moment
) -> ArmFigures:
    hit = _m.clicked_at <= until if by is WinsBy.CLICKED else _e.converted_at <= until
    counted = (
        select(func.count(distinct(_m.enrollment_id)), func.count(distinct(_m.enrollment_id)).filter(hit))
        .join(enrollments, _e.id == _m.enrollment_id)
        .where(
            _m.campaign == campaign,
            _m.step.in_(bindparam("steps", expanding=True)),
            _m.status.in_(_WENT_OUT),
            _m.over_at <= until,
        )
    )
    people, hits = connection.execute(counted, {"steps": sorted(steps)}).one()
    return ArmFigures(name, people, hits)


def _arms(figures: str | None) -> tuple[ArmFigures, ...]:
    """As `_decide` wrote them; none where nothing is decided yet."""
    found = json.loads(figures) if figures else {}
    return tuple(ArmFigures(name, people, hits) for name, (hits, people) in found.items())


def _decide(connection: Connection, campaign: str, step: str, state: SplitState) -> bool:
    figures = to_json({arm.name: [arm.hits, arm.people] for arm in state.arms})
    decided = (
        update(splits)
        .where(_s.campaign == campaign, _s.step == step, _s.decided_at.is_(None))
        .values(decided_at=state.decided_at, winner=state.winner, figures=figures)
    )
    if not connection.execute(decided).rowcount:
        return False
    waiting = [_e.campaign == campaign, _e.status == "active", _e.step == step]
    connection.execute(update(enrollments).where(*waiting).values(woken_at(state.decided_at)))
    return True
