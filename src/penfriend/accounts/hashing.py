"""Passwords as argon2id hashes (RFC 9106), a few at a time.

One hash takes 64 MB and a core for some hundredths of a second, which is its purpose. So no more than AT_ONCE
are made at the same moment, and who would have to wait too long for their turn is told to come back: a flood
of guesses must not take the memory of the process that sends the mail.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from penfriend.domain.accounts.passwords import normal
from penfriend.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from argon2 import PasswordHasher

AT_ONCE = 2
WAIT_SECONDS = 2.0


class Hasher:
    """Makes and checks hashes. With `cheap` they guard nothing: for tests."""

    def __init__(self, *, cheap: bool = False) -> None:
        self._cheap = cheap
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def hash(self, password: str) -> str:
        """The hash of a password, with a salt of its own."""
        with self._turn():
            return self._argon2.hash(normal(password))

    def verify(self, kept: str | None, password: str) -> bool:
        """Whether the password is the one whose hash is kept. None, for a user that there is not or who has
        none, takes as long as any wrong one."""
        from argon2.exceptions import InvalidHashError, VerificationError

        with self._turn():
            try:
                self._argon2.verify(kept or self._nobodys, normal(password))
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made with other costs than those of today."""
        return self._argon2.check_needs_rehash(kept)

    @cached_property
    def _argon2(self) -> PasswordHasher:
        from argon2 import PasswordHasher

        return PasswordHasher(1, 8, 1) if self._cheap else PasswordHasher()

    @cached_property
    def _nobodys(self) -> str:
        """A hash of nothing that anybody can type: as costly as a real one."""
        return self._argon2.hash("\0")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=WAIT_SECONDS):
            raise StoreUnavailable("too many passwords are being checked")
        try:
            yield
        finally:
            self._turns.release()
