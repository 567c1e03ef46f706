"""What is wrong with the house itself, as `status` says it, and what a person says of the gap of a restored
backup."""

from __future__ import annotations

from penfriend.bootstrap.accounts.shell import at_the_shell
from penfriend.bootstrap.fit_to_send import disk_room
from penfriend.bootstrap.house import House
from penfriend.domain.accounts.audit import Deed, Entry
from penfriend.domain.errors import NotFound
from penfriend.domain.gap import Gap, Settled
from penfriend.domain.health import ClockSet, Health
from penfriend.domain.timing import DAY, Moment
from penfriend.storage.accounts.audit_log import write_entry
from penfriend.storage.clock_mending import mend_clock, read_clock
from penfriend.storage.life import begin_anew, count_held, read_gap, read_life, settle_gap


def health_of(house: House) -> Health:
    """The house as it is now."""
    with house.db.read() as connection:
        gap, clock = read_gap(connection), read_clock(connection)
        held = count_held(connection)
    if gap is not None and not gap.is_open:
        gap = None
    if clock is not None and abs(house.clock.now() - clock.at) > DAY:
        clock = None
    return Health(gap, held, disk_room(house).lacking(), clock)


def settle(house: House, settled: Settled) -> int:
    """Say what becomes of the mails of the gap; how many have waited for that. Raises NotFound where there is
    no gap."""
    now = house.clock.now()
    with house.db.write() as connection:
        waited = settle_gap(connection, settled, now)
        if waited is not None:
            details = {"as": settled.value, "mails": str(waited)}
            write_entry(connection, Entry(now, at_the_shell(), Deed.MESSAGE_SETTLED, "gap", details))
    if waited is None:
        raise NotFound("no restored backup was found here, so there is no gap; `--as hold` makes one")
    return waited


def hold_until_now(house: House) -> Gap:
    """This store was restored from a backup that nobody could notice: what fell due since waits."""
    now = house.clock.now()
    with house.db.write() as connection:
        life = read_life(connection)
        gap = Gap(since=Moment(0) if life is None else life.at, until=now, found_at=now)
        begin_anew(connection, life, None, gap)
        write_entry(connection, Entry(now, at_the_shell(), Deed.MESSAGE_SETTLED, "gap", {"as": "hold"}))
    return gap


def clock_was_set(house: House, was_set: ClockSet) -> None:
    """Keep it, and let go what the clock of before would hold up."""
    house.db.run(lambda connection: mend_clock(connection, was_set))
