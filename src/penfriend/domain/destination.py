"""A destination: the domain of the recipients' addresses, over one route. How many mails it is given at a
time, what a result says of it, and how long it rests.

The way is Postfix's (its SCHEDULER_README, "Concurrency scheduling"), with Postfix's defaults: a window of 5
at first and of 20 at most, feedback of 1 either way (and not 1/concurrency: a campaign lasts minutes, and a
window that needs twenty good mails to grow by one would never recover in it), and one failed cohort ends it.
Postfix counts failed connections alone, because it sees the destination itself; behind a relay 4xx and 421
are what is to be seen of it, so they count as well.

A cohort is as many mails as are on their way at the same time, and three at least: each failure in a window
of n counts 1/n, and when a whole one is together with no good result in between, the destination rests. From
5 it takes four in a row, from 20 thirteen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from penfriend.domain.delivery import Outcome, Result, Stage
from penfriend.domain.timing import SECOND, Moment

FIRST_WINDOW = 5
"""Postfix's initial_destination_concurrency."""
LARGEST_WINDOW = 20
"""Postfix's default_destination_concurrency_limit."""
SMALLEST_COHORT = 3
"""Ours: over one connection a single mail that is put off would else rest the whole domain."""
FIRST_REST, LONGEST_REST = 300 * SECOND, 4_000 * SECOND
"""Postfix's minimal_backoff_time and maximal_backoff_time."""
GREYLISTED = re.compile(r"gr[ae]y-?\s?list", re.IGNORECASE)
"""How a server says that it does not know this sender and recipient yet: it asks for nothing but patience."""


def domain_of(address: str) -> str:
    """The domain of an address as the DNS has it: lower case, in ASCII (IDNA); empty where there is none."""
    _, at, domain = address.strip().rpartition("@")
    domain = domain.rstrip(".").lower() if at else ""
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:  # no name of the DNS, and still the same text each time
        return domain


class Says(Enum):
    """What a result says of the destination."""

    GOOD = "good"
    BAD = "bad"
    NOTHING = "nothing"


_WITH_THE_MAIL = frozenset({Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.BODY, Stage.DOT})
_RECIPIENT_KNOWN = _WITH_THE_MAIL - {Stage.MAIL}
_OF_ONE_ADDRESS = frozenset({"4.1.1", "4.1.3", "4.1.6"})
_OF_ONE_MAILBOX_OR_MAIL = ("4.2.", "4.6.", "4.3.4")
"""A full or busy mailbox, the content, the size: the next mail is another."""


def speaks_of_us(result: Result) -> bool:
    """Whether the server spoke of us, or of all we send: our reputation, login or rate."""
    return (result.enhanced or "").startswith(("4.7.", "5.7.")) or result.code in (421, 530)


def told_for_one_destination(result: Result) -> bool:
    """Whether it spoke of us for a while and when it had heard the recipient: one destination's opinion, as
    long as no other says the same."""
    for_a_while = result.code is not None and 400 <= result.code < 500
    return for_a_while and result.stage in _RECIPIENT_KNOWN and speaks_of_us(result)


def says(result: Result) -> Says:
    """What a result says of the destination.

    Good is an accepted mail alone. Bad are 421 and 4xx, a lost connection, silence and garbage, from MAIL on.
    Nothing says what came before MAIL, and what speaks of us at MAIL (the route's matter); a refusal for good
    (it is of this recipient, this mail, or us); a 4xx about one mailbox or one mail; and greylisting, by its
    word or by a 450 or 451 with 4.7.1, the code it usually comes with: it puts off each first mail to a
    person and lets in the second, so that a destination which does it would never be written to if it rested.
    """
    if result.outcome is Outcome.ACCEPTED:
        return Says.GOOD
    if result.outcome is Outcome.REJECTED or result.stage not in _WITH_THE_MAIL:
        return Says.NOTHING
    if result.code is None:
        return Says.BAD
    routes = result.stage is Stage.MAIL and speaks_of_us(result)
    if routes or result.code >= 500 or _of_one_message(result):
        return Says.NOTHING
    return Says.BAD


def _of_one_message(result: Result) -> bool:
    if result.code == 421:
        return False
    enhanced = result.enhanced or ""
    if enhanced in _OF_ONE_ADDRESS or enhanced.startswith(_OF_ONE_MAILBOX_OR_MAIL):
        return True
    return (result.code in (450, 451) and enhanced == "4.7.1") or bool(GREYLISTED.search(result.text))


@dataclass(frozen=True, slots=True)
class Window:
    """How many mails a destination is given at a time, and how much of a cohort has failed in a row."""

    size: int
    failed: float = 0.0

    def after_good(self, busy: int, limit: int) -> Window:
        """One mail was accepted, of `busy` on their way: one more at a time, where all of it was used."""
        grows = busy >= self.size
        return Window(min(self.size + 1, limit) if grows else self.size)

    def after_bad(self) -> Window | None:
        """One mail met trouble: one less at a time. None where a whole cohort has failed: it is to rest."""
        failed = self.failed + 1 / max(self.size, SMALLEST_COHORT)
        if failed >= 1:
            return None
        return Window(max(1, self.size - 1), failed)


ON_TRIAL = Window(1, 0.99)
"""Of a destination whose rest is over: one mail tries, and one failure is enough."""


def largest_window(connections: int) -> int:
    """How many of the route's connections one destination may hold: 20, and at least one connection, or a
    fifth of them, stays for the others, so that one that hangs does not hold them up."""
    return max(1, min(LARGEST_WINDOW, connections - max(1, connections // 5)))


def rest_of(failures: int) -> int:
    """Microseconds that a destination rests after so many cohorts failed in a row: 300 seconds, doubled each
    time, at most 4,000."""
    return min(FIRST_REST * (1 << min(max(failures, 1) - 1, 10)), LONGEST_REST)


@dataclass(frozen=True, slots=True)
class Rest:
    """A destination that has failed, as all workers know it. When the rest is over one mail tries."""

    until: Moment
    failures: int
    """How many cohorts in a row."""
    reason: str
    """The server's words, or what broke."""


@dataclass(frozen=True, slots=True)
class Rests:
    """What rests on one route at a moment."""

    route_until: Moment | None = None
    """Until when the route itself rests, if it does."""
    destinations: Mapping[str, Rest] = field(default_factory=dict)
    """By domain; also those whose rest is over and that have accepted nothing since."""

    def until(self, domain: str, now: Moment) -> Moment | None:
        """Until when the destination rests, if it does."""
        rest = self.destinations.get(domain) if self.destinations else None
        return rest.until if rest is not None and rest.until > now else None
