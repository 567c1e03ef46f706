"""A shop whose campaign files are given, lived from due time to due time by the engine over a store.

People and what they do are told beforehand, by the clock of London; what became of each is told afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from penfriend.bootstrap import House, Rehearsal
from penfriend.domain.delivery import Handover
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import Answer, ContactIn, Own, Taken
from penfriend.domain.timeline import wall_clock
from penfriend.domain.timing import Moment, from_datetime
from penfriend.engine.clock import SetClock
from penfriend.storage.tables import metadata, refusals
from penfriend.storage.timeline import what_happened
from tests.support.empty_store import with_tables

LONDON = ZoneInfo("Europe/London")
LETTER = """---
subject: A letter of {{ brand.name }}
preview: It is short
---
<mjml><mj-body><mj-section><mj-column><mj-text>
<a href="https://shop.example/">The shop</a> {{ brand.address }} LINK
</mj-text></mj-column></mj-section></mj-body></mjml>
"""
_SENDS = re.compile(r"send: ([\w/]+)")


def london(text: str) -> Moment:
    """The moment that a text such as "2026-03-02 10:00" names in London."""
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=LONDON))


class Shop:
    """The shop; its people are called by their ids."""

    def __init__(self, house: House, clock: SetClock, begin: Moment) -> None:
        self.house, self._clock, self._begin = house, clock, begin
        self.mails: list[Handover] = []
        self._rehearsal = Rehearsal(house, clock, self.mails.append)
        self._coming: list[tuple[Moment, Callable[[], None]]] = []
        self._number = 0

    # -- what is told beforehand

    def person(self, name: str, *topics: str, since: str | None = None, **fields: object) -> None:
        """Somebody whom the shop knows from the beginning, or `since` then, subscribed to these topics, or
        else to offers and rewards."""
        at = self._begin if since is None else london(since)
        who = ContactIn(
            id=name,
            email=f"{name}@contact.example",
            fields={"timezone": "Europe/London", **fields},
            topics=topics or ("offers", "rewards"),
            subscribed_at=at,
            created_at=at,
        )
        self.at(at, lambda: self._taken(self.house.ingester().ingest_contacts([who], proof="the test")))

    def happens(self, at: str, name: str, who: str | None, **properties: object) -> None:
        """An event comes in at its own moment; one of before the beginning is known then."""
        moment = london(at)
        self._number += 1
        event = EventIn(name, who, None, moment, properties, f"lived-{self._number}")
        self.at(moment, lambda: self._taken(self.house.ingester().ingest_events([event])))

    def hits(self, at: str, what: str, who: str, step: str, **properties: object) -> None:
        """The person opens or clicks the mail of a step (`mail_opened`, `mail_clicked`), or answers its
        survey (`survey_answered`)."""
        moment = london(at)
        self._number += 1
        key = f"hit-{self._number}"

        def hit() -> None:
            with self.house.db.read() as connection:
                mails = metadata.tables["messages"]
                (mail,) = connection.execute(
                    select(mails).where(
                        mails.c.contact_id == self.house.contact_id(who),
                        mails.c.step == step,
                        mails.c.status == "sent",
                    )
                ).all()
            about = {"campaign": mail.campaign, "step": mail.step, "topic": mail.topic, **properties}
            event = EventIn(what, None, None, moment, about, key)
            own = Own(mail.contact_id, mail.enrollment_id, mail.id)
            self._taken(self.house.ingester().ingest_own([(event, own)]))

        self.at(moment, hit)

    def at(self, moment: Moment, what: Callable[[], None]) -> None:
        """Something is done at a moment."""
        self._coming.append((moment, what))

    @staticmethod
    def _taken(answers: list[Answer]) -> None:
        assert answers == [Taken()], answers

    # -- what is lived

    def live_until(self, end: str) -> None:
        """Live until that minute, it included."""
        if not self.house.revision_number():
            self._do()
            self.house.apply(self.house.read_files())
        self._rehearsal.live_until(london(end), act=self._do)

    def _do(self) -> Moment | None:
        self._coming.sort(key=lambda pair: pair[0])
        while self._coming and self._coming[0][0] <= self._clock.now():
            self._coming.pop(0)[1]()
        return self._coming[0][0] if self._coming else None

    # -- what became of it

    def story(self, campaign: str, who: str) -> list[str]:
        """What a campaign did with a person: `03-02 10:00 sent a/letter`, by the clock of London."""
        with self.house.db.read() as connection:
            found = what_happened(connection, campaign, self.house.contact_id(who))
        return [
            " ".join(
                part
                for part in (wall_clock(one.at, LONDON)[5:], one.what.value, one.step, one.reason)
                if part
            )
            for one in found
        ]

    def sent(self, campaign: str, who: str) -> list[str]:
        """The mails alone, with their moments."""
        return [line.replace(" sent ", " ") for line in self.story(campaign, who) if " sent " in line]

    def refused(self, campaign: str, who: str) -> list[str]:
        """Why a person came to the door of a campaign and did not enter."""
        with self.house.db.read() as connection:
            chosen = select(refusals.c.reason).where(
                refusals.c.campaign == campaign, refusals.c.contact_id == self.house.contact_id(who)
            )
            return list(connection.execute(chosen.order_by(refusals.c.id)).scalars())

    def close(self) -> None:
        """Give everything back."""
        self._rehearsal.worker.close()


@contextmanager
def lived(
    folder: Path,
    files: dict[str, str],
    begin: str,
    url: str | None = None,
    links: Mapping[str, str] | None = None,
    more: Mapping[str, str] | None = None,
) -> Iterator[Shop]:
    """A shop with these campaign files (the first is the entry), its clock at `begin`; a letter for each
    `send`, with the link to unsubscribe or the one that `links` names for it. `more` is for the
    environment."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    for name in {found for text in files.values() for found in _SENDS.findall(text)}:
        letter = folder / "templates" / f"{name}.mjml"
        letter.parent.mkdir(parents=True, exist_ok=True)
        link = (links or {}).get(name, "unsubscribe")
        letter.write_text(LETTER.replace("LINK", f'<a href="{{{{ links.{link} }}}}">Here</a>'), "utf-8")
    clock = SetClock(london(begin))
    environment = {
        "PENFRIEND_DATABASE_URL": with_tables(url or f"sqlite:///{folder / 'penfriend.db'}"),
        "PENFRIEND_CONFIG": str(folder / next(iter(files))),
        "PENFRIEND_SECRET_KEY": "a secret for the tests",
        "PENFRIEND_TRANSPORT": "memory:",
        "PENFRIEND_PUBLIC_URL": "https://mail.shop.example",
    }
    with House.open({**environment, **(more or {})}, clock) as house:
        shop = Shop(house, clock, clock.now())
        try:
            yield shop
        finally:
            shop.close()
