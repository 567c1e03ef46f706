"""The verdict: what the sink received against what was intended, and against what the product says of it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ENDS = ("sent", "unknown", "failed", "skipped")


@dataclass(frozen=True, slots=True)
class Received:
    """One mail as the sink has it."""

    at: float
    to: str
    id: str
    hash: str


def ledger(path: Path) -> list[Received]:
    """What the sink has written down."""
    return [Received(**json.loads(line)) for line in path.read_bytes().splitlines()]


@dataclass(slots=True)
class Verdict:
    """The totals, and every fault in a sentence."""

    intended: int = 0
    received: int = 0
    lost: int = 0
    repeated: int = 0
    unknown: int = 0
    at_most: int = 0
    """How many may be unknown: for each kill the connections that were open."""
    skipped: int = 0
    resent: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether the guarantee held."""
        return not (self.faults or self.lost or self.repeated or self.unknown > self.at_most)

    def __str__(self) -> str:
        return f"lost {self.lost}, repeated {self.repeated}, unknown {self.unknown} of at most {self.at_most}"


def judge(
    messages: Sequence[Mapping[str, Any]],
    received: Sequence[Received],
    intended: int,
    left: Mapping[str, float],
    at_most: int,
) -> Verdict:
    """Hold the guarantee against what has happened. The sink alone says what was received."""
    copies: defaultdict[str, list[Received]] = defaultdict(list)
    for mail in received:
        copies[mail.id].append(mail)
    found = Verdict(intended=intended, received=len(received), at_most=at_most)
    for message in messages:
        _one(message, copies[message["message_id"]], found)
    _strangers(messages, copies, found)
    _totals(messages, intended, left, found)
    _left(messages, received, left, found)
    return found


def _one(message: Mapping[str, Any], copies: Sequence[Received], found: Verdict) -> None:
    status, who = message["status"], f"{message['campaign']}/{message['step']} of {message['contact']}"
    allowed = 1
    if message["campaign"] == "owed":  # re-sent when unknown, each time on record
        allowed = max(message["attempts"], 1)
        found.resent += allowed - 1
    found.repeated += max(len(copies) - allowed, 0)
    if len({(copy.hash, copy.to) for copy in copies}) > 1:
        found.faults.append(f"{who}: the copies differ")
    if status not in ENDS:
        found.faults.append(f"{who} stands in {status}, which is no end")
    elif status == "sent":
        found.lost += not copies
    elif status == "unknown":
        found.unknown += 1
        if not (message["over_at"] and message["stage"] == "dot" and "server" in message):
            found.faults.append(f"{who} is unknown without time, server and stage")
    elif status == "failed":
        found.lost += 1
    else:
        found.skipped += 1
        if copies:
            found.faults.append(f"{who} is {status} and was received")


def _strangers(
    messages: Iterable[Mapping[str, Any]], copies: Mapping[str, Sequence[Received]], found: Verdict
) -> None:
    known = {message["message_id"] for message in messages}
    found.faults += [
        f"{id_} was received and is not in the log" for id_ in copies if copies[id_] and id_ not in known
    ]


def _totals(
    messages: Sequence[Mapping[str, Any]], intended: int, left: Mapping[str, float], found: Verdict
) -> None:
    """Everybody has each letter intended once; only who has left may lack some."""
    for (contact, campaign, step), number in _counts(messages).items():
        if number > 1:
            found.faults.append(f"{campaign}/{step} is intended {number} times for {contact}")
    missing = intended - len(messages)
    may_lack = 2 * len(left)  # the letters of those who left before theirs came up
    if not 0 <= missing <= may_lack:
        found.lost += max(missing - may_lack, 0)
        found.faults.append(
            f"{len(messages)} messages of {intended}, where at most {may_lack} may be missing"
        )
    not_theirs = [one for one in messages if one["status"] == "skipped" and one["contact"] not in left]
    found.faults += [f"{one['step']} of {one['contact']} was skipped: {one['reason']}" for one in not_theirs]


def _counts(messages: Iterable[Mapping[str, Any]]) -> Counter[tuple[str, str, str]]:
    return Counter((one["contact"], one["campaign"], one["step"]) for one in messages)


def _left(
    messages: Iterable[Mapping[str, Any]],
    received: Iterable[Received],
    left: Mapping[str, float],
    found: Verdict,
) -> None:
    """Nothing is begun for those who have left; what is owed to them comes all the same."""
    owed = {message["message_id"] for message in messages if message["campaign"] == "owed"}
    gone = {f"{contact}@customer.example": at for contact, at in left.items()}
    for mail in received:
        at = gone.get(mail.to)
        if at is not None and mail.at > at and mail.id not in owed:
            found.faults.append(f"{mail.to} left and got {mail.id} {mail.at - at:.0f} s later")
