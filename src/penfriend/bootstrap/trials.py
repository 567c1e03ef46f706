"""Runs the tests of campaigns: the real engine over an empty store with one contact, on a clock that jumps.

Only the campaign that is tested runs, as if it had been active for long. Ids that events leave out are made
up; nobody is held out and a split takes its first arm, unless the test says otherwise.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from penfriend.bootstrap.rehearsal import HouseAlone, Rehearsal
from penfriend.bootstrap.settings import Settings
from penfriend.domain.campaign import Campaign, Send, walk_steps
from penfriend.domain.campaign_test import CampaignTest, GivenEvent
from penfriend.domain.chance import Told
from penfriend.domain.definitions import Definitions
from penfriend.domain.events import OWN, WITHOUT_CONTACT, EventIn
from penfriend.domain.ingestion import Answer, ContactIn, Own, Refused
from penfriend.domain.moments import At
from penfriend.domain.scores import Scores
from penfriend.domain.timeline import Line, Pair, agrees, compare, expected_line, wall_clock, written_moment
from penfriend.domain.timing import DAY, Moment, zone_of
from penfriend.engine.clock import SetClock
from penfriend.engine.live import Live
from penfriend.rendering import TemplateRenderer
from penfriend.storage.database import Database, open_database
from penfriend.storage.migrate import upgrade
from penfriend.storage.scores import set_scores
from penfriend.storage.timeline import latest_mail, what_happened

WATCHED = 30 * DAY
"""So long after the last moment that a test names it goes on."""
SOURCE = "campaign test"
ANSWERED = "survey_answered"


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one test."""

    test: CampaignTest
    pairs: tuple[Pair, ...] = ()
    """What was expected beside what happened."""
    fault: str = ""
    """Why it could not be run."""

    @property
    def passed(self) -> bool:
        """Whether all that was expected happened, and nothing else."""
        return not self.fault and agrees(self.pairs)


class CampaignTests:
    """Runs the tests of checked campaign files, each in a store that is empty again."""

    def __init__(
        self, settings: Settings, definitions: Definitions, renderer: TemplateRenderer, store: _Store
    ) -> None:
        self.definitions = definitions
        self._settings, self._renderer, self._store = settings, renderer, store

    def of(self, definitions: Definitions) -> CampaignTests:
        """The same for other definitions."""
        return CampaignTests(self._settings, definitions, self._renderer, self._store)

    def run(self, test: CampaignTest) -> Trial:
        """Run one."""
        campaign = replace(self.definitions.campaigns[test.campaign], active=True)
        alone = replace(self.definitions, campaigns={campaign.name: campaign}, tests=())
        zone = zone_of(str(test.contact.get("timezone") or alone.brand.timezone))
        script = _Script.of(test, campaign, zone)
        with self._rehearsal(alone, script.begin, Told(test.holdout, test.take)) as rehearsal:
            actor = _Actor(rehearsal, script)
            rehearsal.live_until(script.end, act=actor.act)
            if actor.refused:
                return Trial(test, fault=actor.refused)
            with rehearsal.house.db.read() as connection:
                found = what_happened(connection, test.campaign, rehearsal.house.contact_id(script.who))
        actual = [Line(wall_clock(one.at, zone), one.what, one.step, one.reason) for one in found]
        expected = [expected_line(one, zone) for one in test.expect]
        return Trial(test, tuple(compare(expected, actual)))

    @contextmanager
    def _rehearsal(self, definitions: Definitions, begin: Moment, chance: Told) -> Iterator[Rehearsal]:
        settings = replace(self._settings, database_url=self._store.db.url, transport="memory:")
        clock = SetClock(Moment(begin - 1))
        with HouseAlone(settings, self._store.emptied(), clock) as house:
            live = Live.of(1, definitions, self._renderer, "the tests")
            house.run_as(replace(live, chance=chance))
            clock.set(begin)
            rehearsal = Rehearsal(house, clock, lambda _: None)
            try:
                yield rehearsal
            finally:
                rehearsal.worker.close()


@contextmanager
def campaign_tests(
    settings: Settings, definitions: Definitions, renderer: TemplateRenderer
) -> Iterator[CampaignTests]:
    """What runs the tests, with a store that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="penfriend-tests-") as folder, _Store(Path(folder)) as store:
        yield CampaignTests(settings, definitions, renderer, store)


class _Store:
    """One store for all tests, empty again for each: what it has compiled of its statements is kept, which
    is a third of a test's time."""

    def __init__(self, folder: Path) -> None:
        self._empty, self._used = folder / "empty.db", folder / "used"
        with open_database(f"sqlite:///{self._empty}", lasting=False) as db:
            upgrade(db)
        self._used.mkdir()
        self.db = open_database(f"sqlite:///{self._used / 'test.db'}", lasting=False)

    def emptied(self) -> Database:
        """The store without anything that a test before this one has left, in the file or beside it."""
        self.db.close()
        shutil.rmtree(self._used)
        self._used.mkdir()
        shutil.copyfile(self._empty, self._used / "test.db")
        return self.db

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()


