"""The destinations of one route as its sender sees them: how much each has on its way, how fast it answers,
and which of them rest.

The rules are those of `penfriend.domain.destination`; here is the state between two mails, in memory. A
window is this worker's own. What rests is on record in the store, for all of them: `learn` takes it in.

Per mail this costs a look into a dictionary and two readings of the clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from penfriend.domain.delivery import Fault, Result
from penfriend.domain.destination import (
    FIRST_WINDOW,
    ON_TRIAL,
    Rests,
    Says,
    Window,
    largest_window,
    says,
    told_for_one_destination,
)
from penfriend.domain.ports import Clock
from penfriend.domain.timing import MINUTE, SECOND, Moment

SEVERAL = 3
"""What so many destinations say of us, one after the other and with no mail accepted in between, is the
route's matter."""
ANY_NUMBER = 1_000_000
LONGEST_PUT_OFF = 5 * MINUTE
"""A mail that was put off comes up again within this: its destination may have become quicker."""
MANY = 5_000
"""With more destinations than this those that are as good as new are forgotten after a batch."""
LONGEST_GAP = 10.0
"""Seconds: what is slower is as slow as that, and is soon forgotten when it is quick again."""
WEIGHT = 0.25
"""Of the newest gap between two results, in the mean of all."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What follows from a result beside its mail."""

    rests: str | None = None
    """The destination that rests from now on."""
    revives: str | None = None
    """The destination that rests no more."""
    told_by_several: bool = False
    """What it says of us others have said as well."""

    @property
    def concerns_others(self) -> bool:
        """Whether other workers must know."""
        return bool(self.rests or self.revives)


NO_NEWS = Heard()


@dataclass(slots=True)
class _Destination:
    window: Window
    busy: int = 0
    last: float = 0.0
    """When a mail last went or a result came, by the clock that passes by itself."""
    gap: float = 0.0
    """Seconds between two results while its window was full; 0 as long as it was never too small."""
    rests: bool = False
    on_trial: bool = False
    """It has failed, and accepted nothing since."""
    slot: float = 0.0
    """The moment to which the last of its mails was put off."""

    @property
    def room(self) -> int:
        return 0 if self.rests else self.window.size - self.busy


