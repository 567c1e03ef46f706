"""The tick `track`: hits that nobody else can throw another light on become events, those of people alone.

Each hit is judged a little after it came, when it is known what else was followed. An event is made first and
the hit settled afterwards; its id follows from the mail and the hit, so that a crash in between, or another
worker, makes it once. What was counted is never undone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from penfriend.domain.events import EventIn
from penfriend.domain.hits import (
    ONCE_PER,
    SETTLED_AFTER,
    FollowedMail,
    Hit,
    HitClass,
    HitKind,
    HitStore,
    KeptHit,
    Settled,
    judge,
)
from penfriend.domain.ingestion import Answer, Own, Refused
from penfriend.domain.ports import Clock
from penfriend.domain.timing import Moment

log = logging.getLogger("penfriend.track")

BATCH = 200
Ingest = Callable[[Sequence[tuple[EventIn, Own]]], Sequence[Answer]]
"""The one way in for events, `penfriend.engine.ingest.Ingester.ingest_own`; one answer for each."""


@dataclass(slots=True)
class TrackReport:
    """What one tick did."""

    settled: int = 0
    counted: int = 0
    """Hits of people, of which an event was made."""


@dataclass(slots=True)
class _Judged:
    """What was found of a batch."""

    settled: list[Settled] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    events: list[tuple[EventIn, Own]] = field(default_factory=list)


class Track:
    """Settles hits."""

    def __init__(self, store: HitStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def tick(self, ingest: Ingest, stopping: Callable[[], bool] = lambda: False) -> TrackReport:
        """Settle all that came long enough ago, batch by batch. Raises StoreUnavailable."""
        report = TrackReport()
        until = Moment(self._clock.now() - SETTLED_AFTER)
        while not stopping():
            due = self._store.due(until, BATCH)
            if due:
                judged = self._judge(due)
                self._count(judged.events, ingest)
                self._store.settle(judged.settled, judged.gone)
                report.settled += len(due)
                report.counted += len(judged.events)
            if len(due) < BATCH:
                break
        return report

    def _judge(self, due: Sequence[KeptHit]) -> _Judged:
        messages = {one.hit.message for one in due}
        mails, around = self._store.mails(messages), self._store.around(messages)
        settled_by_others = {one.id for kept in around.values() for one in kept if one.settled}
        counted = _Counted(around, {one.id for one in due})
        judged = _Judged()
        for one in due:
            mail = mails.get(one.hit.message)
            if mail is None:
                judged.gone.append(one.id)
            elif one.id not in settled_by_others:
                others = [other.hit for other in around[one.hit.message] if other.id != one.id]
                who = judge(one.hit, mail.taken_at, others)
                counts = who is HitClass.HUMAN and counted.add(one.hit)
                judged.settled.append(Settled(one.id, who, counts))
                if counts:
                    judged.events.append(_event(one, mail))
        return judged

    def _count(self, events: Sequence[tuple[EventIn, Own]], ingest: Ingest) -> None:
        for (event, _), answer in zip(events, ingest(events) if events else (), strict=True):
            if isinstance(answer, Refused) and not answer.conflict:
                log.error("%s was not taken: %s", event.id, answer.reason)


class _Counted:
    """What was counted of mails: an open once, a link once in a while."""

    def __init__(self, around: Mapping[int, Sequence[KeptHit]], but: Collection[int]) -> None:
        self._at: dict[tuple[int, HitKind, int], list[Moment]] = {}
        for kept in around.values():
            for one in kept:
                if one.counted and one.id not in but:
                    self._at.setdefault(_what(one.hit), []).append(one.hit.at)

    def add(self, hit: Hit) -> bool:
        """Count it, unless the same was counted."""
        known = self._at.setdefault(_what(hit), [])
        if known and (hit.kind is HitKind.OPEN or any(abs(at - hit.at) < ONCE_PER for at in known)):
            return False
        known.append(hit.at)
        return True


def _what(hit: Hit) -> tuple[int, HitKind, int]:
    return hit.message, hit.kind, hit.link


def _event(one: KeptHit, mail: FollowedMail) -> tuple[EventIn, Own]:
    hit = one.hit
    said = {"campaign": mail.campaign, "step": mail.step, "topic": mail.topic, "url": hit.url}
    name, which = "mail_opened", ""
    if hit.kind is HitKind.CLICK:
        name, which = "mail_clicked", f":{one.id}"
    event = EventIn(
        name=name,
        contact=None,
        email=None,
        at=hit.at,
        properties={key: value for key, value in said.items() if value is not None},
        id=f"penfriend:{name}:{hit.message}{which}",
    )
    return event, Own(mail.contact, mail.enrollment, hit.message)
