"""Reads a mailbox of what came back, and lets follow what follows.

A mail is marked as taken only after the store has committed what it says. Whoever dies in between reads it
again, and a report that is on record has no further effect. A report counts where it came to a return path
that we have signed, or holds the Message-ID of one of our mails, which nobody can guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from penfriend.domain.feedback import Effect, Feedback, Kind
from penfriend.domain.mailbox import Mailbox, Received
from penfriend.domain.ports import Clock
from penfriend.domain.reports import Came, Report
from penfriend.domain.timing import Moment

SOURCE = "mailbox"
"""Who says so, in `Feedback.source`."""

Read = Callable[[bytes], list[Report]]
"""`penfriend.delivery.reports.read_report`."""


class ReturnPaths(Protocol):
    """Knows our return paths."""

    def message_of(self, address: str) -> int | None:
        """Our id of the mail whose return path it is; None where we have not signed it."""

    def looks_signed(self, address: str) -> bool:
        """Whether there is a token in it, right or wrong."""


class Desk(Protocol):
    """Takes feedback (`penfriend.engine.take_feedback.TakeFeedback`)."""

    def apply(self, reports: Sequence[Feedback]) -> list[Effect]:
        """What came of each. Raises StoreUnavailable."""


Suppress = Callable[[str, Kind, str, Moment], bool]
"""Write to this address no more, for this kind of report and its text; whether that is new."""


@dataclass(frozen=True, slots=True)
class Line:
    """One report of one mail, and what came of it; None where nothing was asked to come of it."""

    mail: str
    report: Report
    came: Came | None = None


class ReadBounces:
    """The use case. Without a `desk` mails are read and nothing follows; with `trusted`, what is about no
    mail of ours counts by the address that it names."""

    def __init__(
        self,
        read: Read,
        clock: Clock,
        paths: ReturnPaths | None = None,
        desk: Desk | None = None,
        trusted: Suppress | None = None,
    ) -> None:
        self._read, self._clock, self._paths, self._desk = read, clock, paths, desk
        self._trusted = trusted

    def run(
        self, mailbox: Mailbox, stopping: Callable[[], bool] = lambda: False
    ) -> Iterator[tuple[list[Received], list[Line]]]:
        """Batch by batch the mails and what they said. Raises MailboxUnavailable, StoreUnavailable."""
        for batch in mailbox.batches():
            lines = [Line(mail.name, one) for mail in batch if not mail.fault for one in self._of(mail)]
            lines = self._follow(lines)
            if self._desk is not None:
                mailbox.done([mail for mail in batch if not mail.fault])
            yield batch, lines
            if stopping():
                return

    def _of(self, mail: Received) -> list[Report]:
        """A mail of ours has one recipient: where its address stands for several and one of them can be
        reached, it is not dead."""
        reports = self._read(mail.raw)
        if len({one.what for one in reports}) < 2:
            return reports
        return [
            replace(one, kind=Kind.SOFT_BOUNCED) if one.kind is Kind.BOUNCED and self._is_signed(one) else one
            for one in reports
        ]

    def _is_signed(self, report: Report) -> bool:
        return self._paths is not None and _message(report, self._paths) is not None

    def _follow(self, lines: list[Line]) -> list[Line]:
        if self._desk is None or self._paths is None:
            return lines
        asked: list[tuple[int, Feedback]] = []
        done = list(lines)
        for place, line in enumerate(lines):
            came = self._without_effect(line.report)
            if came is not None:
                done[place] = replace(line, came=came)
            else:
                asked.append((place, self._feedback(line.report)))
        effects = self._desk.apply([one for _, one in asked]) if asked else []
        for (place, _), effect in zip(asked, effects, strict=True):
            came = Came(effect.value)
            if came is Came.NOT_OURS:
                came = self._by_address(lines[place].report)
            done[place] = replace(lines[place], came=came)
        return done

    def _without_effect(self, report: Report) -> Came | None:
        """Why the store need not be asked; None where it must."""
        if report.kind is None:
            return Came.NOTHING
        paths = self._paths
        if paths is None or _message(report, paths) is not None:
            return None
        if any(paths.looks_signed(one) for one in report.return_paths):
            return Came.FORGED
        return self._by_address(report) if report.message_id is None else None

    def _by_address(self, report: Report) -> Came:
        """What is about no mail of ours counts only where addresses are trusted, and only where it says that
        nobody may write there."""
        if self._trusted is None or report.address is None or report.kind is None:
            return Came.NOT_OURS
        if report.kind not in (Kind.BOUNCED, Kind.COMPLAINED):
            return Came.NOT_OURS
        at = report.at if report.at is not None else self._clock.now()
        new = self._trusted(report.address, report.kind, report.text, Moment(min(at, self._clock.now())))
        return Came.APPLIED if new else Came.AGAIN

    def _feedback(self, report: Report) -> Feedback:
        message = None if self._paths is None else _message(report, self._paths)
        return Feedback(
            kind=report.kind or Kind.SOFT_BOUNCED,
            at=report.at if report.at is not None else self._clock.now(),
            key=report.key,
            source=SOURCE,
            message=message,
            message_id=report.message_id,
            address=report.address,
            code=report.code,
            enhanced=report.enhanced,
            text=report.text,
        )


def _message(report: Report, paths: ReturnPaths) -> int | None:
    found = (paths.message_of(one) for one in report.return_paths)
    return next((one for one in found if one is not None), None)
