"""The people of a simulation: what they do with the mail they get comes in as it does in real life, as events
of their own and as orders."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping

from penfriend.bootstrap.house import House
from penfriend.domain.customers import Customers, Reading
from penfriend.domain.definitions import Survey
from penfriend.domain.delivery import Handover
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import Own
from penfriend.domain.route import sends_of
from penfriend.domain.timing import Moment
from penfriend.domain.tracking import NOTHING, Tracking
from penfriend.storage.forecasting import HandedOver, handed_over

SOURCE = "simulation"


class Readers:
    """Everybody who gets mail in one simulation."""

    def __init__(self, house: House, customers: Customers) -> None:
        self._house, self._customers = house, customers
        self._new: list[int] = []
        """Attempts since the last `act`."""
        self._coming: list[tuple[Moment, int, int, EventIn, Own | None]] = []
        """A heap: the moment, the mail, the number among what its reader does."""

    def hear(self, mail: Handover) -> None:
        """A mail goes out."""
        if not self._customers.quiet:
            self._new.append(mail.attempt)

    def act(self, now: Moment) -> Moment | None:
        """What is due is done; when the next of it is."""
        self._read_new()
        events: list[EventIn] = []
        own: list[tuple[EventIn, Own]] = []
        while self._coming and self._coming[0][0] <= now:
            *_, event, about = heapq.heappop(self._coming)
            if about is None:
                events.append(event)
            else:
                own.append((event, about))
        if own:
            self._house.ingester().ingest_own(own)
        if events:
            self._house.ingester().ingest_events(events, source=SOURCE)
        return self._coming[0][0] if self._coming else None

    def _read_new(self) -> None:
        if not self._new:
            return
        surveys, live = self._surveys(), self._house.live()
        with self._house.db.read() as connection:
            mails = handed_over(connection, self._new)
        self._new = []
        for mail in mails:
            survey = surveys.get((mail.campaign, mail.step))
            reading = self._customers.read(mail.message_id, mail.sent_at, len(survey.scores) if survey else 0)
            about = Own(mail.contact_id, mail.enrollment, mail.message)
            tracking = live.definitions.tracking_of(mail.campaign) if live is not None else NOTHING
            for number, event in enumerate(_events(mail, reading, survey, tracking)):
                own = None if event.name == "order_placed" else about
                heapq.heappush(self._coming, (event.at, mail.message, number, event, own))

    def _surveys(self) -> dict[tuple[str, str], Survey]:
        """The surveys that letters ask, by campaign and step."""
        live = self._house.live()
        if live is None:
            return {}
        return {
            (campaign, step.id): live.definitions.surveys[step.survey]
            for campaign, route in live.routes.items()
            for step in sends_of(route)
            if step.survey is not None
        }


def _events(
    mail: HandedOver, reading: Reading, survey: Survey | None, tracking: Tracking
) -> Iterator[EventIn]:
    """What comes in of one mail; of opens and clicks what its campaign has tracked."""
    about = {"campaign": mail.campaign, "step": mail.step, "topic": mail.topic}
    if reading.opened_at is not None and tracking.opens:
        yield _event(mail, "mail_opened", reading.opened_at, about)
    if reading.clicked_at is not None:
        if tracking.clicks:
            yield _event(mail, "mail_clicked", reading.clicked_at, about)
        if survey is not None and reading.score is not None:
            answer = {"survey": survey.name, "score": survey.scores[reading.score]}
            yield _event(mail, "survey_answered", reading.clicked_at, answer)
    if reading.bought_at is not None:
        number = mail.message_id.strip("<>")[:12]
        order = {"order_id": f"S-{number}", "total": reading.spent}
        cart = {"cart_id": mail.cart} if mail.cart else {}
        yield _event(mail, "order_placed", reading.bought_at, {**order, **cart})


def _event(mail: HandedOver, name: str, at: Moment, properties: Mapping[str, object]) -> EventIn:
    known = {key: value for key, value in properties.items() if value is not None}
    return EventIn(name, mail.contact, mail.email, at, known, f"{SOURCE}:{name}:{mail.message_id}")
