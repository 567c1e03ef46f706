"""Cron expressions, five fields as in crontab(5): which wall-clock times they name.

The only home of cronsim. It is given times without a zone, so it knows nothing of clock changes: at a spring
gap it would say 03:00 where the language says 03:30 (`penfriend.domain.timing`).
"""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache
from itertools import takewhile

from cronsim import CronSim, CronSimError

_ANY = datetime.combine(date(2000, 1, 1), time(0))


def check_cron(expression: str) -> None:
    """Raises ValueError, in words for people, for what is no cron expression of five fields or never
    comes."""
    fields = len(expression.split())
    if fields != 5:
        raise ValueError(f"it has {fields} fields, not five (minute, hour, day, month, weekday)")
    try:
        comes = next(CronSim(expression, _ANY), None)
    except CronSimError as error:
        raise ValueError(str(error)[:1].lower() + str(error)[1:]) from None
    if comes is None:
        raise ValueError("no day is such a day")


@lru_cache(maxsize=4096)
def cron_walls(expression: str, after: datetime, until: datetime) -> tuple[datetime, ...]:
    """The times that the expression names in (after, until], by a clock without changes, the earliest first.

    Zones whose clocks show the same share the answer.
    """
    if until <= after:
        return ()
    return tuple(takewhile(lambda wall: wall <= until, CronSim(expression, after)))
