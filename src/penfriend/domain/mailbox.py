"""Where mails lie that came back: a file, a folder, an IMAP mailbox. The port to whoever fetches them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Received:
    """One mail as it lies there."""

    name: str
    """What the mailbox calls it: a file's name, a number."""
    raw: bytes = field(repr=False)
    fault: str = ""
    """Why it could not be read; then `raw` is empty."""


class Mailbox(Protocol):
    """Mails that came back. What is raised is MailboxUnavailable, without a password in it."""

    @property
    def where(self) -> str:
        """Its address for people, without a password."""

    def batches(self) -> Iterator[list[Received]]:
        """The mails, some at a time. Raises MailboxUnavailable."""

    def done(self, batch: Sequence[Received]) -> None:
        """These were taken, for good: they need not come again. Whoever dies before it reads them again.
        Raises MailboxUnavailable."""

    def count(self) -> int | None:
        """How many there are; None where that is not known before all are read."""

    def close(self) -> None:
        """Leave."""
