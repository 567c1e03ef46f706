"""The plan for the dashboard: worked out once for the same files, revision and store, beside everything else;
and applied only as it was looked at."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from penfriend.bootstrap.apart import Tell, WorkFailed, run_apart
from penfriend.bootstrap.house import House
from penfriend.bootstrap.planning import Planning
from penfriend.bootstrap.taking_up import Done, apply
from penfriend.domain.accounts.audit import Actor
from penfriend.domain.errors import GuardObjects, PenfriendError
from penfriend.domain.plan import Objection, Plan
from penfriend.domain.problems import Problem
from penfriend.domain.timing import Moment
from penfriend.storage.revisions import digest_of

SECONDS = 900.0
"""So long may a plan take."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What was worked out for some files."""

    digest: str
    """Of the files that were looked at."""
    revision: int
    """Beside which revision."""
    at: Moment
    plan: Plan | None = None
    """None where the files have errors, or working it out has failed."""
    problems: tuple[Problem, ...] = ()
    """Of the files: errors, or beside a plan warnings."""
    fault: str = ""
    """Why there is no plan, where it is not for the files."""


class OtherFiles(PenfriendError):
    """The files, or what is live, are not those that were looked at."""


class PlanDesk:
    """Plans one at a time; keeps the last."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.Lock()
        self._under_way: tuple[str, int] | None = None
        self._known: Planned | None = None
        self._over = threading.Event()

    def plan(self, wait: float) -> Planned | None:
        """The plan for the files as they are now; None where it is not worked out yet. Waits so many seconds
        for it. Raises PenfriendError where the files cannot be read."""
        wanted = self._wanted()
        with self._lock:
            known = self._known
            if known is not None and (known.digest, known.revision) == wanted:
                return known
            if self._under_way is None:
                self._begin(wanted)
        self._over.wait(wait)
        with self._lock:
            known = self._known
        return known if known is not None and (known.digest, known.revision) == wanted else None

    def forget(self) -> None:
        """Work it out anew at the next look: people and mails are others than a while ago."""
        with self._lock:
            self._known = None

    def apply(self, digest: str, revision: int, past: str, by: Actor) -> Done:
        """Make the files live that were looked at beside that revision. `past` is the mark of the objections
        that somebody has said yes to. Raises OtherFiles, GuardObjects, CampaignFilesInvalid."""
        files = self._house.read_files()
        if self._wanted() != (digest, revision) or digest_of(files.texts, files.entry) != digest:
            raise OtherFiles("the files are others than those that were looked at")
        try:
            return apply(self._house, files, by=by)
        except GuardObjects as objected:
            if not past or past != mark_of(objected.objections):
                raise
        return apply(self._house, files, yes=True, by=by)

    def _wanted(self) -> tuple[str, int]:
        files = self._house.read_files()
        return digest_of(files.texts, files.entry), self._house.revision_number()

    def _begin(self, wanted: tuple[str, int]) -> None:
        self._under_way = wanted
        self._over.clear()
        threading.Thread(target=self._work, args=wanted, name="plan", daemon=True).start()

    def _work(self, digest: str, revision: int) -> None:
        found: Planned | None = None
        try:
            found = run_apart(self._house, plan_files, SECONDS, lambda _: None)
        except WorkFailed as failed:
            found = Planned(digest, revision, self._house.clock.now(), fault=str(failed))
        finally:
            with self._lock:
                self._known, self._under_way = found, None
                self._over.set()


def plan_files(house: House, _: Tell) -> Planned:
    """Plan the files as they are now."""
    files, revision, now = house.read_files(), house.revision_number(), house.clock.now()
    digest, checked = digest_of(files.texts, files.entry), house.check(files)
    if checked.errors or checked.definitions is None:
        return Planned(digest, revision, now, problems=checked.problems)
    plan = Planning(house, files, checked).plan()
    return Planned(digest, revision, now, plan, plan.problems)


def mark_of(objections: Iterable[Objection]) -> str:
    """What tells these objections from others. Numbers in them do not count: they change while somebody
    reads."""
    said = sorted(re.sub(r"\d+", "#", str(one)) for one in objections)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]
