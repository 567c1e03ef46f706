"""Reads `retention`: how long data is kept, and that no rule needs it for longer."""

from __future__ import annotations

from collections.abc import Iterable

from penfriend.domain.campaign import Campaign, Policy
from penfriend.domain.retention import Retention
from penfriend.domain.timing import Cap, Duration, Moment, shift, zone_of
from penfriend.language import section_keys
from penfriend.language.nodes import Entry
from penfriend.language.reading import Reading
from penfriend.language.shapes import DURATION

SHORTEST = 30
"""Days: people click on last month's mail, and servers answer late."""
_DAY_ONE = Moment(0)


def read_retention(
    entry: Entry | None, policy: Policy, campaigns: Iterable[Campaign], reading: Reading
) -> Retention:
    """How long data is kept; nothing of it is for ever."""
    if entry is None:
        return Retention()
    found = reading.table(entry.value, section_keys.RETENTION)
    kept: dict[str, Duration] = {}
    for name, one in found.items():
        duration = reading.word(one, DURATION)
        if duration is None:
            continue
        kept[name] = duration
        if _length(duration) < _days(SHORTEST):
            reading.error(
                one.value, f"{duration} is too short: {name} are kept for {SHORTEST} days at least."
            )
    longest = max(_caps((policy, *(one.policy for one in campaigns))), key=_of_cap, default=None)
    messages = kept.get("messages")
    if longest is not None and messages is not None and _length(messages) < _of_cap(longest):
        reading.error(
            found["messages"].value,
            f"at_most counts the mails of {longest.per}, so messages are kept for that long at least.",
        )
    return Retention(**kept)


def _caps(policies: Iterable[Policy]) -> Iterable[Cap]:
    for policy in policies:
        yield from policy.at_most or ()
        for when in policy.when:
            yield from when.policy.at_most or ()


def _of_cap(cap: Cap) -> int:
    return _length(cap.per)


def _length(duration: Duration) -> int:
    """About how long it is, in microseconds."""
    return shift(_DAY_ONE, duration, zone_of("UTC"))


def _days(number: int) -> int:
    return number * 24 * 3_600_000_000
