"""Calls of other systems, by the rules of Standard Webhooks (https://www.standardwebhooks.com, 1.0.0): what
is signed, what an answer means, when the next try is. And the ports to who keeps them and who carries them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeVar

from penfriend.domain.asking import Subject
from penfriend.domain.definitions import Definitions
from penfriend.domain.enrollment import Enrollment
from penfriend.domain.facts import Frozen, plain
from penfriend.domain.timing import DAY, HOUR, MINUTE, SECOND, Moment, iso_utc

TYPE = "campaign.step_reached"
"""The `type` of every body: a person has come to a webhook step."""

WAITS = (5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 8 * HOUR, 8 * HOUR)
"""How long after each try the next one is ("Deliverability and reliability"): with the last, about a day has
passed."""
TRIES = len(WAITS) + 1
LONGEST_WISH = DAY
"""A system that asks for more than this is asked again after it."""
_BASE64_FOLLOWS = "whsec_"


class Then(Enum):
    """What follows from an answer."""

    DONE = "done"
    AGAIN = "again"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class HeldCall:
    """A call that is due, held by a worker. `key` is its webhook-id, the same in every try."""

    id: int
    webhook: str
    """The system that is called, by its name in the campaign files."""
    key: str
    body: str
    """The JSON text; of a step's call empty before the first try."""
    attempts: int
    """Tries until now."""


@dataclass(frozen=True, slots=True)
class DueCall(HeldCall):
    """A call that a step wants."""

    enrollment: int
    contact: int
    campaign: str
    step: str
    wanted_at: Moment
    """When its step began."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one try came to. Without a `status` there was no answer at all; `note` says it in one line."""

    status: int | None
    note: str
    retry_after: float | None = None
    """Seconds, where the other system named them."""

    @property
    def then(self) -> Then:
        """2xx is done; a refusal of the call itself (4xx) is final; whatever may pass is tried again."""
        if self.status is None:
            return Then.AGAIN
        if 200 <= self.status < 300:
            return Then.DONE
        if 400 <= self.status < 500 and self.status not in _MAY_PASS:
            return Then.FAILED
        return Then.AGAIN  # a redirection too: it is not followed, and the address may be corrected meanwhile

    @property
    def is_about_the_system(self) -> bool:
        """Whether it would be the same for any other call now: nobody there, or too busy."""
        return self.status is None or self.status in _BUSY


_MAY_PASS = frozenset({408, 409, 425, 429})
_BUSY = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Tried:
    """A call with what its try came to. `again_at` is None where it is over."""

    call: HeldCall
    answer: Answer
    again_at: Moment | None

    @property
    def failed(self) -> bool:
        """Whether it will never be done."""
        return self.again_at is None and self.answer.then is not Then.DONE

    @classmethod
    def of(cls, call: HeldCall, answer: Answer, now: Moment) -> Tried:
        """The try that has just ended, with the moment of the next one."""
        if answer.then is not Then.AGAIN:
            return cls(call, answer, None)
        wait = wait_after(call.attempts + 1, call.key)
        if wait is None:
            return cls(call, answer, None)
        wish = int(min((answer.retry_after or 0) * SECOND, LONGEST_WISH))
        return cls(call, answer, Moment(now + max(wait, wish)))


def wait_after(number: int, key: str) -> int | None:
    """Microseconds to the next try after try `number` (1 is the first), with 0 to 20 % more, always the same
    for the same call and try; None where that was the last."""
    if number >= TRIES:
        return None
    digest = hashlib.sha256(f"{key} {number}".encode()).digest()
    return int(WAITS[number - 1] * (1 + 0.2 * digest[0] / 255))


