"""The figures of a store, asked once for all who want them within a while."""

from __future__ import annotations

import threading

from penfriend.bootstrap.applying import NOT_APPLIED
from penfriend.bootstrap.house import House
from penfriend.domain.errors import PenfriendError
from penfriend.domain.figures import Figures
from penfriend.storage.figures import figures

KEPT_SECONDS = 5.0
"""So long an answer is given again at least, whoever asks,"""
SHARE = 20
"""and so many times as long as it took: asking takes a twentieth of one processor at most."""


class FigureBook:
    """Used by many threads."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._asking = threading.Lock()
        self._known: Figures | None = None
        self._until: float | None = None

    def read(self) -> Figures | None:
        """The figures, some seconds old at most; None where the store cannot be asked now."""
        clock = self._house.clock
        with self._asking:
            began = clock.elapsed()
            if self._until is None or began >= self._until:
                try:
                    self._known = self._ask()
                except PenfriendError:
                    self._known = None
                took = clock.elapsed() - began
                self._until = began + max(KEPT_SECONDS, SHARE * took)
            return self._known

    def _ask(self) -> Figures:
        live = self._house.live()
        coupons = live.definitions.coupons if live else {}
        with_codes = [name for name, coupon in coupons.items() if coupon.file is not None]
        with self._house.db.read() as connection:
            return figures(connection, self._house.clock.now(), with_codes, NOT_APPLIED)
