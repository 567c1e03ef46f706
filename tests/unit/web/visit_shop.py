"""A small shop with a real store, a real renderer and the web side over it, for the tests of the pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from fastapi import FastAPI
from sqlalchemy import Table, insert, select

from penfriend.domain.campaign import Campaign, EventTrigger, Kind, Policy, PolicyWhen, SegmentTrigger, Send
from penfriend.domain.definitions import Brand, Definitions, Survey, Topic
from penfriend.domain.errors import RevisionUnusable
from penfriend.domain.events import EventIn
from penfriend.domain.facts import Frozen
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.ingestion import Answer, ContactIn, Own, Refused
from penfriend.domain.segment import Op, Segment, Test
from penfriend.domain.timing import DAY, MINUTE, Cap, Duration, Moment, Unit
from penfriend.domain.tokens import Claim, Purpose
from penfriend.engine.clock import SetClock
from penfriend.engine.ingest import Ingester
from penfriend.engine.live import Live
from penfriend.engine.visits import Visits
from penfriend.rendering import TemplateRenderer
from penfriend.rendering.pages import Pages, SignedTokens
from penfriend.storage.database import Database
from penfriend.storage.ingest import IngestStore
from penfriend.storage.tables import contact_keys, contacts, enrollments, events, messages, metadata
from penfriend.storage.visit_log import VisitLog
from penfriend.web import create_app
from tests.support.clock import moment

KEYS = (b"the key of the tests, long enough",)
START = Moment(moment("2026-03-02T10:00:00Z"))
PATHS = {
    Purpose.UNSUBSCRIBE: "u",
    Purpose.PREFERENCES: "preferences",
    Purpose.SURVEY: "s",
    Purpose.VIEW: "view",
    Purpose.CONFIRM: "confirm",
}
HELLO = """---
subject: Hello {{ contact.first_name }}
---
<mjml><mj-head><mj-attributes><mj-all font-family="Georgia, serif" /></mj-attributes></mj-head>
<mj-body><mj-section><mj-column>
<mj-text color="#2C5E43">Dear {{ contact.first_name }}</mj-text>
<mj-text><a href="https://shop.example/board">The board</a></mj-text>
<mj-text><a href="{{ links.preferences }}">Topics</a></mj-text>
</mj-column></mj-section></mj-body></mjml>
"""
TOPICS = {
    "offers": Topic(
        "offers",
        {
            "en": "Offers and news",
            "tr": "Fırsatlar ve haberler",
            "ar": "العروض والأخبار",
            "pl": "Oferty i nowości",
        },
    ),
    "rewards": Topic(
        "rewards",
        {
            "en": "Points and rewards",
            "tr": "Puanlar ve ödüller",
            "ar": "النقاط والمكافآت",
            "pl": "Punkty i nagrody",
        },
    ),
    "journal": Topic("journal", {"en": "The workshop journal", "ar": "يوميات الورشة"}, double_opt_in=True),
}
SURVEYS = {
    "after_delivery": Survey(
        "after_delivery",
        "nps",
        {"en": "How likely are you to recommend us to a friend?", "ar": "ما مدى احتمال أن توصي بنا صديقًا؟"},
        {"en": "What is the main reason for your score?", "ar": "ما السبب الرئيسي لهذه الدرجة؟"},
    ),
    "advice": Survey("advice", "csat", {"en": "How was our advice?"}),
    "reason": Survey(
        "reason",
        "choice",
        {"en": "What held you back?", "ar": "ما الذي منعك؟"},
        options=({"en": "The price", "ar": "السعر"}, {"en": "<b>Something</b> else", "ar": "شيء آخر"}),
    ),
}


def campaigns() -> dict[str, Campaign]:
    """A welcome with a topic, two surveys, and the letter that asks for a confirmation."""
    joined = SegmentTrigger("everybody")
    asked = EventTrigger("subscription_requested")
    hello = Send(id="welcome/hello", template="welcome/hello")
    nps = Send(id="survey/nps", template="welcome/hello", survey="after_delivery")
    csat = Send(id="survey/csat", template="welcome/hello", survey="advice")
    choice = Send(id="survey/choice", template="welcome/hello", survey="reason")
    letter = Send(id="confirm", template="welcome/hello")
    return {
        "welcome": Campaign(name="welcome", trigger=joined, topic="offers", steps=(hello,)),
        "satisfaction": Campaign(
            name="satisfaction", trigger=joined, topic="rewards", steps=(nps, csat, choice)
        ),
        "opt_in": Campaign(name="opt_in", trigger=asked, kind=Kind.TRANSACTIONAL, steps=(letter,)),
    }


def definitions() -> Definitions:
    """What the shop's files would say."""
    brand = Brand(
        name="Acorn & Oak",
        sender="Acorn & Oak <hello@mail.acornandoak.example>",
        address="12 Mill Lane, Bristol BS1 4QA",
        public_url="http://127.0.0.1:8400",
        timezone="Europe/London",
        currency="GBP",
    )
    segments: dict[str, Segment] = {}
    return Definitions(brand=brand, topics=TOPICS, segments=segments, campaigns=campaigns(), surveys=SURVEYS)


