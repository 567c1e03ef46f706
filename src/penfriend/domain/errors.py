"""The exceptions of Penfriend, drawn as a tree.

    PenfriendError                 one sentence for a person: what was found, what would be right
    ├── SettingError               an environment variable, an option or an argument is wrong (exit status 2)
    │   └── UserRefused            a user of the dashboard cannot be as asked for
    ├── CampaignFilesInvalid       the campaign files have problems; carries all of them (exit status 1)
    ├── GuardObjects               a change would do more than somebody may want; `--yes` goes past (exit
    status 1)
    ├── StoreUnavailable           the database cannot be reached, opened or is of another version (exit
    status 2)
    │   └── NoRoom                 the disk is nearly full: nothing is sent (exit status 2)
    ├── SourceUnavailable          a database of the company does not answer, or not as it should
    ├── MailboxUnavailable         a mailbox cannot be reached, opened or read
    │   └── LoginRefused           user or password of it are wrong: trying again would lock it
    ├── AppliedMeanwhile           another process has made a revision at the same moment; look again
    ├── AlreadyRunning             another daemon holds this store (exit status 2)
    ├── NotFound                   the thing asked about does not exist (exit status 1)
    ├── RevisionUnusable           an earlier revision can no longer run here, and why
    ├── EventRefused               an event or a row cannot be taken, and why
    │   └── EventConflict          the same id was taken before with another body
    └── RenderFailed               a letter could not be made for this person

A provider's refusal is not here: a transport answers with a `penfriend.domain.delivery.Result`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from penfriend.domain.plan import Objection
    from penfriend.domain.problems import Problem


class PenfriendError(Exception):
    """Something a person has to know, said in one line."""


class SettingError(PenfriendError):
    """A setting, option or argument is missing or wrong."""


class UserRefused(SettingError):
    """A user of the dashboard cannot be as asked for. `fault` is `name`, `email`, `role`, `exists`, or `last`
    where nobody could let anybody in any more."""

    def __init__(self, fault: str, text: str) -> None:
        self.fault = fault
        super().__init__(text)


class CampaignFilesInvalid(PenfriendError):
    """The campaign files cannot take effect. `problems` holds every one of them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class GuardObjects(PenfriendError):
    """Guards object to a change of the files. `objections` holds what each of them says."""

    def __init__(self, objections: tuple[Objection, ...]) -> None:
        self.objections = objections
        super().__init__("; ".join(str(objection) for objection in objections))


class StoreUnavailable(PenfriendError):
    """The database cannot be reached, is locked for too long, or has another version than this program."""


class NoRoom(StoreUnavailable):
    """The disk of the store or of its journals is nearly full: sending has stopped before records are
    lost."""


class SourceUnavailable(PenfriendError):
    """A database of the company does not answer, or not as it should: `source NAME: ` and why, without its
    password."""


class MailboxUnavailable(PenfriendError):
    """A mailbox cannot be reached, opened or read: its address and why, without its password."""


class LoginRefused(MailboxUnavailable):
    """User or password of a mailbox are wrong. To try again and again would lock the account."""


class AppliedMeanwhile(PenfriendError):
    """Another process has made a revision live at the same moment: what was decided may be stale."""


class AlreadyRunning(PenfriendError):
    """Another process holds the store for itself; the message says which."""


class NotFound(PenfriendError):
    """There is no contact, segment, campaign, message or template of that name."""


class RevisionUnusable(PenfriendError):
    """An earlier revision is asked for that is not kept, or that this program in this environment cannot
    read."""


class EventRefused(PenfriendError):
    """An event, a contact or a row is not taken; the message is the reason."""


class EventConflict(EventRefused):
    """An event with this id is already there with another body (HTTP 409)."""


class RenderFailed(PenfriendError):
    """The template and the facts of this person do not make a letter; the message gives file and line."""
