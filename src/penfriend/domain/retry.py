"""What follows from an outcome: done, another try and when, failed, in doubt; and whether the address or the
route is the matter.

Backoff follows RFC 5321 4.5.4.1 (first retries soon, then rarely); the codes are those of RFC 3463 and its
registry.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from penfriend.domain.campaign import OnUnknown
from penfriend.domain.delivery import Fault, Outcome, Result, Stage
from penfriend.domain.destination import Says, says, speaks_of_us, told_for_one_destination
from penfriend.domain.message import Status
from penfriend.domain.reasons import Postponed
from penfriend.domain.timing import DAY, HOUR, MINUTE, SECOND, Moment

DEAD_ADDRESS_CODES = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})
"""Enhanced codes that say the address itself is dead: bad mailbox, bad system, bad syntax, moved, null MX.
Never 5.7.x: that is about us."""

FIRST_RETRY = 5 * MINUTE
LONGEST_RETRY = 4 * HOUR
ROUTE_PAUSE = 30 * SECOND
LONGEST_ROUTE_PAUSE = 15 * MINUTE
LOGIN_PAUSE = LONGEST_ROUTE_PAUSE
"""After a login that was refused for good: each further one brings a lockout nearer, and only a person can
put it right."""
LONGEST_WISH = DAY
"""A server that asks for more than this is not obeyed: `max_lateness` must be able to decide."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What happens to the message, and beside it."""

    status: Status
    due_at: Moment | None = None
    """The next try, where the message is due again."""
    suppress: bool = False
    """The address is dead: nobody writes to it any more."""
    pause_route: bool = False
    """The route is the matter: others wait as well."""
    rests_until: Moment | None = None
    """At least so long, where the message itself does not wait for it; else as long as that."""
    uncounted: bool = False
    """The try does not count against the message's backoff: it was not its matter."""

    @property
    def held_by(self) -> Postponed | None:
        """What the message waits for. None where it waits for another try alone: the server's answer says
        why."""
        return Postponed.PROVIDER_PAUSED if self.pause_route else None


def _jitter(message_id: str, number: int) -> float:
    """0.8 to 1.2, the same for the same message and try, so that a run can be repeated."""
    digest = hashlib.sha256(f"{message_id} {number}".encode()).digest()
    return 0.8 + 0.4 * digest[0] / 255


def backoff(message_id: str, number: int) -> int:
    """Microseconds to the next try after try `number` (1 is the first): 5 minutes, doubled each time, at most
    4 hours, with jitter."""
    return int(min(FIRST_RETRY * 2 ** min(number - 1, 10), LONGEST_RETRY) * _jitter(message_id, number))


def route_pause(failures: int) -> int:
    """Microseconds that a route rests after so many failures in a row: 30 seconds, doubled each time, at most
    15 minutes."""
    return int(min(ROUTE_PAUSE * 2 ** min(max(failures, 1) - 1, 10), LONGEST_ROUTE_PAUSE))


def came_before_any_mail(result: Result) -> bool:
    """Whether the server was not even reached, or let us in no further than to its door: no mail was offered
    to it."""
    return result.stage in _BEFORE_ANY_MAIL


def route_is_the_matter(result: Result) -> bool:
    """Whether a fault of the route holds for other mails as well: there was no session, or it is our
    reputation, login or rate.

    A connection lost in the middle of one mail says nothing about the next one, and what a server says for a
    while, knowing the recipient, is that destination's opinion.
    """
    if came_before_any_mail(result):
        return True
    # an HTTP API that has enough for now, or is broken, says so to every mail
    if result.stage is Stage.REQUEST and (result.code == 429 or (result.code or 0) >= 500):
        return True
    return speaks_of_us(result) and not told_for_one_destination(result)


def _login_refused(result: Result) -> bool:
    return result.stage is Stage.AUTH and result.code is not None and result.code >= 500


_BEFORE_ANY_MAIL = frozenset({Stage.CONNECT, Stage.GREETING, Stage.EHLO, Stage.STARTTLS, Stage.AUTH})


def consequence(
    result: Result,
    *,
    message_id: str,
    number: int,
    now: Moment,
    on_unknown: OnUnknown,
    told_by_several: bool = False,
) -> Consequence:
    """What follows from the result of try `number` of a message. `told_by_several`: what one destination says
    of us, others have said as well."""
    match result.outcome:
        case Outcome.ACCEPTED:
            return Consequence(Status.SENT)
        case Outcome.UNKNOWN:
            if on_unknown is OnUnknown.RESEND:
                return Consequence(Status.DUE, due_at=Moment(now + backoff(message_id, number)))
            return Consequence(Status.UNKNOWN)
        case Outcome.REJECTED if result.fault is not Fault.ROUTE:
            dead = result.fault is Fault.RECIPIENT and result.enhanced in DEAD_ADDRESS_CODES
            return Consequence(Status.FAILED, suppress=dead)
        case _:
            return _another_try(result, message_id, number, now, told_by_several)


def _another_try(
    result: Result, message_id: str, number: int, now: Moment, told_by_several: bool
) -> Consequence:
    wait = int(min((result.retry_after or 0) * SECOND, LONGEST_WISH))
    of_one = told_for_one_destination(result)
    if result.fault is Fault.ROUTE and (route_is_the_matter(result) or (of_one and told_by_several)):
        shortest = LOGIN_PAUSE if _login_refused(result) else ROUTE_PAUSE
        return Consequence(Status.DUE, Moment(now + max(wait, shortest)), pause_route=True, uncounted=True)
    if result.fault is Fault.ROUTE and of_one and says(result) is Says.BAD:
        return Consequence(Status.DUE, Moment(now + max(wait, backoff(message_id, 1))), uncounted=True)
    return Consequence(Status.DUE, Moment(now + max(wait, backoff(message_id, number))))
