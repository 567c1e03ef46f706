"""How each transport does today: whether it rests, its rate, what it sent, the limit of its warm-up."""

from __future__ import annotations

from collections.abc import Mapping

from penfriend.delivery import rate_of
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import SettingError
from penfriend.domain.outbox import DEFAULT_ROUTE, stand_in
from penfriend.domain.overview import TransportState
from penfriend.domain.pacing import Rate
from penfriend.domain.timing import Moment, local_date, midnight
from penfriend.storage.database import Database
from penfriend.storage.rate_book import RateBook

Resting = Mapping[str, tuple[Moment, str]]
"""The routes that rest: until when, and why."""


def transport_states(
    db: Database, definitions: Definitions, address: str, resting: Resting, now: Moment
) -> dict[str, TransportState]:
    """Of `default`, which has that address, and of those of the files."""
    zone = definitions.brand.zone
    today = midnight(local_date(now, zone), zone)
    names = dict.fromkeys((DEFAULT_ROUTE, *sorted(definitions.transports)))
    return {name: _state(RateBook(db), name, definitions, address, resting, today) for name in names}


def _state(
    book: RateBook,
    name: str,
    definitions: Definitions,
    address: str,
    resting: Resting,
    today: Moment,
) -> TransportState:
    plan = definitions.transport_plan(name)
    rate = plan.rate or _rate_of(plan.url or address)
    until, why = resting.get(name, (None, None))
    handed = book.handed_over(name, today)
    day = handed.days_before + 1
    limit = None if plan.warm_up is None else plan.warm_up.limit(day)
    return TransportState(
        sent_today=handed.today,
        rate=None if rate is None else str(rate),
        rests_until=until,
        reason=why,
        carried_by=None if until is None else stand_in(name, definitions, resting),
        warm_up_day=None if limit is None else day,
        warm_up_limit=limit,
    )


def _rate_of(address: str) -> Rate | None:
    """An address that is wrong is told where it is used."""
    try:
        found = rate_of(address)
    except SettingError:
        return None
    return None if found is None else Rate(found)
