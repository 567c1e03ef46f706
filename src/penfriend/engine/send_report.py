"""What a tick `send` did, in counts."""

from __future__ import annotations

from dataclasses import dataclass

from penfriend.domain.delivery import Outcome


@dataclass(slots=True)
class SendReport:
    """What one tick did."""

    sent: int = 0
    failed: int = 0
    deferred: int = 0
    unknown: int = 0
    skipped: int = 0
    postponed: int = 0

    @property
    def decided(self) -> int:
        """How many messages were decided about."""
        return self.sent + self.failed + self.deferred + self.unknown + self.skipped + self.postponed

    def add(self, other: SendReport) -> None:
        """Count what another tick did as well."""
        self.sent += other.sent
        self.failed += other.failed
        self.deferred += other.deferred
        self.unknown += other.unknown
        self.skipped += other.skipped
        self.postponed += other.postponed

    def count(self, outcome: Outcome) -> None:
        """Count one result."""
        match outcome:
            case Outcome.ACCEPTED:
                self.sent += 1
            case Outcome.REJECTED:
                self.failed += 1
            case Outcome.DEFERRED:
                self.deferred += 1
            case Outcome.UNKNOWN:
                self.unknown += 1
