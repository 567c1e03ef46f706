"""The tests of a campaign for its page: run on request over the live revision, in a process of their own.

What came of them is kept in the store, for everybody to look at: it is true as long as that revision is live.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from functools import partial

from penfriend.bootstrap.apart import Tell
from penfriend.bootstrap.house import House
from penfriend.bootstrap.on_request import OnRequest, Progress
from penfriend.bootstrap.trials import Trial, campaign_tests
from penfriend.domain.accounts.audit import Actor, Deed, Entry
from penfriend.domain.campaign_test import Expectation
from penfriend.domain.errors import NotFound
from penfriend.domain.timeline import Line, is_met
from penfriend.domain.timing import Moment
from penfriend.rendering import TemplateRenderer
from penfriend.storage.accounts.audit_log import write_entry
from penfriend.storage.notes import write_note

SECONDS = 600.0
"""So long may the tests of one campaign take: a hundred need some forty."""


@dataclass(frozen=True, slots=True)
class TrialLine:
    """What came of one test, as much as is kept of it."""

    name: str
    passed: bool
    fault: str = ""
    """Why it could not be run, in words of ours."""
    wanted: Line | None = None
    """Of one that failed the first thing that is otherwise: what was expected; None where nothing was."""
    found: Line | None = None
    """And what happened; None where nothing did."""
    more: int = 0
    """So many things beside it are otherwise."""

    @classmethod
    def of(cls, trial: Trial) -> TrialLine:
        """Of a test that was run."""
        otherwise = [pair for pair in trial.pairs if not is_met(pair)]
        if trial.passed or trial.fault or not otherwise:
            return cls(trial.test.name, trial.passed, trial.fault)
        wanted, found = otherwise[0]
        return cls(trial.test.name, False, "", wanted, found, len(otherwise) - 1)


@dataclass(frozen=True, slots=True)
class TrialRun:
    """What came of all tests of one campaign."""

    at: Moment
    revision: int
    """Of the files that they ran with."""
    trials: tuple[TrialLine, ...]

    @property
    def failed(self) -> int:
        """How many did not pass."""
        return sum(not one.passed for one in self.trials)

    @property
    def passed(self) -> int:
        """How many did."""
        return len(self.trials) - self.failed

    def of(self, name: str) -> TrialLine | None:
        """What came of the test of that name; None where it was not run."""
        return next((one for one in self.trials if one.name == name), None)

    def as_text(self) -> str:
        """For the note."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def of_text(cls, text: str) -> TrialRun | None:
        """That of a note; None for what another version has written."""
        try:
            plain = json.loads(text)
            trials = tuple(
                TrialLine(**{**one, "wanted": _line(one["wanted"]), "found": _line(one["found"])})
                for one in plain["trials"]
            )
            return cls(**{**plain, "trials": trials})
        except (ValueError, TypeError, KeyError):
            return None


class TrialDesk:
    """Runs the tests of one campaign at a time."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._work: OnRequest[TrialRun] = OnRequest(house)

    def known(self, campaign: str, revision: int) -> TrialRun | None:
        """The last run with the files of that revision; None where there was none."""
        text = self._house.note(note_of(campaign))
        found = None if text is None else TrialRun.of_text(text)
        return found if found is not None and found.revision == revision else None

    def progress(self) -> Progress | None:
        """Of which campaign they are being run, and how far that is; None where none are."""
        return self._work.progress()

    def fault(self, campaign: str) -> str:
        """Why the last run that was asked for came to nothing."""
        return self._work.fault(campaign)

    def begin(self, campaign: str, by: Actor) -> bool:
        """Run them; False where some are being run."""
        work = partial(run_tests_of, campaign)

        def keep(found: TrialRun) -> None:
            keep_run(self._house, campaign, found, by)

        return self._work.begin(work, SECONDS, keep, about=campaign)


def run_tests_of(campaign: str, house: House, tell: Tell) -> TrialRun:
    """Run the tests that the live revision has of a campaign. Raises NotFound."""
    live = house.live()
    if live is None or campaign not in live.definitions.campaigns:
        raise NotFound(f'there is no campaign "{campaign}" any more')
    if not isinstance(live.renderer, TemplateRenderer):
        raise NotFound("there are no letters to run them with")
    wanted = [one for one in live.definitions.tests if one.campaign == campaign]
    found: list[TrialLine] = []
    # one that has stopped by itself is tested as if it ran
    with campaign_tests(house.settings, live.resting(()).definitions, live.renderer) as tests:
        for number, one in enumerate(wanted, start=1):
            found.append(TrialLine.of(tests.run(one)))
            tell(number / len(wanted))
    return TrialRun(house.clock.now(), live.revision, tuple(found))


def keep_run(house: House, campaign: str, run: TrialRun, by: Actor) -> None:
    """Keep what came of it for the pages, and note who has asked for it."""
    details = {"revision": str(run.revision), "passed": str(run.passed), "failed": str(run.failed)}
    with house.db.write() as connection:
        write_note(connection, note_of(campaign), run.as_text())
        write_entry(connection, Entry(house.clock.now(), by, Deed.TESTS_RUN, campaign, details))


def note_of(campaign: str) -> str:
    """The note that keeps the last run of a campaign's tests."""
    return f"tests of {campaign}"


def _line(plain: dict[str, str] | None) -> Line | None:
    return None if plain is None else replace(Line(**plain), what=Expectation(plain["what"]))  # type: ignore[arg-type]  # a word until then
