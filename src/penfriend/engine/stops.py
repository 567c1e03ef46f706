"""Stops a campaign whose mail comes back, is called spam, or cannot be made, before a bad list or letter
burns the sender's name.

It is asked whenever something of the kind was recorded, and looks only then; the long stretch at most every
ten minutes, since it may hold many mails. Mail that is owed is not stopped: `kind: transactional` goes out
whatever came back, and a line in the log says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from typing import Protocol

from penfriend.domain.campaign import Campaign
from penfriend.domain.ports import Clock
from penfriend.domain.stops import LAST_DAYS, LAST_MAILS, USUAL, Figures, StopAt, why_stop
from penfriend.domain.timing import DAY, MINUTE, Moment
from penfriend.engine.live import Live

log = logging.getLogger("penfriend.stops")

LONG_LOOK_EVERY = 10 * MINUTE
OLDEST = 30 * DAY
"""The last mails of a campaign that sends few are no older than this."""


class StopStore(Protocol):
    """What campaigns' mails came to (`penfriend.storage.stop_log`)."""

    def figures(self, campaign: str, since: Moment, last: int | None) -> Figures:
        """What became of the mails since then, or of the last so many of them."""

    def stop(self, campaign: str, why: str, now: Moment) -> bool:
        """The campaign rests from now on; False where it has stopped already."""


class Stops:
    """The use case. `live` gives the live revision."""

    def __init__(self, store: StopStore, live: Callable[[], Live | None], clock: Clock) -> None:
        self._store, self._live, self._clock = store, live, clock
        self._long_looks: dict[str, Moment] = {}

    def look(self, names: Collection[str]) -> None:
        """Something came back, or could not be made, of these campaigns' mails. Raises StoreUnavailable."""
        live = self._live() if names else None
        for name in sorted(names):
            campaign = None if live is None else live.definitions.campaigns.get(name)
            if live is not None and campaign is not None and campaign.runs:
                self._judge(campaign, limits_of(campaign, live))

    def _judge(self, campaign: Campaign, limits: StopAt) -> None:
        name, now = campaign.name, self._clock.now()
        last = self._store.figures(name, Moment(now - OLDEST), LAST_MAILS)
        found = {f"its last {min(LAST_MAILS, last.tried + last.unmade):,} mails": last}
        before = self._long_looks.get(name)
        if before is None or not 0 <= now - before < LONG_LOOK_EVERY:
            self._long_looks[name] = now
            days = self._store.figures(name, Moment(now - LAST_DAYS), None)
            found[f"its mails of the last {LAST_DAYS // DAY} days"] = days
        why = why_stop(found, limits)
        if why is None:
            return
        if campaign.is_transactional:
            log.warning("campaign %s goes on, since its mail is owed, but %s", name, why)
        elif self._store.stop(name, why, now):
            log.error(
                "campaign %s has stopped by itself: %s. `penfriend apply --resume %s` lets it go on",
                name,
                why,
                name,
            )


def limits_of(campaign: Campaign, live: Live) -> StopAt:
    """The limits of a campaign: its own keys, then the brand's policy, then the usual ones."""
    found = USUAL
    for policy in (live.definitions.policy, campaign.policy):
        found = found if policy.stop_at is None else policy.stop_at.over(found)
    return found
