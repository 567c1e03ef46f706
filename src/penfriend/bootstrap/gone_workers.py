"""What workers of this machine that are gone have left is settled at once, not when their leases end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from penfriend.bootstrap.presence import forget_workers
from penfriend.domain.ports import Recovery
from penfriend.engine.live import Live
from penfriend.engine.recover import RecoverReport, recover
from penfriend.storage.dot_journal import discard, gone_owners, journals
from penfriend.storage.jobs.names import waiting_for

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House


def settle_gone(
    house: House,
    own: Collection[str],
    give_back: Sequence[Callable[[str], object]],
    recovery: Recovery,
    live: Live,
) -> RecoverReport:
    """Of workers whose journals lie here, `own` excepted, and whose locks on them have fallen; and of any
    whose leases have ended. `give_back` frees what such a one held beside mails."""
    gone = gone_owners(house.journals, journals(house.journals) - frozenset(own))
    for owner in sorted(gone):
        for give in give_back:
            give(owner)
    report = recover(recovery, live, house.clock, gone | {waiting_for(owner) for owner in gone})
    discard(house.journals, gone)
    forget_workers(house, gone)
    return report
