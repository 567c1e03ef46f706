"""What a provider's answer means: the outcome, and whose matter a refusal is. Pure, and the only place that
knows.

| what happened | outcome | stage | fault |
|---|---|---|---|
| no byte of the request left (DNS, refused, TLS, a proxy) | deferred | connect | route |
| no answer to a request that had begun | unknown | request | route |
| an answer that cannot be read, 504 | unknown | request | route |
| 401, 402, 403, 404, 405, 407; words about our account or our sender | deferred | auth | route |
| 408, 429, 3xx, 5xx | deferred | request | route |
| words about the recipient; anymail's `invalid` and `rejected` | rejected | request | recipient |
| every other 4xx; anymail's `failed` | rejected | request | message |
| 2xx; anymail's `queued` and `sent` | accepted | request | |

The same request with the same idempotency key: an answer that takes the mail is the answer to both; any other
says nothing of the first one, whose answer was lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from penfriend.domain.delivery import Fault, Outcome, Result, Stage

OUR_MATTER = frozenset({401, 402, 403, 404, 405, 407})
"""The key, the bill, the address of the API: the next mail would hear the same, and a person can put it
right."""
NO_ANSWER_BEHIND = 504
CONFLICT = 409

_ACCOUNT = re.compile(
    r"credit|quota|billing|suspend|sending (?:is )?(?:paused|disabled)|SendingPaused|LimitExceeded"
    r"|account (?:is )?(?:not active|inactive|disabled|blocked|under review)|InvalidServerAPIKey|AccessDenied"
    r"|(?:not|un)[ -]?verified|not been verified|verify (?:a|your) domain|must be verified"
    r"|MailFromDomainNotVerified"
    r"|sender signature|not (?:a )?(?:valid|allowed|authori[sz]ed) (?:sender|domain|from)"
    r"|sender[^.]{0,40}not (?:valid|found|allowed)"
    r"|UnauthenticatedFromAddress|invalid '?from|domain not found",
    re.IGNORECASE,
)
"""Words of the providers about the account or the sender. https://postmarkapp.com/developer/api/overview,
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html,
https://resend.com/docs/api-reference/errors, https://docs.postalserver.io/developer/api"""

_RECIPIENT = re.compile(
    r"invalid [`'\"]?to\b|[`'\"]to['\"`]? (?:parameter|address|field)|\bto(?:\[\d+\]|\.\d+)?\.e?mail"
    r"|\bto\.\d|recipient (?:address )?(?:is |was )?(?:invalid|rejected|not valid)|invalid recipient"
    r"|not valid in to|argument_name\"?: ?\"to|to\[\d+\]|NoRecipients|inactive recipient"
    r"|recipients? .{0,40}(?:suppress|blacklist|block)",
    re.IGNORECASE,
)
"""Words of the providers about the recipient alone. Mailgun: 'to' parameter is not a valid address; Resend:
Invalid `to` field; Brevo: email is not valid in to; Mailjet: ErrorRelatedTo To[0].Email; MailerSend and
SendGrid: to.0.email; Mailtrap: 'to' address; Scaleway: argument_name to; Postal: NoRecipients."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request, in the words of nobody's library."""

    written: bool = True
    """A byte of the request has left."""
    status: int | None = None
    """Of HTTP; None where no answer was read."""
    body: str = ""
    """The answer as text, or what broke, in one line."""
    recipient: str | None = None
    """What anymail reads in the answer about the recipient: queued, sent, invalid, rejected, failed, unknown.
    None where the answer is an error or cannot be read."""
    provider_id: str | None = None
    retry_after: float | None = None
    """Seconds."""
    server: str = ""


def judge(answer: Answer) -> Result:
    """What it comes to."""
    known = Result(
        Outcome.UNKNOWN,
        Stage.REQUEST,
        code=answer.status,
        text=answer.body[:500],
        server=answer.server,
        fault=Fault.ROUTE,
    )
    if not answer.written:
        return replace(known, outcome=Outcome.DEFERRED, stage=Stage.CONNECT)
    if answer.status is None:
        return known
    if 200 <= answer.status < 300:
        return _of_success(answer, known)
    return _of_refusal(answer, known)


def judge_repeat(first: Result, answer: Answer) -> Result:
    """What the same request with the same idempotency key comes to, the answer to the first having been
    lost."""
    result = judge(answer)
    if result.outcome is Outcome.ACCEPTED:
        return result
    return replace(first, text=f"{first.text}; asked again with the same key: {result.text}"[:500])


def _of_success(answer: Answer, known: Result) -> Result:
    match answer.recipient:
        case "queued" | "sent":
            return _taken(answer, known)
        case "invalid" | "rejected":
            return replace(known, outcome=Outcome.REJECTED, fault=Fault.RECIPIENT)
        case "failed":
            return _by_words(answer, known)
        case "unknown" if answer.provider_id:
            return _taken(answer, known)
        case None if '"error"' in answer.body[:40] or "parameter-error" in answer.body[:40]:
            return _by_words(answer, known)  # Postal says with 200 what it refuses
        case _:
            return known


def _taken(answer: Answer, known: Result) -> Result:
    text = f"taken as {answer.provider_id}" if answer.provider_id else "taken"
    return replace(
        known, outcome=Outcome.ACCEPTED, fault=Fault.NONE, provider_id=answer.provider_id, text=text[:500]
    )


def _of_refusal(answer: Answer, known: Result) -> Result:
    status = answer.status or 0
    if answer.recipient in ("invalid", "rejected"):
        return replace(known, outcome=Outcome.REJECTED, fault=Fault.RECIPIENT)
    if status == NO_ANSWER_BEHIND or status < 200:
        return known
    if status in OUR_MATTER:
        return replace(known, outcome=Outcome.DEFERRED, stage=Stage.AUTH)
    if status == CONFLICT and "idempoten" in answer.body.lower():
        return known  # an earlier request with this key was taken, or is being taken
    if status < 400 or status in (408, 425, 429) or status >= 500:
        return replace(known, outcome=Outcome.DEFERRED, retry_after=answer.retry_after)
    return _by_words(answer, known)


def _by_words(answer: Answer, known: Result) -> Result:
    if _RECIPIENT.search(answer.body):
        return replace(known, outcome=Outcome.REJECTED, fault=Fault.RECIPIENT)
    if _ACCOUNT.search(answer.body):
        return replace(known, outcome=Outcome.DEFERRED, stage=Stage.AUTH)
    return replace(known, outcome=Outcome.REJECTED, fault=Fault.MESSAGE)
