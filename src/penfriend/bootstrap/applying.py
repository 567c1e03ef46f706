"""Makes files the live revision, or says why not."""

from __future__ import annotations

from dataclasses import dataclass

from penfriend.bootstrap.accounts.shell import at_the_shell
from penfriend.bootstrap.checked import Checked
from penfriend.bootstrap.files import Files
from penfriend.domain.accounts.audit import Actor, Deed, Entry
from penfriend.domain.definitions import Definitions
from penfriend.domain.outbox import has_other_lanes
from penfriend.domain.problems import Problem
from penfriend.domain.relocation import other_letters, relocations
from penfriend.domain.renames import Renames, as_renamed, renames
from penfriend.domain.timing import Moment
from penfriend.storage.accounts.audit_log import write_entry
from penfriend.storage.database import Database
from penfriend.storage.enrollment_log import wake_campaigns
from penfriend.storage.looks_store import LookStore
from penfriend.storage.notes import write_note
from penfriend.storage.outgoing import set_targets
from penfriend.storage.pausing import pause_and_resume
from penfriend.storage.rate_lanes import leave_lanes
from penfriend.storage.relocation import change_letters, relocate
from penfriend.storage.renaming import rename
from penfriend.storage.retyping import retype
from penfriend.storage.revisions import add_revision, digest_of, equals_live, is_known_digest, live_number

NOT_APPLIED = "not_applied"
"""The note that says why the files as they are now were not applied."""
KNOWN_BEFORE = (
    "these files were live before, and a later revision followed them; "
    "`penfriend apply` makes them live again"
)


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of the files."""

    revision: int
    """The live revision now; 0 for none."""
    changed: bool
    problems: tuple[Problem, ...] = ()
    note: str | None = None
    """Why the files were not applied."""


def apply_files(
    db: Database,
    files: Files,
    checked: Checked,
    before: Definitions | None,
    now: Moment,
    *,
    only_new: bool,
    tells: bool,
    by: Actor | None = None,
) -> Applied:
    """Make checked files the next revision. With `only_new`, files that equal an earlier revision are left
    alone. `by` is who does it; None is who runs this process.

    Enrollments at steps that are gone move to the next that survives; what the new definitions bring into
    segments is noted or enters by `backfill`. Other systems are told nothing without `tells`. Raises
    AppliedMeanwhile where another process was faster: look again at what is live.
    """
    digest = digest_of(files.texts, files.entry)
    with db.read() as connection:
        live, same = live_number(connection), equals_live(connection, digest)
        known = is_known_digest(connection, digest)
    if same:
        return _noted(db, Applied(live, False, checked.problems))
    if only_new and known:
        return _noted(db, Applied(live, False, checked.problems, KNOWN_BEFORE))
    if checked.errors or checked.definitions is None:
        return _noted(db, Applied(live, False, checked.problems, _summary(checked)))
    definitions = checked.definitions
    if before is not None and before.data != definitions.data:
        retype(db, before, definitions)
    renamed = renames(before, definitions) if before is not None else Renames()
    same_names = before and as_renamed(before, renamed)
    with db.write() as connection:
        revision = add_revision(connection, files.texts, files.entry, now, live)
        set_targets(connection, definitions.outgoing if tells else {}, revision.number)
        rename(connection, renamed)
        if same_names is not None:
            relocate(connection, relocations(same_names, definitions), now)
            change_letters(connection, other_letters(same_names, definitions))
            wake_campaigns(connection, _changed(same_names, definitions))
            if has_other_lanes(same_names, definitions):
                leave_lanes(connection)
        pause_and_resume(connection, definitions, now)
        write_entry(connection, Entry(now, by or at_the_shell(), Deed.APPLIED, f"revision {revision.number}"))
    LookStore(db).activate(definitions, revision.number, now, _other_segments(same_names, definitions))
    return _noted(db, Applied(revision.number, True, checked.problems))


def _other_segments(before: Definitions | None, after: Definitions) -> list[str]:
    """The running campaigns whose trigger has another segment than before."""
    if before is None:
        return []
    return [
        name
        for name, campaign in after.campaigns.items()
        if name in before.campaigns and before.campaigns[name].trigger.segment != campaign.trigger.segment
    ]


def _changed(before: Definitions, after: Definitions) -> list[str]:
    """The campaigns whose people are looked at again: what was changed may be due, or end them, at once."""
    shared = [(one.policy, one.segments, one.brand) for one in (before, after)]
    everything = shared[0] != shared[1]
    return [
        name
        for name, campaign in after.campaigns.items()
        if everything or before.campaigns.get(name) != campaign
    ]


def keep_live(db: Database, problems: tuple[Problem, ...] = (), note: str | None = None) -> Applied:
    """The files are what is live already; or, with a note, they do not become it."""
    with db.read() as connection:
        live = live_number(connection)
    return _noted(db, Applied(live, False, problems, note))


def _noted(db: Database, applied: Applied) -> Applied:
    with db.write() as connection:
        write_note(connection, NOT_APPLIED, applied.note)
    return applied


def _summary(checked: Checked) -> str:
    first = checked.errors[0]
    more = len(checked.errors) - 1
    return f"{first}" + (f" (and {more} more; penfriend validate)" if more else "")
