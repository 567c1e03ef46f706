"""What the senders of all workers must know of each other: to keep to rates and to the limits of a warm-up,
and to carry the mails of a route that rests."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from penfriend.domain.outbox import Carried, HandedOver, LaneFor
from penfriend.domain.pacing import Rate, Taken
from penfriend.domain.timing import Moment
from penfriend.storage.database import Database
from penfriend.storage.message_claim import waiting_lanes
from penfriend.storage.rate_holds import put_off_for_rate
from penfriend.storage.rate_lanes import set_aside, set_aside_from_front
from penfriend.storage.route_days import handed_over
from penfriend.storage.route_rates import exchange, peek
from penfriend.storage.routes import begin_probe, troubled_routes, withdraw_probe


class RateBook:
    """The rates of one store; each call is one transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def exchange(self, route: str, domain: str, rate: Rate, now: Moment, left: Taken, wanted: int) -> Taken:
        """Put back what is left of what was taken before, and take at most `wanted`."""
        return self._db.run(lambda connection: exchange(connection, route, domain, rate, now, left, wanted))

    def peek(self, route: str, domain: str, rate: Rate, now: Moment, wanted: int) -> int:
        """How many of so many mails the bucket would give now."""
        with self._db.read() as connection:
            number, is_set_back = peek(connection, route, domain, rate, now, wanted)
        if is_set_back:
            self.exchange(route, domain, rate, now, Taken(0, Moment(0), now), 0)
        return number

    def waiting_lanes(self, now: Moment, lanes: Collection[str]) -> list[str]:
        """Those of the lanes in which something is due."""
        with self._db.read() as connection:
            return waiting_lanes(connection, now, lanes)

    def set_aside(self, over: Mapping[str, Sequence[int]], owner: str, now: Moment, revision: int) -> None:
        """Let messages that `owner` holds wait in these lanes."""
        self._db.run(lambda connection: set_aside(connection, over, owner, now, revision))

    def set_aside_from_front(
        self, lane_for: LaneFor, now: Moment, revision: int, limit: int, carried: Carried | None
    ) -> int:
        """Of the `limit` messages that a claim would come to next, let those wait in their lanes that have
        one; how many."""
        return self._db.run(
            lambda connection: set_aside_from_front(connection, lane_for, now, revision, limit, carried)
        )

    def put_off(
        self, now: Moment, until: Moment, revision: int, limit: int, carried: Carried | None = None
    ) -> int:
        """Put off at most `limit` of the messages that are due, until then, with `rate_limit`; how many."""
        return self._db.run(
            lambda connection: put_off_for_rate(connection, now, until, revision, limit, carried)
        )

    def handed_over(self, route: str, begins_at: Moment) -> HandedOver:
        """What the route has handed over on the day that began then, and before it."""
        with self._db.read() as connection:
            return handed_over(connection, route, begins_at)

    def troubled(self, now: Moment) -> dict[str, bool]:
        """The routes that do not work, each with whether it rests; else it is to be tried again."""
        with self._db.read() as connection:
            return troubled_routes(connection, now)

    def begin_probe(self, route: str, now: Moment) -> bool:
        """Whether this worker is the one that tries a route whose rest is over; meanwhile it rests for all
        others."""
        with self._db.write() as connection:
            return begin_probe(connection, route, now)

    def withdraw_probe(self, route: str, now: Moment) -> None:
        """This worker found nothing to try the route with; the next mail that is due does."""
        with self._db.write() as connection:
            withdraw_probe(connection, route, now)