@dataclass
class Destinations:
    """All destinations of one route that this worker knows. Used in one thread."""

    connections: int
    clock: Clock
    _known: dict[str, _Destination] = field(default_factory=dict)
    _on_trial: set[str] = field(default_factory=set)
    _spoke_of_us: set[str] = field(default_factory=set)
    """Who said so since the last mail was accepted."""

    _put_off: dict[int, None] = field(default_factory=dict)
    """Mails that were put off and may go as soon as nothing else does, the earliest first."""

    def __post_init__(self) -> None:
        self._largest = largest_window(self.connections)
        self._first = min(FIRST_WINDOW, self._largest)

    def _of(self, domain: str) -> _Destination:
        found = self._known.get(domain)
        if found is None:
            found = self._known[domain] = _Destination(Window(self._first))
        return found

    def has_room(self, domain: str) -> bool:
        """Whether a mail may go there now."""
        return self._of(domain).room > 0

    def takes_within(self, domain: str, seconds: float) -> int:
        """How many more mails will probably go there within `seconds`. Any number of one that rests: they are
        decided about, and wait."""
        found = self._of(domain)
        if found.rests:
            return ANY_NUMBER
        if found.on_trial:
            return max(0, found.room)
        gap = self._gap(found)
        if gap <= 0 or self.connections == 1:  # with one connection nobody asks while a mail is on its way
            return ANY_NUMBER
        return max(0, found.room) + int(seconds / gap)

    def _gap(self, found: _Destination) -> float:
        """One that has all it may have counts as no faster than it is silent."""
        silent = self.clock.elapsed() - found.last if found.room <= 0 else 0.0
        return max(found.gap, silent)

    def hands_over(self, domain: str) -> None:
        """A mail is on its way there."""
        found = self._of(domain)
        found.busy += 1
        found.last = self.clock.elapsed()

    def gives_up(self, domain: str) -> None:
        """The mail that was on its way there will have no result."""
        self._of(domain).busy -= 1

    def hears(self, domain: str, result: Result) -> Heard:
        """A mail that was on its way there has its result."""
        found, now = self._of(domain), self.clock.elapsed()
        busy, found.busy = found.busy, found.busy - 1
        newest = min(now - found.last, LONGEST_GAP) if busy >= found.window.size else 0.0
        found.gap += WEIGHT * (newest - found.gap)
        found.last = now
        match says(result):
            case Says.GOOD:
                return self._good(domain, found, busy)
            case Says.BAD:
                return self._bad(domain, found, result)
            case Says.NOTHING:
                return Heard(told_by_several=True) if self._told_by_several(domain, result) else NO_NEWS

    def _good(self, domain: str, found: _Destination, busy: int) -> Heard:
        window = found.window
        if window.failed or (busy >= window.size and window.size < self._largest):  # else it stays as it is
            found.window = window.after_good(busy, self._largest)
        found.slot = 0.0
        self._spoke_of_us.clear()
        if not found.on_trial:
            return NO_NEWS
        self._trial_ends(domain, found)
        return Heard(revives=domain)

    def _bad(self, domain: str, found: _Destination, result: Result) -> Heard:
        several = self._told_by_several(domain, result)
        if found.rests or several:
            return Heard(told_by_several=several)
        after = found.window.after_bad()
        if after is not None:
            found.window = after
            return NO_NEWS
        self._fails(domain, found)
        found.rests = True
        return Heard(rests=domain)

    def _told_by_several(self, domain: str, result: Result) -> bool:
        if result.fault is not Fault.ROUTE or not told_for_one_destination(result):
            return False
        self._spoke_of_us.add(domain)
        if len(self._spoke_of_us) < SEVERAL:
            return False
        self._spoke_of_us.clear()
        return True

    def _fails(self, domain: str, found: _Destination) -> None:
        """One mail tries when the rest is over, and not all that wait."""
        found.window, found.on_trial = ON_TRIAL, True
        self._on_trial.add(domain)

    def _trial_ends(self, domain: str, found: _Destination) -> None:
        found.rests = found.on_trial = False
        self._on_trial.discard(domain)

    def learn(self, rests: Rests, now: Moment) -> None:
        """Take in what the store has: other workers write there too."""
        if not rests.destinations and not self._on_trial:
            return
        for domain in self._on_trial - rests.destinations.keys():
            self._trial_ends(domain, self._of(domain))
        for domain, rest in rests.destinations.items():
            found = self._of(domain)
            if not found.on_trial:
                self._fails(domain, found)
            found.rests = rest.until > now

    def put_off(self, domain: str, now: Moment) -> Moment:
        """When the next mail that it cannot take soon comes up again: each after the one before, twice as
        dense as it answers, since it may become quicker."""
        found = self._of(domain)
        after = max(found.slot, now + SECOND) + self._gap(found) * SECOND / 2
        found.slot = min(after, now + LONGEST_PUT_OFF)
        return Moment(int(found.slot))

    def remember(self, messages: Iterable[int]) -> None:
        """These were put off, since their destinations take no more at a time."""
        self._put_off |= dict.fromkeys(messages)

    def next_put_off(self, most: int) -> list[int]:
        """At most so many of those, which are remembered no longer."""
        found = list(islice(self._put_off, most))
        for message in found:
            del self._put_off[message]
        return found

    def forget_idle(self) -> None:
        """Of very many destinations keep those that are not as new."""
        if len(self._known) > MANY:
            self._known = {
                domain: one
                for domain, one in self._known.items()
                if one.busy or one.on_trial or one.window.failed or one.window.size < self._first
            }
