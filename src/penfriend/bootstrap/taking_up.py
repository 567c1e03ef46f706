"""Takes up files as the live revision: what a person asks for, and what a daemon or `tick` does by itself.

Guards object to a change that would release more mail than `confirm_above`, make an audience another, or send
letters without a way out (`penfriend.bootstrap.planning`). Then a person has to say yes; until then the live
revision stays, and the note `not_applied` says why.
"""

from __future__ import annotations

from dataclasses import dataclass

from penfriend.bootstrap.applying import Applied, keep_live
from penfriend.bootstrap.checked import Checked
from penfriend.bootstrap.files import Files
from penfriend.bootstrap.house import House
from penfriend.bootstrap.planning import Planning
from penfriend.domain.accounts.audit import Actor
from penfriend.domain.changes import Change, changes
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import GuardObjects
from penfriend.domain.plan import MovedPeople, Objection
from penfriend.engine.sync import sql_segments
from penfriend.storage.looks_store import LookStore
from penfriend.storage.revisions import digest_of, equals_live, is_known_digest
from penfriend.storage.source_reads import SourceReads

GO_PAST = "`penfriend plan` shows the change, `penfriend apply --yes` makes it all the same"


@dataclass(frozen=True, slots=True)
class Done:
    """What an apply did."""

    applied: Applied
    changes: tuple[Change, ...] = ()
    moved: tuple[MovedPeople, ...] = ()


def apply(house: House, files: Files, *, yes: bool = False, by: Actor | None = None) -> Done:
    """Make the files the live revision. Raises CampaignFilesInvalid with every error, and GuardObjects where
    a guard objects and nobody has said `yes`. `by` is who does it; None is who runs this process."""
    checked = house.check(files)
    definitions, _ = checked.require()
    if _is_live(house, files):
        if yes:
            _let_pass(house, definitions)
        return Done(_finish_live(house))
    planning = Planning(house, files, checked)
    objections = () if yes else planning.objections()
    if objections:
        raise GuardObjects(objections)
    live = house.live()
    found, moved = changes(live.definitions if live else None, definitions), planning.moved()
    applied = house.make_live(files, checked, by=by)
    if yes:
        _let_pass(house, definitions)
    return Done(applied, found, moved)


def _let_pass(house: House, definitions: Definitions) -> None:
    """What a guard has stopped in the reading of sources, or would stop at the first of a new SELECT, may
    pass."""
    readings = SourceReads(house.db, LookStore(house.db))
    states = readings.states()
    passing = [
        segment.name
        for segment, select, _ in sql_segments(definitions)
        if (state := states.get(segment.name)) is not None
        and (state.stopped is not None or state.definition != select.digest)
    ]
    readings.let_pass(passing)


def apply_changed(house: House, files: Files) -> Applied:
    """The same for files that changed under a running daemon: what is not valid, or is objected to, is told
    and not raised."""
    checked = house.check(files)
    if not checked.errors and _is_live(house, files):
        _activate_live(house)
    return _apply(house, files, checked, only_new=False)


def apply_at_start(house: House, files: Files) -> Applied:
    """The same at the start of a daemon: files that equal an earlier revision are left alone."""
    if _is_live(house, files):  # most starts: nothing is to be checked again
        return _finish_live(house)
    return _apply(house, files, house.check(files), only_new=True)


def _apply(house: House, files: Files, checked: Checked, *, only_new: bool) -> Applied:
    passed_over = _is_live(house, files) or (only_new and _was_live(house, files))
    if checked.definitions is not None and not checked.errors and not passed_over:
        objections = Planning(house, files, checked).objections()
        if objections:
            return keep_live(house.db, checked.problems, _why(objections))
    return house.make_live(files, checked, only_new=only_new)


def _finish_live(house: House) -> Applied:
    """What is live stays; what an apply that ended in the middle left to be done is done."""
    _activate_live(house)
    return keep_live(house.db, house.bring_codes())


def _activate_live(house: House) -> None:
    live = house.live()
    if live is not None:
        LookStore(house.db).activate(live.definitions, live.revision, house.clock.now())


def _is_live(house: House, files: Files) -> bool:
    """Whether the live revision has these very files."""
    with house.db.read() as connection:
        return not files.problems and equals_live(connection, digest_of(files.texts, files.entry))


def _was_live(house: House, files: Files) -> bool:
    """Whether any revision had them."""
    with house.db.read() as connection:
        return is_known_digest(connection, digest_of(files.texts, files.entry))


def _why(objections: tuple[Objection, ...]) -> str:
    return f"{'; '.join(map(str, objections))}. {GO_PAST}"
