"""Mails in a sender's hands, in their order, of which each goes when its destination has room: the claimed
ones that wait to be made, and the begun ones that wait to go."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from penfriend.domain.outbox import DueMessage
from penfriend.domain.timing import Moment
from penfriend.engine.destinations import Destinations
from penfriend.engine.letters import Made


@dataclass(slots=True)
class Begun:
    """A message that is `sending`, with when that was."""

    made: Made
    attempt: int
    since: float
    """By the clock that passes by itself."""
    lease_until: Moment
    at_the_dot: bool = False

    @property
    def domain(self) -> str:
        """Where it goes."""
        return self.made.message.domain


class WaitingLine:
    """Begun, and not handed over yet. Who waits for room keeps nobody behind them waiting."""

    def __init__(self, destinations: Destinations) -> None:
        self._destinations = destinations
        self._line: deque[Begun] = deque()
        """Nobody has looked yet whether there is room for these."""
        self._held: dict[str, deque[Begun]] = {}
        """By destination: there was no room. They are before those in the line."""
        self._freed: set[str] = set()
        """Of these destinations one had its result since."""
        self._waiting: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._line or self._held)

    def add(self, begun: Begun) -> None:
        """One more waits."""
        self._line.append(begun)
        self._waiting[begun.domain] = self._waiting.get(begun.domain, 0) + 1

    def waiting_for(self, domain: str) -> int:
        """How many go there."""
        return self._waiting.get(domain, 0)

    def frees(self, domain: str) -> None:
        """A mail that was on its way there has its result."""
        if domain in self._held:
            self._freed.add(domain)

    def next(self) -> Begun | None:
        """The first whose destination has room, taken out; None where there is no such mail."""
        while self._freed:
            domain = min(self._freed, key=lambda name: self._held[name][0].attempt)
            if self._destinations.has_room(domain):
                return self._first_of(domain)
            self._freed.discard(domain)
        while self._line:
            begun = self._line.popleft()
            if begun.domain not in self._held and self._destinations.has_room(begun.domain):
                self._goes(begun.domain)
                return begun
            self._held.setdefault(begun.domain, deque()).append(begun)
        return None

    def withdraw(self, before: float | None = None) -> list[Begun]:
        """All that wait, taken out; or those who wait for room and were begun before that moment."""
        found: list[Begun] = []
        for domain in list(self._held):
            while domain in self._held and (before is None or self._held[domain][0].since < before):
                found.append(self._first_of(domain))
        if before is None:
            found += self._line
            self._line.clear()
            self._waiting.clear()
        return found

    def _first_of(self, domain: str) -> Begun:
        held = self._held[domain]
        begun = held.popleft()
        if not held:
            del self._held[domain]
            self._freed.discard(domain)
        self._goes(domain)
        return begun

    def _goes(self, domain: str) -> None:
        left = self._waiting[domain] - 1
        if left:
            self._waiting[domain] = left
        else:
            del self._waiting[domain]


class InHand:
    """Claimed, and not decided about yet."""

    def __init__(self, destinations: Destinations, line: WaitingLine) -> None:
        self._destinations, self._line = destinations, line
        self._messages: list[DueMessage] = []

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, messages: Iterable[DueMessage]) -> None:
        """More were claimed."""
        self._messages += messages

    def take(self, most: int, seconds: float) -> list[DueMessage]:
        """The first that will probably go within `seconds`, taken out, at most so many. None to a destination
        for which some are made and wait: to make them one by one would cost the most."""
        taken: list[DueMessage] = []
        left: list[DueMessage] = []
        for place, (message, goes) in enumerate(self._sorted(seconds)):
            if goes and not self._line.waiting_for(message.domain):
                taken.append(message)
                if len(taken) == most:
                    left += self._messages[place + 1 :]
                    break
            else:
                left.append(message)
        self._messages = left
        return taken

    def excess(self, seconds: float) -> list[DueMessage]:
        """Those that will not go within `seconds`, taken out."""
        found = list(self._sorted(seconds))
        self._messages = [message for message, goes in found if goes]
        return [message for message, goes in found if not goes]

    def _sorted(self, seconds: float) -> Iterator[tuple[DueMessage, bool]]:
        """Each with whether it will go within the time."""
        room: dict[str, int] = {}
        for message in self._messages:
            domain = message.domain
            left = room.get(domain)
            if left is None:
                left = self._destinations.takes_within(domain, seconds) - self._line.waiting_for(domain)
            room[domain] = left - 1
            yield message, left > 0
