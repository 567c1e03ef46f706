"""What is good once: one-time links and recovery codes. Whoever deletes the row has used it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, insert, or_, select

from penfriend.domain.accounts.users import digest_of
from penfriend.domain.timing import Moment
from penfriend.storage.tables import one_time_links, recovery_codes

_l, _r = one_time_links.c, recovery_codes.c


def keep_link(connection: Connection, token: str, user: int, now: Moment, until: Moment) -> None:
    """Keep the hash of a new one-time link. The links that the user had are void, and so are all that nobody
    has used in time."""
    connection.execute(delete(one_time_links).where(or_(_l.user_id == user, _l.until <= now)))
    row = {"digest": digest_of(token), "user_id": user, "made_at": now, "until": until}
    connection.execute(insert(one_time_links), row)


def user_of_link(connection: Connection, token: str, now: Moment) -> int | None:
    """Whose link it is; None for what was never made, was used, or is too old."""
    chosen = select(_l.user_id).where(_l.digest == digest_of(token), _l.until > now)
    found: int | None = connection.execute(chosen).scalar()
    return found


def use_link(connection: Connection, token: str, now: Moment) -> int | None:
    """Use it up: whose it was. Of two who use it at once one has it."""
    used = delete(one_time_links).where(_l.digest == digest_of(token), _l.until > now)
    found: int | None = connection.execute(used.returning(_l.user_id)).scalar()
    return found


def void_links(connection: Connection, user: int) -> None:
    """Let no link of the user be good any more."""
    connection.execute(delete(one_time_links).where(_l.user_id == user))


def keep_codes(connection: Connection, user: int, codes: Sequence[str]) -> None:
    """Keep the hashes of new recovery codes in place of those that the user had."""
    connection.execute(delete(recovery_codes).where(_r.user_id == user))
    if codes:
        connection.execute(
            insert(recovery_codes), [{"digest": digest_of(code), "user_id": user} for code in codes]
        )


def use_code(connection: Connection, user: int, code: str) -> bool:
    """Use a recovery code up; False where the user has no such code any more."""
    used = delete(recovery_codes).where(_r.digest == digest_of(code), _r.user_id == user)
    return bool(connection.execute(used).rowcount)


def codes_left(connection: Connection, user: int) -> int:
    """How many recovery codes the user still has."""
    chosen = select(func.count()).select_from(recovery_codes).where(_r.user_id == user)
    return int(connection.execute(chosen).scalar_one())
