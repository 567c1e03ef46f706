"""The ways by which a worker's mail leaves: the transport of the settings, and those of the campaign files.
They come and go with the revisions."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from penfriend.bootstrap.fit_to_send import FitToSend
from penfriend.bootstrap.jobs import Jobs
from penfriend.bootstrap.stopped import judge_of
from penfriend.bootstrap.way_out import OpenWay, Stopping, WayOut
from penfriend.delivery import Keys
from penfriend.domain.errors import SettingError
from penfriend.domain.outbox import DEFAULT_ROUTE, addresses
from penfriend.domain.ports import Asking
from penfriend.engine.live import Live
from penfriend.engine.send_report import SendReport

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House

log = logging.getLogger("penfriend.send")


class WaysOut:
    """All ways of one worker; `default` is there from the start. Raises SettingError where it cannot be."""

    def __init__(
        self, house: House, open_way: OpenWay, fit: FitToSend, *, paced: bool = True, jobs: Jobs | None = None
    ) -> None:
        self._house, self._open_way, self._fit, self._paced = house, open_way, fit, paced
        self._jobs = jobs
        self._taking_up = threading.Lock()
        self._left: list[WayOut] = []
        self._judge = judge_of(house)
        default = self._way(DEFAULT_ROUTE, house.settings.transport)
        self._ways: dict[str, WayOut] = {DEFAULT_ROUTE: default}

    @property
    def owner(self) -> str:
        """The name of the way that is always there."""
        return self._ways[DEFAULT_ROUTE].owner

    @property
    def owners(self) -> frozenset[str]:
        """The names under which mails are held."""
        return frozenset(way.owner for way in (*self._ways.values(), *self._left) if not way.is_closed)

    def take_up(self, live: Live, asking: Asking) -> None:
        """Open what the revision names, leave what it names no longer or otherwise."""
        definitions = live.definitions
        keys = Keys(definitions.dkim, self._house.settings.config.parent)
        wanted = addresses(definitions, self._house.settings.transport)
        with self._taking_up:
            kept = {
                name: way
                for name, way in self._ways.items()
                # its owner's name is the worker's: it changes its address by itself
                if name == DEFAULT_ROUTE or wanted.get(name) == way.address
            }
            for name, way in self._ways.items():
                if name not in kept:
                    way.leave()
                    self._left.append(way)
            for name, address in wanted.items():
                new = None if name in kept else self._opened(name, address)
                if new is not None:
                    kept[name] = new
            for name, way in kept.items():
                way.take_up(live, asking, keys, wanted[name])
            self._ways = kept

    def _way(self, name: str, address: str) -> WayOut:
        how = (self._open_way, self._judge, self._fit)
        return WayOut(self._house, name, address, *how, paced=self._paced, jobs=self._jobs)

    def _opened(self, name: str, address: str) -> WayOut | None:
        """One that cannot be opened here keeps its own mails waiting, and nobody else's."""
        try:
            return self._way(name, address)
        except SettingError as error:
            log.error("transport %s cannot be used, its mails wait: %s", name, error)
            return None

    def send(self, live: Live, stopping: Stopping) -> SendReport:
        """What is due is sent, one way after the other, in the order of their names."""
        total = SendReport()
        for _, way in sorted(self._ways.items()):
            total.add(way.send(live, stopping))
        return total

    def bring_forward(self) -> bool:
        """The same of all ways: for who lives one moment to its end."""
        return sum(way.bring_forward() for way in self._ways.values()) > 0

    def send_apart(self, live: Live, stopping: Stopping) -> SendReport:
        """The same, each way in a thread of its own, and nobody waits for another; what former turns came to.
        Raises the first failure of one of them, once all have begun."""
        only = next(iter(self._ways.values())) if len(self._ways) == 1 else None
        if only is not None and not only.is_busy:
            return only.send(live, stopping)
        total, failures = SendReport(), list[Exception]()
        for _, way in sorted(self._ways.items()):
            try:
                total.add(way.send_apart(live, stopping))
            except Exception as failure:  # the others begin their turns first
                failures.append(failure)
        if failures:
            raise failures[0]
        return total

    def close(self) -> None:
        """Close them all."""
        for way in (*self._ways.values(), *self._left):
            way.close()
