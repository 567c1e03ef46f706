"""How far a store has come: a number that only grows, kept in the store and renewed every few seconds while
somebody works on it. What a machine has seen of it lies beside the store (`penfriend.storage.life_marks`):
a store that is behind that was restored from a backup.

`epoch` names the life: a store that was restored begins another, and remembers those before it, so that other
machines, which have seen more of an earlier life, know that somebody has noticed.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from sqlalchemy import BindParameter, Connection, bindparam, func, select, union, update

from penfriend.domain.gap import Gap, Settled
from penfriend.domain.outbox import DueMessage
from penfriend.domain.reasons import Postponed
from penfriend.domain.send_policy import PostponeIt
from penfriend.domain.timing import SECOND, Moment
from penfriend.storage.columns import BIG
from penfriend.storage.message_claim import IS_DUE
from penfriend.storage.notes import read_note, write_note
from penfriend.storage.tables import events, messages, notes, subscriptions
from penfriend.storage.upsert import insert_or_ignore

LIFE, GAP = "life", "gap"
"""The notes that hold them."""
HEARD_WITHIN = 2 * SECOND
"""A worker looks once a second what has become of the gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """How far a store has come."""

    epoch: str
    number: int
    at: Moment
    """When that was."""
    stopped: bool = False
    """The last worker has ended as it was asked to."""
    past: tuple[str, ...] = ()
    """The epochs before this one."""

    @classmethod
    def of(cls, text: str) -> Self:
        """What `str` has written. Raises ValueError, KeyError or TypeError for anything else."""
        kept: dict[str, Any] = json.loads(text)
        return cls(**(kept | {"past": tuple(kept["past"])}))

    def __str__(self) -> str:
        return json.dumps(asdict(self))

    def is_behind(self, seen: Life) -> bool:
        """Whether it has not come as far as it was seen to."""
        if seen.epoch == self.epoch:
            return self.number < seen.number
        return seen.epoch not in self.past


def read_life(connection: Connection) -> Life | None:
    """How far the store has come; None where nobody has worked on it yet."""
    text = read_note(connection, LIFE)
    return None if text is None else Life.of(text)


def read_gap(connection: Connection) -> Gap | None:
    """The last gap that was found."""
    text = read_note(connection, GAP)
    return None if text is None else Gap.of(json.loads(text))


def renew_life(
    connection: Connection, now: Moment, *, seen: Life | None = None, stopped: bool = False
) -> Life | None:
    """One step further; None, and no step, where the store is behind what was `seen` of it: it was replaced
    just now."""
    known = _locked(connection)
    if seen is not None and (known is None or known.is_behind(seen)):
        return None
    life = (
        Life(epoch=secrets.token_hex(8), number=1, at=now, stopped=stopped)
        if known is None
        else replace(known, number=known.number + 1, at=now, stopped=stopped)
    )
    write_note(connection, LIFE, str(life))
    return life


def begin_anew(
    connection: Connection, found: Life | None, seen: Life | None, gap: Gap
) -> tuple[Life, Gap | None]:
    """Another life, because of a gap: `found` is behind what was `seen`, or nobody has seen it. Unless
    another worker has noticed that at the same moment. Gives what is true now."""
    known, before = _locked(connection), read_gap(connection)
    if known is not None and known != found and (seen is None or not known.is_behind(seen)):
        return known, before
    lives = [one for one in (known, seen) if one is not None]
    past = dict.fromkeys(epoch for one in lives for epoch in (*one.past, one.epoch))
    number = max((one.number for one in lives), default=0) + 1
    life = Life(epoch=secrets.token_hex(8), number=number, at=gap.found_at, past=tuple(past))
    gap = gap.with_earlier(before)
    write_note(connection, LIFE, str(life))
    write_note(connection, GAP, json.dumps(gap.as_json()))
    return life, gap


def settle_gap(connection: Connection, settled: Settled, now: Moment) -> int | None:
    """Somebody has said what becomes of the mails of the gap; how many wait for that, None where there is no
    gap."""
    gap = read_gap(connection)
    if gap is None:
        return None
    write_note(connection, GAP, json.dumps(gap.settle(settled, now).as_json()))
    return connection.execute(_COME_UP, {"now": now}).rowcount


def until_settled(
    connection: Connection, postponed: list[tuple[DueMessage, PostponeIt]], now: Moment
) -> list[tuple[DueMessage, PostponeIt]]:
    """The same postponements; where what they wait for was said meanwhile, the mail comes up again as soon as
    its worker has heard of that. Nobody says it before the end of the transaction."""
    if all(wait.reason is not Postponed.UNCONFIRMED for _, wait in postponed):
        return postponed
    text = connection.execute(_LOCK_GAP).scalar()
    if text is None or Gap.of(json.loads(text)).is_open:
        return postponed
    soon = Moment(now + HEARD_WITHIN)
    return [
        (message, replace(wait, until=soon) if wait.reason is Postponed.UNCONFIRMED else wait)
        for message, wait in postponed
    ]


def count_held(connection: Connection) -> int:
    """How many mails wait until somebody says yes."""
    return connection.execute(_HELD).scalar_one()


def brought_again(connection: Connection, gap: Gap, contacts: Collection[int]) -> set[int]:
    """Those of the contacts of whom something is known whose own moment lies in the gap: it can only have
    come after it was found."""
    about = {"contacts": sorted(contacts), "since": gap.since, "until": gap.until}
    return set(connection.execute(_BROUGHT_AGAIN, about).scalars())


def _locked(connection: Connection) -> Life | None:
    """The note, and nobody else writes it until the end of the transaction: it never goes back."""
    connection.execute(insert_or_ignore(connection.dialect.name, notes).values(name=LIFE, value=None))
    text = connection.execute(_LOCK).scalar()
    return None if text is None else Life.of(text)


_LOCK_GAP = select(notes.c.value).where(notes.c.name == GAP).with_for_update(read=True)
_LOCK = select(notes.c.value).where(notes.c.name == LIFE).with_for_update()
_m, _e, _s = messages.c, events.c, subscriptions.c
_IS_HELD = IS_DUE & (_m.due_at >= 0) & (_m.held_by == Postponed.UNCONFIRMED.value)
"""By the moment, which is never before 1970, since SQLite looks for few rows only where an index of theirs is
named by its column: otherwise it reads all mails, a second and a half for ten million."""
_HELD = select(func.count()).select_from(messages).where(_IS_HELD)
_COME_UP = update(messages).where(_IS_HELD).values(due_at=bindparam("now", type_=BIG))
_WHOSE: BindParameter[Sequence[int]] = bindparam("contacts", expanding=True)
_SINCE, _UNTIL = bindparam("since", type_=BIG), bindparam("until", type_=BIG)
_BROUGHT_AGAIN = union(
    # what we say ourselves of a mail that is taken as sent is no news from outside
    select(_e.contact_id).where(
        _e.contact_id.in_(_WHOSE), _e.message_id.is_(None), _e.at > _SINCE, _e.at <= _UNTIL
    ),
    select(_s.contact_id).where(_s.contact_id.in_(_WHOSE), _s.at > _SINCE, _s.at <= _UNTIL),
)