def headers_of(call: HeldCall, secret: str, now: Moment) -> dict[str, str]:
    """The headers of one try: id, moment of the try in seconds, signature."""
    at = str(now // SECOND)
    return {
        "webhook-id": call.key,
        "webhook-timestamp": at,
        "webhook-signature": sign(secret, call.key, at, call.body),
    }


def sign(secret: str, key: str, at: str, body: str) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `key.at.body`."""
    signed = hmac.new(_secret_bytes(secret), f"{key}.{at}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode('ascii')}"


def _secret_bytes(secret: str) -> bytes:
    """What stands in base64 behind `whsec_`; any other text as it is."""
    if secret.startswith(_BASE64_FOLLOWS):
        try:
            return base64.b64decode(secret.removeprefix(_BASE64_FOLLOWS), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


_ABOUT: Mapping[str, Collection[str]] = {
    "cart_key": ("cart",),
    "order_key": ("order",),
    "product_key": ("product", "purchase"),
    "reward_key": ("reward",),
    "expires_on": ("points",),
    "event_id": ("event",),
}
"""Which facts belong to what an enrollment is about."""


def facts_about(subject: Subject) -> tuple[str, ...]:
    """The names of the facts that a call about `subject` tells, beside the contact and the answer to a
    survey."""
    about = [name for key, names in _ABOUT.items() if getattr(subject, key) is not None for name in names]
    if subject.row_key is not None:
        about.append(subject.row_key.partition(":")[0])
    return tuple(about)


def body_of(call: DueCall, enrollment: Enrollment, facts: Mapping[str, Frozen]) -> str:
    """The JSON text of a call: compact, UTF-8, moments in UTC, amounts as texts."""
    person = facts["contact"]
    names = ("id", "email", "first_name", "last_name", "locale", "attributes")
    data: dict[str, object] = {
        "campaign": call.campaign,
        "step": call.step,
        "occurrence": enrollment.occurrence or None,
        "contact": {name: plain(person.get(name)) for name in names},
    }
    for name in facts_about(enrollment.subject):
        if facts.get(name) is not None:
            data[name] = plain(facts[name])
    answered = facts.get("survey") or {}
    if answered.get("answered_at") is not None:
        data["survey"] = {name: plain(answered[name]) for name in ("score", "comment", "answered_at")}
    whole = {"type": TYPE, "timestamp": iso_utc(call.wanted_at), "data": data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


Held = TypeVar("Held", bound=HeldCall)


class Tries(Protocol[Held]):
    """Calls over their tries, until they are over (`penfriend.storage.call_tries`)."""

    def waiting(self, now: Moment) -> list[str]:
        """The systems for which calls are due."""

    def claim(
        self, system: str, now: Moment, owner: str, lease_until: Moment, revision: int, limit: int, /
    ) -> list[Held]:
        """The calls of one system that are due, the oldest first; now held by `owner`."""

    def record(self, tried: Tried, owner: str, now: Moment) -> None:
        """Write down what a try came to."""

    def fail(self, ids: Collection[int], owner: str, note: str, now: Moment) -> None:
        """These will never be made."""

    def hold(self, system: str, answer: Answer, now: Moment) -> None:
        """The system is down: all other calls of it that are due wait as if they had been tried, or only as
        long as it asked for."""

    def give_back(self, ids: Collection[int], owner: str) -> None:
        """These are due again at once."""

    def release(self, owner: str) -> None:
        """Give back all that `owner` holds."""


class Calls(Tries[DueCall], Protocol):
    """What steps want told (`penfriend.storage.call_log`)."""

    def background(
        self, held: Sequence[DueCall], definitions: Definitions, now: Moment
    ) -> Mapping[int, tuple[Enrollment, Mapping[str, Frozen]]]:
        """By call id its enrollment and the facts that it is about; who was erased is missing."""

    def keep_bodies(self, bodies: Mapping[int, str], owner: str) -> None:
        """Write down what the calls will say, before the first try."""


class News(Tries[HeldCall], Protocol):
    """What `outgoing` has told (`penfriend.storage.outgoing_log`)."""

    def of_erased(self, ids: Collection[int]) -> Collection[int]:
        """Which of these are about somebody who was erased."""


class Line(Protocol):
    """A line to one system; what can be kept open between two calls is."""

    def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """One try. Never raises for what the network or the other side does."""


class Caller(Protocol):
    """Carries calls out (`penfriend.delivery.webhook_caller`)."""

    def line(self, url: str) -> AbstractContextManager[Line]:
        """A line to that address."""
