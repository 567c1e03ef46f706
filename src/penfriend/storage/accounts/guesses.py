"""The guesses of passwords and codes, counted in buckets that all processes share."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from penfriend.domain.accounts import throttle
from penfriend.domain.accounts.throttle import Bucket, Count
from penfriend.domain.timing import Moment
from penfriend.storage.tables import sign_in_guesses
from penfriend.storage.upsert import insert_or_ignore

_g = sign_in_guesses.c


def count_guess(connection: Connection, buckets: Sequence[Bucket], now: Moment) -> tuple[int, list[Bucket]]:
    """Count a guess before it is looked at: how long it has to wait (it is not counted then), and the buckets
    that make wait from now on. In microseconds."""
    counts = [_locked(connection, bucket, now) for bucket in sorted(buckets, key=lambda one: one.name)]
    wait = max((throttle.wait_of(count, now) for _, count in counts), default=0)
    if wait:
        return wait, []
    begun = []
    for bucket, count in counts:
        after = throttle.after_guess(count, bucket, now)
        _keep(connection, bucket, after)
        begun += [bucket] if throttle.starts_to_wait(after, bucket) else []
    connection.execute(delete(sign_in_guesses).where(_g.last_at < now - throttle.FORGOTTEN_AFTER))
    return 0, begun


def count_success(connection: Connection, buckets: Sequence[Bucket], now: Moment) -> None:
    """The guess was right after all."""
    for bucket in sorted(buckets, key=lambda one: one.name):
        _, count = _locked(connection, bucket, now)
        after = throttle.after_success(count, bucket)
        if after is None or after.wrong <= 0:
            connection.execute(delete(sign_in_guesses).where(_g.bucket == bucket.name))
        else:
            _keep(connection, bucket, after)


def _locked(connection: Connection, bucket: Bucket, now: Moment) -> tuple[Bucket, Count]:
    """The bucket's count, held until the transaction ends: of guesses that come at once each sees the ones
    before it."""
    empty = {"bucket": bucket.name, "wrong": 0, "last_at": now, "until": 0}
    connection.execute(insert_or_ignore(connection.dialect.name, sign_in_guesses), empty)
    chosen = select(_g.wrong, _g.last_at, _g.until).where(_g.bucket == bucket.name).with_for_update()
    row = connection.execute(chosen).first()
    if row is None:  # it was old, and another guess has just deleted what is
        return _locked(connection, bucket, now)
    return bucket, Count(row.wrong, Moment(row.last_at), Moment(row.until))


def _keep(connection: Connection, bucket: Bucket, count: Count) -> None:
    values = {"wrong": count.wrong, "last_at": count.last_at, "until": count.until}
    connection.execute(update(sign_in_guesses).where(_g.bucket == bucket.name).values(values))
