"""Lives the month step by step: what people do comes in through ingestion, then every tick runs until nothing
more is due.

Nothing here knows a rule: people join, wait and leave by the engine alone, and every mail goes over real
SMTP.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from penfriend.bootstrap import House, Worker
from penfriend.cli.month.reading import Readers
from penfriend.cli.sample_shop import START, ShopEvent, SurveySent, answer, history, month, people
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import Answer, ContactIn, Own, Refused
from penfriend.domain.route import sends_of
from penfriend.domain.timing import Moment, from_datetime, to_datetime
from penfriend.engine.clock import SetClock
from penfriend.storage.letters_sent import SentLetter, letters_sent

T = TypeVar("T")
STEP = timedelta(hours=3)
"""So often the ticks run: what is due in between goes out a little later than it would in a real shop."""
STEPS_A_DAY = timedelta(days=1) // STEP
BATCH = 2_000


class Month:
    """One run of the month over one store."""

    def __init__(
        self, house: House, clock: SetClock, worker: Worker, seed: int, count: int, days: int
    ) -> None:
        self._house, self._clock, self._worker = house, clock, worker
        self._seed, self._count, self._days = seed, count, days
        self._coming = list(month(seed, START, days, count))
        ordered = {
            str(one["properties"].get("cart_id")) for one in self._coming if one["name"] == "order_placed"
        }
        self._readers = Readers(house, seed, count, ordered)
        self._later: list[tuple[Moment, str, EventIn]] = []
        """What follows from orders by letters."""
        self._answers: list[tuple[Moment, int, EventIn, Own]] = []
        self._heard_until = Moment(0)

    def prepare(self) -> None:
        """The people and what they did before; then the campaigns go live, at the month's first moment."""
        self._clock.set(from_datetime(START))
        ingester = self._house.ingester()
        for rows in _batches(map(_contact_in, people(self._seed, self._count))):
            _all_taken(ingester.ingest_contacts(rows, source="sample shop", proof="the sample shop's file"))
        for events in _batches(map(_event_in, history(self._seed, START, self._count))):
            _all_taken(ingester.ingest_events(events, source="sample shop"))
        self._house.apply(self._house.read_files())

    def live(self, tell: Callable[[datetime], None]) -> None:
        """Step by step to the end; `tell` hears each simulated moment."""
        coming = iter(self._coming)
        ahead = next(coming, None)
        moment, kept = START, START.date()
        end = START + timedelta(days=self._days)
        while moment <= end:
            self._clock.set(from_datetime(moment))
            events: list[EventIn] = []
            while ahead is not None and (event := _event_in(ahead)).at <= self._clock.now():
                events.append(event)
                ahead = next(coming, None)
            self._take([*events, *self._by_letters()])
            self._worker.settle()
            letters = letters_sent(self._house.db, self._heard_until)
            self._heard_until = self._clock.now()
            self._hear_answers(letters)
            self._readers.hear(letters)
            if moment.date() != kept or moment + STEP > end:
                kept = moment.date()
                self._worker.housekeeping()  # as a daemon does each day
            tell(moment)
            moment += STEP

    def _by_letters(self) -> list[EventIn]:
        """What people do because of a letter, as far as it has come."""
        for one in map(_event_in, self._readers.act()):
            heapq.heappush(self._later, (one.at, one.id or "", one))
        done: list[EventIn] = []
        while self._later and self._later[0][0] <= self._clock.now():
            done.append(heapq.heappop(self._later)[2])
        return done

    def _take(self, events: Sequence[EventIn]) -> None:
        ingester = self._house.ingester()
        if events:
            _all_taken(ingester.ingest_events(events, source="sample shop"))
        own: list[tuple[EventIn, Own]] = []
        while self._answers and self._answers[0][0] <= self._clock.now():
            _, _, event, about = heapq.heappop(self._answers)
            own.append((event, about))
        if own:
            _all_taken(ingester.ingest_own(own))

    def _hear_answers(self, letters: Iterable[SentLetter]) -> None:
        """Whoever got a survey may answer it later; whether and how follows from the seed and the mail
        alone."""
        live = self._house.live()
        surveys = {
            (campaign, step.id): step.survey
            for campaign, route in (live.routes.items() if live else ())
            for step in sends_of(route)
            if step.survey is not None
        }
        for mail in letters:
            survey = surveys.get((mail.campaign, mail.step))
            given = answer(self._seed, _survey_sent(mail, survey)) if survey else None
            if given is not None:
                event = _event_in(given)
                about = Own(mail.contact_id, mail.enrollment, mail.message)
                heapq.heappush(self._answers, (event.at, mail.message, event, about))


def _contact_in(row: dict[str, str]) -> ContactIn:
    known = {name: value for name, value in row.items() if value}
    apart = ("id", "email", "topics", "subscribed_at", "created_at")
    attributes = {
        name.removeprefix("attributes."): value
        for name, value in known.items()
        if name.startswith("attributes.")
    }
    return ContactIn(
        id=known["id"],
        email=known["email"],
        fields={
            name: value
            for name, value in known.items()
            if name not in apart and not name.startswith("attributes.")
        },
        attributes=attributes,
        topics=known.get("topics", "").split(),
        subscribed_at=_moment(known["subscribed_at"]) if "subscribed_at" in known else None,
        created_at=_moment(known["created_at"]),
    )


def _event_in(event: ShopEvent) -> EventIn:
    return EventIn(
        event["name"], event.get("contact"), None, _moment(event["at"]), event["properties"], event["id"]
    )


def _moment(text: str) -> Moment:
    return from_datetime(datetime.fromisoformat(text))


def _survey_sent(mail: SentLetter, survey: str) -> SurveySent:
    return SurveySent(mail.key, mail.contact, survey, to_datetime(mail.sent_at), mail.locale or "en")


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _all_taken(answers: Iterable[Answer]) -> None:
    """What the sample shop says is right; a refusal is a fault of ours."""
    refused = [one.reason for one in answers if isinstance(one, Refused)]
    if refused:
        raise RuntimeError(f"the sample shop's data was refused: {refused[0]}")
