"""What `status` says first where something is wrong with the house itself, not with a mail or a campaign."""

from __future__ import annotations

from dataclasses import dataclass

from penfriend.domain.gap import Gap
from penfriend.domain.timing import MINUTE, SECOND, Moment, iso_utc


@dataclass(frozen=True, slots=True)
class ClockSet:
    """The machine's clock was set."""

    at: Moment
    """By the clock as it was then."""
    by: int
    """Microseconds; less than nothing is back."""

    def __str__(self) -> str:
        way = "back" if self.by < 0 else "forward"
        return f"the clock was set {way} by {_spoken(abs(self.by))} at {_shown(self.at)}"

    def as_json(self) -> dict[str, object]:
        """The document of `status --json`."""
        return {"at": iso_utc(self.at), "by_seconds": self.by / SECOND}


@dataclass(frozen=True, slots=True)
class Health:
    """The house at a moment."""

    gap: Gap | None = None
    """The gap of a restored backup about which nobody has said anything yet."""
    held: int = 0
    """So many mails wait for that."""
    no_room: str | None = None
    """Why nothing is sent, where a disk of this machine is nearly full."""
    clock: ClockSet | None = None
    """When it was set last, if that is less than a day ago."""

    def lines(self) -> list[str]:
        """What a person has to know, one line for each."""
        found = []
        if self.gap is not None:
            found.append(f"Held: {describe_gap(self.gap)}: {self.held} so far. {WHAT_TO_SAY}")
        if self.no_room is not None:
            found.append(f"No room: {self.no_room}")
        if self.clock is not None:
            found.append(f"Clock: {self.clock}")
        return found

    def as_json(self) -> dict[str, object]:
        """The document of `status --json`."""
        gap = self.gap
        return {
            "held": None
            if gap is None
            else {
                "since": iso_utc(gap.since),
                "until": iso_utc(gap.until),
                "found_at": iso_utc(gap.found_at),
                "mails": self.held,
            },
            "no_room": self.no_room,
            "clock": None if self.clock is None else self.clock.as_json(),
        }


WHAT_TO_SAY = (
    "`penfriend messages resolve --gap --as sent` takes them as sent, "
    "`penfriend messages resolve --gap --as resend` sends them"
)


def describe_gap(gap: Gap) -> str:
    """What was found, in a sentence without its full stop."""
    since = _shown(gap.since) if gap.since else "before its first mail"
    if gap.seen:
        return (
            f"the store is from {since}, and this machine has seen it at {_shown(gap.until)}: a backup was "
            "restored. Mails that fell due in between were most likely sent already, and wait"
        )
    return (
        f"the store was last at work at {since}, nobody had stopped it, and this machine has never seen it: "
        f"it may be a backup. Mails that fell due until {_shown(gap.until)} may have been sent, and wait"
    )


def _shown(moment: Moment) -> str:
    return f"{iso_utc(moment)[:16].replace('T', ' ')} UTC"


def _spoken(length: int) -> str:
    minutes, seconds = divmod(length // SECOND, MINUTE // SECOND)
    return f"{minutes} minutes {seconds} seconds" if minutes else f"{seconds} seconds"
