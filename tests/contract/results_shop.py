"""A shop whose mails, people and orders come in piece by piece, for the tests of what is counted of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import insert, select, update

from penfriend.domain.asking import Subject
from penfriend.domain.definitions import Definitions
from penfriend.domain.enrollment import Enrollment, Moved
from penfriend.domain.events import EventIn
from penfriend.domain.feedback import Feedback, Kind
from penfriend.domain.ingestion import ContactIn, Own
from penfriend.domain.reasons import End
from penfriend.domain.results import Credit, Figures, Outcomes, Results
from penfriend.domain.results.counting import Kind as Counted
from penfriend.domain.standing import Ending, Standing
from penfriend.domain.timing import DAY, Moment
from penfriend.engine.counting import Counting, terms_of
from penfriend.storage import tables as t
from penfriend.storage.feedback_effects import keep
from penfriend.storage.feedback_log import FeedbackLog
from penfriend.storage.mail_events import note_sent
from penfriend.storage.results.book import ResultBook
from penfriend.storage.results.news import tell_results
from tests.contract.plain_results import Raw, entry_figures, mail_figures
from tests.contract.store_cases import DEFINITIONS, Shop
from tests.support.clock import moment

BEGIN = Moment(moment("2026-03-27T00:00:00Z"))
"""Two days before the clocks of London go forward."""
STEPS = ("first", "second")
LOCALES = ("en", "de", None)
ROUTES = ("default", "swift")


class ResultsShop:
    """A store, what happens in it, and the tick that counts."""

    def __init__(self, shop: Shop, credit: Sequence[Credit] | None = None) -> None:
        self.shop, self.db = shop, shop.db
        shop.clock.set(BEGIN + 60 * DAY)
        self.definitions: Definitions = DEFINITIONS
        self.book = ResultBook(self.db)
        self.counting = Counting(self.book, shop.clock)
        self.orders: list[str] = []
        self._number = 0
        if credit is not None:
            self.credit_by(credit)
        with self.db.write() as connection:
            for name in ("welcome", "win_back"):
                row = {"campaign": name, "activated_at": BEGIN, "revision": 1}
                connection.execute(insert(t.campaign_states), row)

    def credit_by(self, credit: Sequence[Credit]) -> None:
        """The files say another rule from now on."""
        self.definitions = replace(self.definitions, results=Results(tuple(credit)))

    def number(self) -> int:
        """Another one at each call."""
        self._number += 1
        return self._number

    # -- what happens

    def person(self, name: str) -> None:
        """Somebody is known."""
        row = ContactIn(id=name, email=f"{name}@contact.example", topics=("news",), created_at=BEGIN)
        self.shop.contacts(row, proof="the test")

    def enter(
        self, who: str, campaign: str, at: int, *, held_out: bool = False, until: int | None = None
    ) -> int:
        """Somebody enters a campaign; whether they are held out is found a little later."""
        row = {
            "campaign": campaign,
            "contact_id": self.shop.contact(who)["id"],
            "occurrence": str(self.number()),
            "entry": 0,
            "revision": 1,
            "entered_at": at,
            "began_at": at,
            "status": "active",
            "goal_until": until or at + 30 * DAY,
        }
        with self.db.write() as connection:
            made: int = connection.execute(
                insert(t.enrollments).returning(t.enrollments.c.id), row
            ).scalar_one()
        if held_out:
            self._move(made, end_reason="holdout")
        return made

    def mail(self, enrollment: int, at: int, step: str = "first", **row: Any) -> int:
        """A mail of the enrollment is handed over; `status` says what came of it."""
        values = {
            "status": "sent",
            "route": "default",
            "locale": "en",
            "template": step,
            "topic": "news",
            **row,
        }
        with self.db.write() as connection:
            of = connection.execute(select(t.enrollments).where(t.enrollments.c.id == enrollment)).one()
            taken = connection.execute(
                select(t.messages.c.id).where(
                    t.messages.c.enrollment_id == enrollment, t.messages.c.step == step
                )
            ).first()
            if taken is not None:
                return int(taken[0])
            sent = values["status"] == "sent"
            made: int = connection.execute(
                insert(t.messages).returning(t.messages.c.id),
                {
                    "enrollment_id": enrollment,
                    "campaign": of.campaign,
                    "contact_id": of.contact_id,
                    "step": step,
                    "revision": 1,
                    "message_id": f"<{self.number()}@mail.example>",
                    "wanted_at": at,
                    "due_at": at,
                    "created_at": at,
                    "over_at": at,
                    "dated_at": at,
                    "sent_at": at if sent else None,
                    "address": "ann@contact.example",
                    **values,
                },
            ).scalar_one()
            if sent:
                note_sent(connection, {made: Moment(at)})
        return made

    def refuse(self, enrollment: int, at: int, step: str) -> int:
        """A mail of the enrollment is refused for good while the receiving side is asked."""
        made = self.mail(enrollment, at, step, status="failed")
        with self.db.write() as connection:
            row = connection.execute(select(t.messages).where(t.messages.c.id == made)).mappings().one()
            if row["status"] != "failed":
                return made
            answer = Feedback(kind=Kind.BOUNCED, at=Moment(at), key=f"answer:{made}", source="answer")
            keep(connection, answer, row, Moment(at), Moment(at))
            connection.execute(update(t.messages).where(t.messages.c.id == made).values(bounced_at=at))
        return made

    def hit(self, mail: int, what: str, at: int) -> None:
        """Somebody opens or clicks it, answers its survey, or leaves through it."""
        with self.db.read() as connection:
            row = connection.execute(select(t.messages).where(t.messages.c.id == mail)).one()
        said = {"survey": "care", "score": 5} if what == "survey_answered" else {"topic": "news"}
        event = EventIn(what, None, None, Moment(at), said, f"hit-{self.number()}")
        self.shop.ingester.ingest_own([(event, Own(row.contact_id, row.enrollment_id, mail))])

    def told(self, mail: int, kind: Kind, at: int) -> None:
        """A provider says what became of it."""
        report = Feedback(kind=kind, at=Moment(at), key=f"p:{self.number()}", source="p", message=mail)
        FeedbackLog(self.db).take([report], Moment(at))

    def order(self, who: str, at: int, total: float, key: str | None = None) -> str:
        """An order comes in, or the same again."""
        key = key or f"o-{self.number()}"
        self.shop.happen("order_placed", at, who, order_id=key, total=total)
        self.orders.append(key)
        return key

    def refund(self, key: str, who: str, at: int, amount: float | None = None) -> None:
        """Some of it, or the whole."""
        given = {} if amount is None else {"amount": amount}
        self.shop.happen("order_refunded", at, who, order_id=key, **given)

    def convert(self, who: str, at: int, event: str = "order_placed") -> None:
        """The tick `advance` finds that the event was the goal of all that the person was in then."""
        with self.db.read() as connection:
            e = t.enrollments.c
            mine = select(e.id).where(
                e.contact_id == self.shop.contact(who)["id"],
                e.entered_at < at,
                e.goal_until >= at,
                e.converted_at.is_(None),
            )
            found = connection.execute(mine).scalars().all()
        for one in found:
            self._move(one, converted_at=at, goal_at=at, goal_event=event)

    def _move(self, enrollment: int, **values: Any) -> None:
        row = Enrollment(
            enrollment, "", 0, "", 0, BEGIN, Standing(None, BEGIN), Subject(), active=True, woken_at=None
        )
        ending = Ending(End.HOLDOUT, BEGIN) if values.get("end_reason") else None
        move = Moved(row, row.standing, 1, ending, converted_at=values.get("converted_at"))
        with self.db.write() as connection:
            tell_results(connection, [move])
            connection.execute(update(t.enrollments).where(t.enrollments.c.id == enrollment).values(**values))

    # -- what is counted

    def tick(self) -> int:
        """Count whatever is to be counted."""
        return self.counting.tick(self.definitions, all_of_them=True)

    def crash(self) -> None:
        """A process dies between the counting of each day and its writing."""
        terms = terms_of(self.definitions)
        self.book.follow(terms, self.shop.clock.now())
        for marked in self.book.marked():
            self.book.count(marked.kind, marked.day, terms)

    def counted(self) -> tuple[dict[Any, Any], dict[Any, Any]]:
        """The rows of the days."""
        names = list(Figures.__dataclass_fields__)
        groups = ("day", "campaign", "step", "template", "locale", "transport")
        with self.db.read() as connection:
            mails = {
                tuple(getattr(row, one) for one in groups): {name: getattr(row, name) for name in names}
                for row in connection.execute(select(t.result_days))
            }
            entries = {
                (row.day, row.campaign, row.held_out): Outcomes(
                    row.people, row.converted, row.revenue, int(row.revenue_squares)
                )
                for row in connection.execute(select(t.entry_days))
            }
        return mails, entries

    def reckoned(self) -> tuple[dict[Any, Any], dict[Any, Any]]:
        """The same from the raw rows, in plain Python."""
        names = list(Figures.__dataclass_fields__)
        zone = self.definitions.brand.zone
        with self.db.read() as connection:
            raw = Raw(connection)
        mails = mail_figures(raw, zone, self.definitions.results.credit)
        return (
            {key: {name: counts[name] for name in names} for key, counts in mails.items()},
            {key: Outcomes(*values) for key, values in entry_figures(raw, zone).items()},
        )

    def marked(self, kind: Counted) -> list[str]:
        """The days that are to be counted, the latest first."""
        return [one.day.isoformat() for one in self.book.marked() if one.kind is kind]
