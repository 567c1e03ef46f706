"""How guesses are slowed down: by account, by network, and never for ever.

Each guess is counted in one or two buckets before the password is looked at, so that a hundred guesses at
once are no way round. A few are free; then each makes the wait before the next one twice as long, up to
LONGEST_WAIT. A guess during the wait is refused unseen and does not prolong it. After a quiet while all is
forgotten.

A stranger must not be able to lock an owner out. Who has signed in with a browser before is known by it (a
cookie that nobody can make up) and has a bucket of their own, however hard others guess; and a one-time link
is never slowed down, for nobody guesses 256 bits.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from penfriend.domain.timing import HOUR, MINUTE, SECOND, Moment

FREE_FOR_USER, FREE_FOR_NETWORK = 5, 20
"""So many wrong guesses make nobody wait. Whole offices come from one network."""
FIRST_WAIT = SECOND
LONGEST_WAIT = 15 * MINUTE
FORGOTTEN_AFTER = 12 * HOUR
"""Without a further guess."""
_ENOUGH_DOUBLINGS = 20
"""After so many the longest wait is reached, and no number grows on."""
NEVER = Moment(0)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where guesses are counted."""

    name: str
    free: int


@dataclass(frozen=True, slots=True)
class Count:
    """The guesses in a bucket."""

    wrong: int = 0
    last_at: Moment = NEVER
    until: Moment = NEVER
    """No guess is looked at before."""


def buckets(who: str, network: str, known_browser: str = "") -> tuple[Bucket, ...]:
    """Where a guess at that account is counted. `known_browser` is what tells the browser in which the same
    person has signed in before. Names and addresses are hashed: what strangers type is not kept."""
    if known_browser:
        return (Bucket(f"browser:{_hash(f'{known_browser} {who}')}", FREE_FOR_USER),)
    return (
        Bucket(f"network:{_hash(network)}", FREE_FOR_NETWORK),
        Bucket(f"user:{_hash(who)}", FREE_FOR_USER),
    )


def wait_of(count: Count, now: Moment) -> int:
    """How long it still takes until a guess is looked at; 0 for at once. In microseconds."""
    return max(0, count.until - now)


def after_guess(count: Count, bucket: Bucket, now: Moment) -> Count:
    """The bucket with one guess more, taken for a wrong one until it is known to be right."""
    wrong = (0 if now - count.last_at >= FORGOTTEN_AFTER else count.wrong) + 1
    over = wrong - bucket.free
    wait = 0 if over < 0 else min(FIRST_WAIT << min(over, _ENOUGH_DOUBLINGS), LONGEST_WAIT)
    return Count(wrong, now, Moment(now + wait))


def after_success(count: Count, bucket: Bucket) -> Count | None:
    """The bucket when the guess turned out right. An account begins anew (None); a network only takes that
    guess back, or whoever has one account could go on guessing at others from there."""
    if not bucket.name.startswith("network:"):
        return None
    return Count(count.wrong - 1, count.last_at, count.last_at)


def starts_to_wait(count: Count, bucket: Bucket) -> bool:
    """Whether this guess is the one from which on the bucket makes wait: told once, not each time."""
    return count.wrong == bucket.free


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
