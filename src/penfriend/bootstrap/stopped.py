"""What stops campaigns by themselves, and lets them go on."""

from __future__ import annotations

from collections.abc import Collection

from penfriend.bootstrap.accounts.shell import at_the_shell
from penfriend.bootstrap.house import House
from penfriend.domain.accounts.audit import Deed, Entry
from penfriend.domain.errors import NotFound
from penfriend.engine.stops import Stops
from penfriend.engine.supply import Judge
from penfriend.storage.accounts.audit_log import write_entry
from penfriend.storage.pausing import stopped
from penfriend.storage.stop_log import StopLog
from penfriend.storage.stop_log import let_go_on as _let_go_on


def judge_of(house: House) -> Judge:
    """Looks at campaigns whose mail came back or could not be made, and stops them where it is too much."""
    return Stops(StopLog(house.db), house.live, house.clock).look


def let_go_on(house: House, names: Collection[str]) -> None:
    """What their mails came to so far is judged, and counts no more; where the files pause one it stays
    paused. Raises NotFound for one that has not stopped; then none goes on."""
    if not names:
        return
    live = house.live()
    campaigns = live.definitions.campaigns.values() if live is not None else ()
    paused = [one.name for one in campaigns if not one.active]
    with house.db.write() as connection:
        known = stopped(connection)
        for name in names:
            if name not in known:
                resting = f"it is {', '.join(sorted(known))}" if known else "none has"
                raise NotFound(f'--resume: no campaign "{name}" has stopped by itself; {resting}')
        now = house.clock.now()
        _let_go_on(connection, names, paused, now)
        for name in names:
            write_entry(connection, Entry(now, at_the_shell(), Deed.RESUMED, name))