@dataclass(slots=True)
class VisitShop:
    """The shop; `links` of mails are made as the letters make them."""

    db: Database
    clock: SetClock = field(default_factory=lambda: SetClock(START))
    definitions: Definitions = field(default_factory=definitions)
    files: dict[str, str] = field(default_factory=lambda: {"welcome/hello.mjml": HELLO})
    hindrances: list[str] = field(default_factory=list)
    tokens: SignedTokens = field(default_factory=lambda: SignedTokens(KEYS))
    mails: int = 0
    number: int = 1
    earlier: dict[int, Live] = field(default_factory=dict)
    renderer: TemplateRenderer | None = None

    def live(self) -> Live:
        """The revision as it is now."""
        if self.renderer is None or self.renderer.definitions is not self.definitions:
            self.renderer = TemplateRenderer(self.files, self.definitions, KEYS, self.number)
        return Live.of(self.number, self.definitions, self.renderer, "store")

    def revision(self, number: int) -> Live:
        """One that was live."""
        found = self.earlier.get(number)
        if found is None:
            raise RevisionUnusable(f"there is no revision {number}")
        return found

    def ingester(self) -> Ingester:
        """The one way in."""
        return Ingester(IngestStore(self.db), self.definitions, self.clock)

    def ingest(self, batch: Sequence[tuple[EventIn, Own]]) -> Sequence[Answer]:
        """What the pages change goes through here."""
        return self.ingester().ingest_own(batch)

    def visits(self) -> Visits:
        """The use cases over this shop."""
        return Visits(VisitLog(self.db), self.ingest, self.live, self.revision, self.clock, self.tokens)

    def app(self) -> FastAPI:
        """The web side over this shop."""
        return create_app(*self.app_parts())

    def app_parts(self) -> tuple[Visits, Pages, Callable[[], list[str]]]:
        """What the web side is made of."""
        return self.visits(), Pages(lambda: self.live().renderer), lambda: self.hindrances

    def change(self, **news: object) -> None:
        """Another revision."""
        self.earlier[self.number] = self.live()
        self.definitions = replace(self.definitions, **news)  # type: ignore[arg-type]  # names of the dataclass
        self.number += 1

    def fewer(self) -> None:
        """Who wants fewer mails gets one a week."""
        wish = Field("contact.frequency", "contact", "frequency", FieldType.TEXT)
        when = PolicyWhen(Test(wish, Op.EQUAL, "fewer"), Policy(at_most=(Cap(1, Duration(7, Unit.DAYS)),)))
        self.change(policy=replace(self.definitions.policy, when=(when,)))

    def translate(self, *locales: str) -> None:
        """There are letters in these languages, too."""
        self.files |= {f"locale/{one}/LC_MESSAGES/messages.po": "" for one in locales}
        self.renderer = None

    def wishes(self, contact: int) -> tuple[str | None, str | None, int | None]:
        """How often, in which language, and paused until when."""
        c = contacts.c
        with self.db.read() as connection:
            row = connection.execute(
                select(c.frequency, c.locale, c.paused_until).where(c.id == contact)
            ).one()
        return row.frequency, row.locale, row.paused_until

    def later(self, minutes: int = 1) -> None:
        """Let time pass."""
        self.clock.set(Moment(self.clock.now() + minutes * MINUTE))

    def contact(self, key: str = "c-1", topics: Sequence[str] = ("offers", "rewards"), **fields: str) -> int:
        """A contact who agreed to these topics a day ago; its id."""
        taken = self.ingester().ingest_contacts(
            [
                ContactIn(
                    id=key,
                    email=f"{key}@post.example",
                    fields={"first_name": "Kerem", **fields},
                    topics=topics,
                    subscribed_at=Moment(self.clock.now() - DAY) if topics else None,
                )
            ],
            source="import",
        )
        assert not isinstance(taken[0], Refused), taken
        with self.db.read() as connection:
            found = connection.execute(select(contact_keys.c.contact_id).where(contact_keys.c.key == key))
            return int(found.scalar_one())

    def event(self, name: str, contact: str = "c-1", **properties: object) -> int:
        """Something that happened to the contact; its id."""
        key = f"{name}-{contact}-{self.clock.now()}"
        event = EventIn(name, contact, None, Moment(self.clock.now()), properties, key)
        answers = self.ingester().ingest_events([event])
        assert not isinstance(answers[0], Refused), answers
        with self.db.read() as connection:
            return int(connection.execute(select(events.c.id).where(events.c.key == key)).scalar_one())

    def mail(
        self,
        contact: int,
        campaign: str = "welcome",
        step: str = "",
        event: int | None = None,
        facts: Frozen = None,
    ) -> int:
        """A mail that was sent to the contact; its id."""
        self.mails += 1
        number, now, known = self.mails, self.clock.now(), campaigns()[campaign]
        sent = step or known.steps[0].id
        base = {"campaign": campaign, "contact_id": contact, "step": sent}
        about = {"id": number, "occurrence": str(number), "entry": 0, "revision": 1, "status": "active"}
        body = facts or {"contact": {"first_name": "Kerem", "locale": "en", "timezone": "Europe/London"}}
        with self.db.write() as connection:
            connection.execute(
                insert(enrollments), base | about | {"entered_at": now, "began_at": now, "event_id": event}
            )
            values = {
                "id": number,
                "enrollment_id": number,
                "template": "welcome/hello",
                "revision": self.number,
                "topic": known.topic,
                "transactional": int(known.is_transactional),
                "status": "sent",
                "message_id": f"<m{number}@mail.acornandoak.example>",
                "facts": body,
            }
            moments = dict.fromkeys(("wanted_at", "due_at", "dated_at", "created_at", "sent_at"), now)
            connection.execute(insert(messages), base | values | moments)
        return number

    def link(self, purpose: Purpose, contact: int, message: int, value: int = 0) -> str:
        """The path of a link, as the letters have it."""
        return f"/{PATHS[purpose]}/{self.tokens.sign(Claim(purpose, contact, message, value))}"

    def rows(self, *names: str) -> dict[str, list[tuple[object, ...]]]:
        """Every row of these tables, or of all of them: to tell whether anything has changed."""
        chosen: list[Table] = [table for table in metadata.sorted_tables if not names or table.name in names]
        with self.db.read() as connection:
            return {
                table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
                for table in chosen
            }

    def subscribed(self, contact: int) -> set[str]:
        """The topics that the contact gets."""
        found = VisitLog(self.db).visitor(contact, 0)
        assert found is not None
        return {topic for topic, agreement in found.agreements.items() if agreement.subscribed}
