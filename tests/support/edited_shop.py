"""A shop whose campaign file is edited while people stand in it: the real store and engine, on a clock that
jumps."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from penfriend.bootstrap import House, Rehearsal
from penfriend.domain.delivery import Handover
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import Moment
from penfriend.engine.clock import SetClock
from penfriend.storage import tables as t
from penfriend.storage.timeline import what_happened
from tests.support.clock import moment
from tests.support.empty_store import copied, shared_url, with_tables

HEAD = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: UTC}
data: {events: {signed_up: {}, joined: {}}, contact: {size: number}}
"""
OFFERS = "topics: {offers: {title: Offers}}\n"
LETTER = """---
subject: %s
preview: It is short
---
<mjml><mj-body><mj-section><mj-column><mj-text>
{{ brand.address }} <a href="{{ links.unsubscribe }}">Leave</a>
</mj-text></mj-column></mj-section></mj-body></mjml>
"""
MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def at(text: str) -> Moment:
    """`Sa 12:00` is in the week before that Monday, `Mo 08:30` in the week that begins with it, `Mo+1 09:00`
    in the one behind; `-` is a week earlier."""
    day, clock = text.split()
    name, weeks = day[:2], int(day[2:] or 0)
    hour, minute = map(int, clock.split(":"))
    when = MONDAY + timedelta(days=DAYS.index(name) + 7 * weeks, hours=hour, minutes=minute)
    return Moment(moment(when.strftime("%Y-%m-%dT%H:%M:00Z")))


def said(moment: Moment) -> str:
    """The other way round."""
    since = timedelta(microseconds=moment) + datetime(1970, 1, 1, tzinfo=UTC) - MONDAY
    weeks = since.days // 7
    clock = f"{since.seconds // 3600:02}:{since.seconds % 3600 // 60:02}"
    return f"{DAYS[since.days % 7]}{f'{weeks:+}' if weeks else ''} {clock}"


class EditedShop:
    """One store, its files and a worker."""

    def __init__(self, folder: Path, house: House, clock: SetClock) -> None:
        self.folder, self.house, self.clock = folder, house, clock
        self.mails: list[tuple[str, str]] = []
        """Address and subject of each mail that went out."""
        self._life = Rehearsal(house, clock, self._keep)
        self.worker = self._life.worker
        self.events = 0
        """How many have come: each has an id of its own."""

    def _keep(self, mail: Handover) -> None:
        self.mails.append((mail.email.envelope_to, mail.email.subject))

    def letter(self, name: str, subject: str) -> None:
        """Write a letter."""
        (self.folder / "templates").mkdir(exist_ok=True)
        (self.folder / "templates" / f"{name}.mjml").write_text(LETTER % subject)

    def write(self, text: str) -> None:
        """Write the campaign file."""
        (self.folder / "campaigns.yaml").write_text(text)

    def edit(self, text: str) -> None:
        """Write the campaign file and make it live, whatever guards say."""
        self.write(text)
        self.house.apply(self.house.read_files())
        self.worker.settle()

    def person(self, name: str, *, topics: Sequence[str] = ("offers",), **fields: object) -> None:
        """Somebody who is subscribed."""
        given = ContactIn(
            id=name,
            email=f"{name}@post.example",
            fields=fields,
            topics=topics,
            subscribed_at=self.clock.now(),
        )
        self.house.ingester().ingest_contacts([given])

    def happen(self, name: str, event: str, **properties: object) -> None:
        """An event comes, at the moment of the clock."""
        self.events += 1
        came = EventIn(event, name, None, self.clock.now(), properties, f"e-{self.events}")
        self.house.ingester().ingest_events([came])

    def live_until(self, text: str) -> None:
        """Jump from due time to due time."""
        self._life.live_until(at(text))

    def story(self, name: str, campaign: str, since: str) -> list[str]:
        """What happened to somebody since then: `Mo 09:00 sent two`."""
        with self.house.db.read() as connection:
            found = what_happened(connection, campaign, self.house.contact_id(name))
        return [
            " ".join(part for part in (said(one.at), one.what.value, one.step, one.reason) if part)
            for one in found
            if one.at >= at(since)
        ]

    def rows(self, table: str) -> list[dict[str, object]]:
        """All rows of a table."""
        with self.house.db.read() as connection:
            chosen = t.metadata.tables[table]
            found = connection.execute(select(chosen).order_by(*chosen.primary_key.columns))
            return [dict(row) for row in found.mappings()]

    def close(self) -> None:
        """Give everything back."""
        self.worker.close()


@contextmanager
def edited_shop(folder: Path, url: str, begin: str) -> Iterator[EditedShop]:
    """An empty shop at that moment, with the letters one, two, three and extra."""
    with _opened(folder, url, at(begin)) as shop:
        for name in ("one", "two", "three", "extra"):
            shop.letter(name, f"The {name}")
        yield shop


@dataclass(frozen=True)
class Past:
    """What a shop has lived up to some moment, once for many tests: each goes on in a copy of it, as after a
    restart."""

    folder: Path
    url: str
    now: Moment
    events: int
    mails: tuple[tuple[str, str], ...]

    @contextmanager
    def go_on(self, request: pytest.FixtureRequest, folder: Path) -> Iterator[EditedShop]:
        """The shop in a folder and a database that only this test uses."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        with _opened(folder, copied(request, self.url, folder), self.now) as shop:
            shop.events, shop.mails[:] = self.events, self.mails
            yield shop


def past(
    request: pytest.FixtureRequest,
    folder: Path,
    live: Callable[[Path, str], AbstractContextManager[EditedShop]],
) -> Past:
    """For a fixture with `KINDS`: what `live` makes the shop live."""
    url = shared_url(request, folder)
    with live(folder, url) as shop:
        now, events, mails = shop.clock.now(), shop.events, tuple(shop.mails)
    return Past(folder, url, now, events, mails)


@contextmanager
def _opened(folder: Path, url: str, now: Moment) -> Iterator[EditedShop]:
    environment = {
        "PENFRIEND_DATABASE_URL": with_tables(url),
        "PENFRIEND_CONFIG": str(folder / "campaigns.yaml"),
        "PENFRIEND_SECRET_KEY": "a secret for the tests",
        "PENFRIEND_TRANSPORT": "memory:",
    }
    clock = SetClock(now)
    with House.open(environment, clock) as house:
        shop = EditedShop(folder, house, clock)
        try:
            yield shop
        finally:
            shop.close()
