"""The future of a store: the real engine over a copy of it, from now on, with the campaign files as they are
or with the live revision.

The same files, data and seed give the same mails, byte by byte, on both databases and however fast the
machine is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from penfriend.bootstrap.house import STORE_ID, House
from penfriend.bootstrap.readers import Readers
from penfriend.bootstrap.rehearsal import Rehearsal, rehearse
from penfriend.delivery import rate_of
from penfriend.domain.customers import Customers
from penfriend.domain.delivery import Email, Handover
from penfriend.domain.errors import CampaignFilesInvalid, NotFound
from penfriend.domain.forecast import Forecast
from penfriend.domain.outbox import DEFAULT_ROUTE
from penfriend.domain.overview import Overview
from penfriend.domain.timing import MINUTE, Duration, Moment, Unit, shift
from penfriend.storage.forecasting import capped_since, coupons_since, forecast_mails, steps_since

COPY_ID = "a simulation"
"""Stands for the store's own id in a copy: mails have the same Message-IDs in every simulation."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to simulate."""

    days: int
    begin: Moment
    """Where the days begin; what lies between now and then is lived, and not counted."""
    customers: Customers = field(default_factory=Customers)
    live: bool = False
    """The live revision, whatever the files say."""


KeepMail = Callable[[Moment, Email], None]
"""Hears each mail of the days at the moment at which it would leave."""

Tell = Callable[[Moment, Moment], None]
"""Hears each moment that was lived, and the last one to come."""


def simulate(
    house: House,
    wish: Wish,
    keep: KeepMail = lambda _moment, _email: None,
    tell: Tell = lambda _moment, _end: None,
) -> Forecast:
    """Live the days. `tell` hears each moment that was lived, and the last one.

    Raises CampaignFilesInvalid or NotFound where neither the files nor a live revision can run.
    """
    with simulation(house, wish, keep) as prepared:
        return prepared.run(tell)


@contextmanager
def simulation(
    house: House, wish: Wish, keep: KeepMail = lambda _moment, _email: None
) -> Iterator[Simulation]:
    """What `simulate` runs, for a look at the copy afterwards, while it is there."""

    def hear(mail: Handover) -> None:
        prepared.hear(mail)

    with rehearse(house, min(house.clock.now(), wish.begin), hear) as rehearsal:
        prepared = Simulation(rehearsal, wish, keep, rate_of(house.settings.transport))
        yield prepared


class Simulation:
    """One run over one copy."""

    def __init__(self, rehearsal: Rehearsal, wish: Wish, keep: KeepMail, rate: float | None) -> None:
        self._house, self._rehearsal, self._wish, self._keep = rehearsal.house, rehearsal, wish, keep
        self._rate = rate
        self._house.set_note(STORE_ID, COPY_ID)
        self._before: Overview | None = None
        """The counts where the days begin."""
        self._begin()  # whoever enters because the files are taken up enters in these days
        self._note = _take_up_files(self._house, wish)
        self._readers = Readers(self._house, wish.customers)

    @property
    def house(self) -> House:
        """The copy."""
        return self._house

    def hear(self, mail: Handover) -> None:
        """A mail goes out."""
        self._readers.hear(mail)
        if self._before is not None:
            self._keep(self._rehearsal.clock.now(), mail.email)

    def run(self, tell: Tell = lambda _moment, _end: None) -> Forecast:
        """Live, and count."""
        wish, definitions = self._wish, self._house.definitions()
        zone, said = definitions.brand.zone, definitions.transport_plan(DEFAULT_ROUTE).rate
        end = shift(wish.begin, Duration(wish.days, Unit.DAYS), zone)
        # the last full minute before the end, at which a daemon looks as well
        last = Moment(max((end - 1) // MINUTE * MINUTE, wish.begin))
        self._rehearsal.live_until(last, lambda moment: tell(moment, last), self._act)
        with self._house.db.read() as connection:
            mails = forecast_mails(connection, wish.begin)
            capped = capped_since(connection, wish.begin)
            steps = steps_since(connection, wish.begin)
            coupons = coupons_since(connection, self._house.definitions().coupons, wish.begin)
        after = self._house.overview()
        return Forecast(
            begin=wish.begin,
            end=end,
            zone=zone,
            revision=0 if self._note is None else self._house.revision_number(),
            note=self._note or "",
            customers=wish.customers,
            overview=after.since(self._before or after),
            mails=mails,
            capped=capped,
            rate=self._rate if said is None else said.per_second,
            coupons=coupons,
            sources={name: one.state.read_at for name, one in after.sources.items()},
            steps=steps,
        )

    def _act(self) -> Moment | None:
        """What people do, before and after the ticks of each moment."""
        self._begin()
        return self._readers.act(self._rehearsal.clock.now())

    def _begin(self) -> None:
        if self._before is None and self._rehearsal.clock.now() >= self._wish.begin:
            self._before = self._house.overview()


def _take_up_files(copy: House, wish: Wish) -> str | None:
    """Apply the files in the copy; None where they run now, else why the live revision does."""
    live = copy.revision_number()
    if wish.live or (live and not copy.settings.config.exists()):
        if not live:
            raise NotFound("nothing was applied yet, so there is no live revision; leave out --live")
        return "as asked" if wish.live else f"{copy.settings.config} is not there"
    files = copy.read_files()
    try:
        applied = copy.apply(files)
    except CampaignFilesInvalid as invalid:
        if not live:
            raise
        return f"the campaign files have {len(invalid.problems)} problems; penfriend validate"
    return None if applied.changed else "the campaign files are the same"
