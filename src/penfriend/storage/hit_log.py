"""Hits on record: who or what has followed the links of mails. Raw, so that what counts can be told again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from penfriend.domain.hits import FollowedMail, Hit, HitClass, HitKind, KeptHit, Settled
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG
from penfriend.storage.database import Database
from penfriend.storage.tables import contacts, hits, messages

MOST_AROUND = 20_000
"""So many hits are looked at together, the newest of all: somebody may make as many as the web side takes."""

_h, _m = hits.c, messages.c


class HitLog:
    """The hits of one store. Satisfies `penfriend.domain.hits.HitStore`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(self, found: Sequence[Hit]) -> None:
        """Put them on record. One that is on record twice, because a commit was cut off, counts once."""
        rows = [
            {
                "message_id": hit.message,
                "kind": hit.kind.value,
                "link": hit.link,
                "url": hit.url,
                "at": hit.at,
                "who": hit.who.value,
                "agent": hit.agent,
                "network": hit.network,
            }
            for hit in found
        ]
        if rows:
            self._db.run(lambda connection: connection.execute(_KEEP, rows))

    def due(self, until: Moment, most: int) -> list[KeptHit]:
        """The oldest that are not settled, and that came until then."""
        with self._db.read() as connection:
            found = connection.execute(_DUE, {"of_until": until, "most": most})
            return [_kept(row) for row in found]

    def around(self, wanted: Collection[int]) -> Mapping[int, list[KeptHit]]:
        """The hits of these mails."""
        around: dict[int, list[KeptHit]] = {message: [] for message in wanted}
        with self._db.read() as connection:
            for row in connection.execute(_AROUND, {"ids": sorted(wanted)}):
                around[row.message_id].append(_kept(row))
        return around

    def mails(self, wanted: Collection[int]) -> Mapping[int, FollowedMail]:
        """The mails that are still known, of people who are not erased."""
        with self._db.read() as connection:
            return {
                row.id: FollowedMail(
                    row.contact_id, row.enrollment_id, row.campaign, row.step, row.topic, row.taken_at
                )
                for row in connection.execute(_MAILS, {"ids": sorted(wanted)})
            }

    def settle(self, settled: Sequence[Settled], gone: Collection[int]) -> None:
        """Write what was found; of whom nobody is known any more, forget that."""
        rows = [
            {"of_id": one.id, "new_who": one.who.value, "new_counted": int(one.counted)} for one in settled
        ]
        with self._db.write() as connection:
            if rows:
                connection.execute(_SETTLE, rows)
            if gone:
                connection.execute(delete(hits).where(_h.id.in_(sorted(gone))))


def _kept(row: Row[*tuple[object, ...]]) -> KeptHit:
    hit = Hit(
        kind=HitKind(row.kind),
        message=row.message_id,
        link=row.link,
        url=row.url,
        at=Moment(row.at),
        who=HitClass(row.who),
        agent=row.agent,
        network=row.network,
    )
    return KeptHit(row.id, hit, bool(row.settled), bool(row.counted))


_KEEP = insert(hits)
_DUE = (
    select(hits)
    .where(_h.settled == 0, _h.at <= bindparam("of_until", type_=BIG))
    .order_by(_h.id)
    .limit(bindparam("most"))
)
_AROUND = (
    select(hits)
    .where(_h.message_id.in_(bindparam("ids", expanding=True)))
    .order_by(_h.id.desc())
    .limit(MOST_AROUND)
)
_MAILS = (
    select(
        _m.id,
        _m.contact_id,
        _m.enrollment_id,
        _m.campaign,
        _m.step,
        _m.topic,
        func.coalesce(_m.sent_at, _m.dated_at).label("taken_at"),
    )
    .join(contacts, contacts.c.id == _m.contact_id)
    .where(_m.id.in_(bindparam("ids", expanding=True)), contacts.c.erased_at.is_(None))
)
_SETTLE = (
    update(hits)
    .where(_h.id == bindparam("of_id"))
    .values(who=bindparam("new_who"), counted=bindparam("new_counted"), settled=1)
)
