"""What files would do, before they do it: the changes, the people that they move, the day ahead with and
without them, and the guards that object.

Mails and entries are rehearsed: the real engine lives the next day over two copies of the store, one with
the files and one without; customers are quiet. Counts of people and segments are asked of the live store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from penfriend.bootstrap.checked import Checked
from penfriend.bootstrap.files import Files
from penfriend.bootstrap.forgetting import would_go
from penfriend.bootstrap.house import House
from penfriend.bootstrap.rehearsal import rehearse
from penfriend.domain.changes import changed_letters, changes
from penfriend.domain.definitions import Definitions
from penfriend.domain.plan import (
    Ahead,
    MovedPeople,
    Objection,
    Plan,
    Resized,
    audience_changes,
    letters_without_a_way_out,
    limits_mails,
    may_release_mail,
    resized_segments,
    too_few_codes,
    too_many_mails,
)
from penfriend.domain.problems import Place, Problem
from penfriend.domain.relocation import relocations
from penfriend.domain.renames import as_renamed, renames
from penfriend.domain.timing import DAY, Moment, local_date
from penfriend.domain.triggers import SegmentTrigger
from penfriend.engine.sync import Sync
from penfriend.sources import SourceReader
from penfriend.storage.looks_store import LookStore
from penfriend.storage.members import rests_on
from penfriend.storage.plan_counts import (
    entered_since,
    newest_enrollment,
    people_at_steps,
    sent_since,
    sizes_before,
    waiting_for_codes,
)
from penfriend.storage.revisions import digest_of, equals_live, live_revision
from penfriend.storage.segment_queries import count_members
from penfriend.storage.source_reads import SourceReads


class Planning:
    """One look at checked files beside what is live."""

    def __init__(self, house: House, files: Files, checked: Checked) -> None:
        self._house, self._files, self._checked = house, files, checked
        self._after, _ = checked.require()
        live = house.live()
        self._live = live.definitions if live else None
        self._before = self._live or Definitions()
        self._now = house.clock.now()
        self._read: dict[str, int] = {}
        """Members of segments that rest on another SELECT than before, as their sources say now."""
        self._silent: list[Problem] = []

    def plan(self) -> Plan:
        """All of it."""
        with self._house.db.read() as connection:
            revision = live_revision(connection)
            same = equals_live(connection, digest_of(self._files.texts, self._files.entry))
        if same:
            number = revision.number if revision else 0
            return Plan(number, self._now, problems=self._checked.problems)
        live, planned = self._ahead() if may_release_mail(self._live, self._after) else (Ahead(), Ahead())
        sizes = tuple(self._sizes())
        found = changes(self._live, self._after)
        return Plan(
            revision=revision.number if revision else 0,
            at=self._now,
            changes=(*found, *changed_letters(self._letters_before(), self._files.templates)),
            moved=tuple(self._moved()),
            live=live,
            planned=planned,
            sizes=sizes,
            forgotten=would_go(self._house.db, self._live, self._after, self._now),
            objections=tuple(self._objections(live, planned)),
            problems=(*self._checked.problems, *self._silent),
        )

    def objections(self) -> tuple[Objection, ...]:
        """What guards have against it. The next day is rehearsed only where a limit is set, and the change
        may release mail."""
        releases = may_release_mail(self._live, self._after)
        rehearses = releases and (limits_mails(self._after) or bool(self._newly_read()))
        live, planned = self._ahead() if rehearses else (Ahead(), Ahead())
        return tuple(self._objections(live, planned))

    def moved(self) -> tuple[MovedPeople, ...]:
        """Who goes on at another step, or ends with a removed campaign."""
        return tuple(self._moved())

    def _objections(self, live: Ahead, planned: Ahead) -> Iterator[Objection]:
        yield from too_many_mails(self._after, live, planned)
        yield from too_few_codes(live, planned)
        yield from audience_changes(self._before, self._after, *self._audiences())
        yield from letters_without_a_way_out(self._after, self._files.templates, self._letters_before())

    def _letters_before(self) -> Mapping[str, str]:
        with self._house.db.read() as connection:
            revision = live_revision(connection)
        return Files(revision.entry, revision.files).templates if revision else {}

    def _moved(self) -> Iterator[MovedPeople]:
        renamed = renames(self._before, self._after)
        same = as_renamed(self._before, renamed)
        with self._house.db.read() as connection:
            standing = people_at_steps(connection)
        old_campaigns = {new: old for old, new in renamed.campaigns.items()}
        for move in relocations(same, self._after):
            old_steps = {new: old for old, new in renamed.steps.get(move.campaign, {}).items()}
            was = old_campaigns.get(move.campaign, move.campaign), old_steps.get(move.step, move.step)
            if move.begins and standing.get(was):
                yield MovedPeople(move.campaign, move.step, move.to, standing[was])
        for (campaign, step), people in sorted(standing.items(), key=repr):
            if campaign in same.campaigns and campaign not in self._after.campaigns:
                yield MovedPeople(campaign, step or "", None, people, removed=True)

    def _sizes(self) -> Iterator[Resized]:
        for name, was in resized_segments(self._before, self._after).items():
            old = None if was is None else self._count_before(was)
            new = self._count(name) if name in self._after.segments else None
            if old != new:
                yield Resized(name, old, new)

    def _audiences(self) -> tuple[dict[str, int], dict[str, int]]:
        """The audiences that the change makes others, and what those of before were: yesterday as it was
        kept, else now."""
        changed = resized_segments(self._before, self._after)
        renamed = renames(self._before, self._after).campaigns
        old_names = {new: old for old, new in renamed.items()}
        today = local_date(self._now, self._after.brand.zone).isoformat()
        sizes: dict[str, int] = {}
        with self._house.db.read() as connection:
            yesterday = dict(sizes_before(connection, today))
        for name, campaign in self._after.campaigns.items():
            old = self._before.campaigns.get(old_names.get(name, name))
            trigger, was = campaign.trigger, old.trigger.segment if old else None
            if not isinstance(trigger, SegmentTrigger) or was is None:
                continue
            if trigger.segment in changed or trigger.segment != was:
                sizes[trigger.segment] = self._count(trigger.segment)
                if was not in yesterday:
                    yesterday[was] = self._count_before(was)
        return sizes, yesterday

    def _count(self, name: str) -> int:
        """The members of a segment by the files."""
        if name in self._read:
            return self._read[name]
        with self._house.db.read() as connection:
            return count_members(connection, self._after, name, self._now)

    def _count_before(self, name: str) -> int:
        """The members of a segment by what is live. Each count has a read of its own: PostgreSQL ends one in
        which nothing is asked while others are counted."""
        with self._house.db.read() as connection:
            return count_members(connection, self._before, name, self._now)

    def _newly_read(self) -> list[str]:
        """The segments that rest on a SELECT that is new or another than before."""
        return [
            name
            for name in resized_segments(self._before, self._after)
            if name in self._after.segments and rests_on(self._after.segments[name], self._after)
        ]

    def _read_sources(self, copy: House) -> None:
        """Read what is new from the sources into a copy, as the daemon would after the apply."""
        names, live = self._newly_read(), copy.live()
        if not names or live is None:
            return
        said: list[str] = []
        readings = SourceReads(copy.db, LookStore(copy.db))
        sync = Sync(readings, SourceReader(), copy.clock, "plan", say=said.append, guarded=False)
        sync.tick(live, only_new=True)
        with copy.db.read() as connection:
            self._read = {name: count_members(connection, self._after, name, self._now) for name in names}
        place = Place(self._files.entry)
        self._silent = [Problem(place, f"{text}, and are counted so.", level="warning") for text in said]

    def _ahead(self) -> tuple[Ahead, Ahead]:
        """The next day without the change, under the names of now, and with it."""
        live = Ahead() if self._live is None else self._rehearsed(with_files=False)
        to = renames(self._before, self._after).campaigns

        def named(counts: Mapping[str, int]) -> dict[str, int]:
            return {to.get(name, name): number for name, number in counts.items()}

        live = Ahead(named(live.at_once), named(live.later), named(live.mails), named(live.without_code))
        return live, self._rehearsed(with_files=True)

    def _rehearsed(self, *, with_files: bool) -> Ahead:
        begin = self._now
        with rehearse(self._house, begin) as rehearsal:
            copy = rehearsal.house
            with copy.db.read() as connection:
                newest = newest_enrollment(connection)
            if with_files:
                copy.make_live(self._files, self._checked)
                self._read_sources(copy)
            rehearsal.worker.settle()
            with copy.db.read() as connection:
                at_once = entered_since(connection, newest)
            rehearsal.live_until(Moment(begin + DAY))
            with copy.db.read() as connection:
                entered, mails = entered_since(connection, newest), sent_since(connection, begin)
                without_code = waiting_for_codes(connection)
        later = {name: number - at_once.get(name, 0) for name, number in entered.items()}
        return Ahead(at_once, {name: number for name, number in later.items() if number}, mails, without_code)
