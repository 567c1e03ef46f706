"""The codes of coupons: taken in from files, given out one for each enrollment, counted.

A code is given by an UPDATE that names it as free, and an enrollment has one code of a coupon at most (a
unique index): so none is given twice, whoever asks at the same time and whatever crashes in between.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import islice

from sqlalchemy import Connection, Select, bindparam, func, select, text, tuple_, update

from penfriend.domain.campaign import Send, walk_steps
from penfriend.domain.coupons import CouponCounts
from penfriend.domain.definitions import Definitions
from penfriend.domain.reasons import Postponed
from penfriend.domain.timing import Moment
from penfriend.storage.database import Database
from penfriend.storage.message_claim import IS_DUE
from penfriend.storage.notes import read_note, write_note
from penfriend.storage.tables import coupon_codes, messages

ROWS = 10_000
"""So many codes of a file are written in one statement."""

_c = coupon_codes.c
# IS NULL as the partial indexes have it
_FREE = _c.enrollment_id.is_(None)


class CouponPool:
    """The codes of one store (the port `penfriend.domain.coupons.Coupons`)."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def give(self, coupon: str, enrollments: Sequence[int], now: Moment) -> dict[int, str]:
        """The code of each of these enrollments: the one that it has, or a free one, in the order of the
        file, that is its own from now on. Where none is left it is missing."""
        return self._db.run(lambda connection: _give(connection, coupon, enrollments, now))

    def take_in(self, coupon: str, codes: Iterable[str], digest: str, now: Moment) -> bool:
        """Make these the codes of the coupon: new ones come in, free ones that are no longer among them go,
        given ones stay. False where `digest`, of the file, is that of the last time: nothing is done then.

        One transaction, so that a file is taken in whole or not at all.
        """
        with self._db.read() as connection:
            if read_note(connection, _note(coupon)) == digest:
                return False
        with self._db.write() as connection:
            if _take_in(connection, coupon, codes, now):
                connection.execute(_LOOK_AGAIN, {"now": now})
            write_note(connection, _note(coupon), digest)
        return True

    def rename(self, before: str, after: str) -> None:
        """`was`: the codes of one coupon are those of another from now on, given ones included."""
        with self._db.write() as connection:
            known = select(_c.id).where(_c.coupon == after).limit(1)
            if connection.execute(known).first() is None:
                connection.execute(update(coupon_codes).where(_c.coupon == before).values(coupon=after))
                write_note(connection, _note(after), read_note(connection, _note(before)))
                write_note(connection, _note(before), None)


def _note(coupon: str) -> str:
    return f"codes of {coupon}"


def _give(connection: Connection, coupon: str, enrollments: Sequence[int], now: Moment) -> dict[int, str]:
    has = select(_c.enrollment_id, _c.code).where(
        _c.coupon == coupon, _c.enrollment_id.in_(bindparam("ids", expanding=True))
    )
    codes = {row.enrollment_id: row.code for row in connection.execute(has, {"ids": list(enrollments)})}
    without = [one for one in dict.fromkeys(enrollments) if one not in codes]
    if not without:
        return codes
    chosen = (
        select(_c.id, _c.code)
        .where(_c.coupon == coupon, _FREE)
        .order_by(_c.id)
        .limit(len(without))
        .with_for_update(skip_locked=True)
    )
    free = connection.execute(chosen).all()
    pairs = list(zip(without, free, strict=False))  # as many as there are
    if pairs:
        connection.execute(
            _GIVE, [{"of_id": row.id, "whose": enrollment, "at": now} for enrollment, row in pairs]
        )
    return codes | {enrollment: row.code for enrollment, row in pairs}


_GIVE = (
    update(coupon_codes)
    .where(_c.id == bindparam("of_id"), _FREE)
    .values(enrollment_id=bindparam("whose"), given_at=bindparam("at"))
)


_MAKE_INCOMING = {
    "sqlite": "CREATE TEMPORARY TABLE incoming_codes (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE)",
    "postgresql": """
        CREATE TEMPORARY TABLE incoming_codes (
            id bigserial PRIMARY KEY, code text COLLATE "C" NOT NULL UNIQUE
        ) ON COMMIT DROP""",
}
_FILL_INCOMING = {
    "sqlite": "INSERT OR IGNORE INTO incoming_codes (code) SELECT value FROM json_each(:codes)",
    "postgresql": """
        INSERT INTO incoming_codes (code)
        SELECT value FROM json_array_elements_text(CAST(:codes AS json)) WITH ORDINALITY AS t (value, place)
        ORDER BY place ON CONFLICT DO NOTHING""",
}
_NEW = text(
    "INSERT INTO coupon_codes (coupon, code, added_at) SELECT :coupon, code, :now FROM incoming_codes"
    " WHERE NOT EXISTS (SELECT 1 FROM coupon_codes AS known"
    " WHERE known.coupon = :coupon AND known.code = incoming_codes.code) ORDER BY id"
)
_GONE = text(
    "DELETE FROM coupon_codes WHERE coupon = :coupon AND enrollment_id IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM incoming_codes WHERE incoming_codes.code = coupon_codes.code)"
)


_LOOK_AGAIN = (
    update(messages)
    .where(IS_DUE, messages.c.held_by == Postponed.NO_COUPON.value)
    .values(due_at=bindparam("now"))
)


def _take_in(connection: Connection, coupon: str, codes: Iterable[str], now: Moment) -> bool:
    """Whether there are codes that were not there before."""
    kind = connection.dialect.name
    connection.execute(text(_MAKE_INCOMING[kind]))
    rest = iter(codes)
    while part := list(islice(rest, ROWS)):
        connection.execute(text(_FILL_INCOMING[kind]), {"codes": json.dumps(part)})
    new = connection.execute(_NEW, {"coupon": coupon, "now": now}).rowcount
    connection.execute(_GONE, {"coupon": coupon})
    connection.execute(text("DROP TABLE incoming_codes"))
    return new > 0


def coupon_counts(connection: Connection, definitions: Definitions) -> dict[str, CouponCounts]:
    """The codes of each coupon that has a file, and the mails that wait for one."""
    return {
        name: CouponCounts(
            left=_count(connection, select(_c.id).where(_c.coupon == name, _FREE)),
            given=_count(connection, select(_c.id).where(_c.coupon == name, _c.enrollment_id.is_not(None))),
            waiting=_count(connection, _waiting(definitions, name)),
            warn_below=coupon.warn_below,
        )
        for name, coupon in definitions.coupons.items()
        if coupon.file is not None
    }


def _count(connection: Connection, rows: Select[int]) -> int:
    return connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one()


def _waiting(definitions: Definitions, coupon: str) -> Select[int]:
    steps = [
        (campaign.name, step.id)
        for campaign in definitions.campaigns.values()
        for step in walk_steps(campaign.steps)
        if isinstance(step, Send) and step.coupon == coupon
    ]
    held = messages.c.held_by == Postponed.NO_COUPON.value
    return select(messages.c.id).where(IS_DUE, held, tuple_(messages.c.campaign, messages.c.step).in_(steps))