@dataclass(frozen=True, slots=True)
class _Script:
    """What happens in a test, and when."""

    campaign: Campaign
    who: str
    begin: Moment
    end: Moment
    contact: ContactIn
    subscribes: ContactIn
    subscribed_at: Moment
    scores: Scores
    events: tuple[tuple[Moment, EventIn], ...]

    @classmethod
    def of(cls, test: CampaignTest, campaign: Campaign, zone: ZoneInfo) -> _Script:
        given = dict(test.contact)
        who = str(given.pop("id", "test"))
        email = str(given.pop("email", "test@contact.example"))
        topics = given.pop("topics", [campaign.topic] if campaign.topic else [])
        subscribed, created = (
            _moment(given.pop(name, None), zone) for name in ("subscribed_at", "created_at")
        )
        events = tuple((written_moment(one.at, zone), one) for one in test.events)
        named = [at for at, _ in events] + [at for at in (subscribed, created) if at is not None]
        named += [written_moment(one.at, zone) for one in test.expect]
        begin = min(named, default=Moment(0))
        attributes, scores = given.pop("attributes", {}), given.pop("rfm", {})
        assert isinstance(topics, list | tuple)  # noqa: S101  # the loader has seen to it
        assert isinstance(attributes, dict)  # noqa: S101  # likewise
        assert isinstance(scores, dict)  # noqa: S101  # likewise
        return cls(
            campaign=campaign,
            who=who,
            begin=begin,
            end=written_moment(test.until, zone)
            if test.until
            else Moment(max(named, default=begin) + WATCHED),
            contact=ContactIn(who, email, given, attributes, created_at=created or begin),
            subscribes=ContactIn(who, email, topics=topics, subscribed_at=subscribed or begin),
            subscribed_at=subscribed or begin,
            scores=Scores(**scores),
            events=tuple(
                (at, _event(who, at, one, number)) for number, (at, one) in enumerate(events, start=1)
            ),
        )


class _Actor:
    """Lets happen what the script says, at its moment."""

    def __init__(self, rehearsal: Rehearsal, script: _Script) -> None:
        self._rehearsal, self._script = rehearsal, script
        self._left = sorted(script.events, key=lambda pair: pair[0])
        self._came, self._subscribed = False, not script.subscribes.topics
        self.refused = ""
        self._ingester = rehearsal.house.ingester()

    def act(self) -> Moment | None:
        """What is due now happens; when the next comes."""
        now, script = self._rehearsal.clock.now(), self._script
        if not self._came:
            self._came = True
            self._hear(self._ingester.ingest_contacts([script.contact], source=SOURCE), "contact")
            self._score(now)
        if not self._subscribed and script.subscribed_at <= now:
            self._subscribed = True
            told = self._ingester.ingest_contacts([script.subscribes], source=SOURCE, proof=SOURCE)
            self._hear(told, "contact")
        while self._left and self._left[0][0] <= now:
            _, event = self._left.pop(0)
            self._hear(self._take(event), event.name)
        coming = [] if self._subscribed else [script.subscribed_at]
        coming += [at for at, _ in self._left[:1]]
        return min(coming, default=None)

    def _score(self, now: Moment) -> None:
        """Give the contact the scores of its orders that the script names."""
        house, scores = self._rehearsal.house, self._script.scores
        if scores != Scores() and not self.refused:
            with house.db.write() as connection:
                set_scores(connection, house.contact_id(self._script.who), scores, now)

    def _take(self, event: EventIn) -> list[Answer]:
        """Let an event come in; what a person does with a mail belongs to the latest that it can be about."""
        if event.name not in OWN:
            return self._ingester.ingest_events([event], source=SOURCE)
        campaign, house = self._script.campaign, self._rehearsal.house
        with house.db.read() as connection:
            steps = _letters(campaign, event)
            mail = latest_mail(connection, campaign.name, house.contact_id(self._script.who), steps)
        if mail is None and event.name == ANSWERED:  # asked by another campaign, or by none
            return self._ingester.ingest_events([event], source=SOURCE)
        if mail is None:
            return [Refused("the campaign has sent no mail by then that it could be about")]
        said = dict(event.properties)
        if event.name != ANSWERED:
            said |= {"campaign": campaign.name, "step": mail.step}
            said |= {"topic": mail.topic} if mail.topic else {}
        own = Own(house.contact_id(self._script.who), mail.enrollment, mail.message)
        return self._ingester.ingest_own([(replace(event, contact=None, properties=said), own)])

    def _hear(self, answers: list[Answer], what: str) -> None:
        for answer in answers:
            if isinstance(answer, Refused) and not self.refused:
                self.refused = f"{what}: {answer.reason}"


def _event(who: str, at: Moment, given: GivenEvent, number: int) -> EventIn:
    contact = None if given.name in WITHOUT_CONTACT else who
    return EventIn(given.name, contact, None, at, dict(given.properties), f"test-{number}")


def _letters(campaign: Campaign, event: EventIn) -> list[str]:
    """The steps whose mail the event can be about: those that ask the survey, or the one it names, or any."""
    letters = [step for step in walk_steps(campaign.steps) if isinstance(step, Send)]
    said = event.properties
    if event.name == ANSWERED:
        return [step.id for step in letters if step.survey == said.get("survey")]
    return [step.id for step in letters if said.get("step", step.id) == step.id]


def _moment(value: object, zone: ZoneInfo) -> Moment | None:
    return written_moment(value, zone) if isinstance(value, At) else None
