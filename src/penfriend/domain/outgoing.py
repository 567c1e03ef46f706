"""What other systems are told as it happens: mails that are over, enrollments, consent, answers to surveys.

Each happening is one document by the rules of Standard Webhooks, made when it happens and sent as it is then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from penfriend.domain.consent import Standing
from penfriend.domain.timing import DAY, Moment, iso_utc

KEPT = 7 * DAY
"""What was told is deleted so long after it was."""


class Kind(StrEnum):
    """What a system can ask to be told of."""

    MESSAGE = "message"
    """A mail was sent, failed, was skipped, or nobody knows."""
    ENROLLMENT = "enrollment"
    """Somebody entered a campaign, or is through with it."""
    CONSENT = "consent"
    """Somebody subscribed to a topic or left it, or was erased."""
    SURVEY = "survey"
    """Somebody answered a survey."""


BEGAN, ENDED = "enrollment.began", "enrollment.ended"
ANSWERED = "survey.answered"
ERASED = "consent.erased"
NOTICE = "erasure_"
"""How the id of a document begins that tells of an erasure: it alone outlives what else is on record of the
person, until it is told."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing to tell. `contact` is our id, `data` what the document says beside whom it is about."""

    type: str
    """The kind and what became of it: `message.sent`."""
    contact: int
    at: Moment
    data: Mapping[str, object]

    @property
    def kind(self) -> Kind:
        """Who asked for this kind is told."""
        return Kind(self.type.partition(".")[0])

    def document(self, key: str | None, email: str | None) -> str:
        """The JSON text: compact, UTF-8, moments in UTC. `key` is the shop's id of the person."""
        data = {"contact": {"id": key, "email": email}, **self.data}
        whole = {"type": self.type, "timestamp": iso_utc(self.at), "data": data}
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def consent_change(before: Standing | None, after: Standing) -> str | None:
    """The type of what is to be told of a topic; None where nothing has changed that counts. Who asked under
    double opt-in has not agreed yet."""
    if after.requested or (
        before is not None and before.subscribed == after.subscribed and not before.requested
    ):
        return None
    return "consent.subscribed" if after.subscribed else "consent.unsubscribed"
