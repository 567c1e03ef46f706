"""What an SMTP reply means: the outcome, and whose matter it is. The only place that knows.

Three questions, in this order:

1. How far had the conversation come? Before MAIL nothing has been said about a mail: whatever goes wrong
   there is the route's, and another try later may do better, also after a 5xx (a wrong password is put right
   by a person, and the mail then goes out).
2. What does the enhanced code say (RFC 3463, the IANA registry "SMTP Enhanced Status Codes")? It is exact, so
   it goes first. 4.7.x and 5.7.x are about us and our reputation, never about the recipient.
3. What does the basic code say at this stage (RFC 5321 4.2.3 and 4.3.2)?
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from penfriend.delivery.reply_parser import Reply
from penfriend.domain.delivery import Fault, Outcome, Result, Stage
from penfriend.domain.destination import GREYLISTED

BEFORE_MAIL = frozenset({Stage.CONNECT, Stage.GREETING, Stage.EHLO, Stage.STARTTLS, Stage.AUTH})
"""Nothing has been said about any mail yet."""

R, M, W = Fault.RECIPIENT, Fault.MESSAGE, Fault.ROUTE

Whose = Fault | Literal["stage", "path"]
"""A fault; or "stage" where the code alone does not tell and the stage does; or "path", the way to the next
host: at RCPT a relay speaks of the recipient's domain, elsewhere of itself."""

BY_STAGE: dict[Stage, Fault] = {Stage.MAIL: W, Stage.RCPT: R, Stage.DATA: M, Stage.BODY: M, Stage.DOT: M}
"""Whose matter a refusal is that says nothing exact."""

BY_ENHANCED: dict[str, Whose] = {
    # X.0.0 other or undefined
    "0.0": "stage",
    # X.1 addresses; 1.7, 1.8 and 1.9 are about the sender's
    "1.0": "stage", "1.1": R, "1.2": R, "1.3": R, "1.4": R, "1.5": "stage",
    "1.6": R, "1.7": W, "1.8": W, "1.9": W, "1.10": R,
    # X.2 the recipient's mailbox; 2.3 is a mail too long for it
    "2.0": "stage", "2.1": R, "2.2": R, "2.3": M, "2.4": R,
    # X.3 the receiving system; 3.4 is a mail too big for it
    "3.0": W, "3.1": W, "3.2": W, "3.3": W, "3.4": M, "3.5": W, "3.6": W,
    # X.4 the network and the way there; 4.2 is the connection itself
    "4.0": "path", "4.1": "path", "4.2": W, "4.3": "path", "4.4": "path",
    "4.5": W, "4.6": "path", "4.7": "path",
    # X.5 the protocol
    "5.0": W, "5.1": W, "5.2": W, "5.3": W, "5.4": W, "5.5": W, "5.6": W,
    # X.6 the content
    "6.0": M, "6.1": M, "6.2": M, "6.3": M, "6.4": M, "6.5": M,
    "6.6": M, "6.7": M, "6.8": M, "6.9": M, "6.10": M,
    # X.7 security and policy: about us
    **{f"7.{detail}": W for detail in range(31)},
}  # fmt: skip
"""Subject and detail of an enhanced code to whose matter it is. Every code of the IANA registry of 2026
stands here.
"""

BY_SUBJECT: dict[int, Whose] = {0: "stage", 1: "stage", 2: R, 3: W, 4: "path", 5: W, 6: M, 7: W}
"""For a detail that is not registered (Gmail's 5.7.515): the subject decides."""

BY_CODE: dict[int, Whose] = {
    421: W,
    432: W, 450: "stage", 451: "stage", 452: W, 454: W, 455: W, 458: W, 459: W,
    500: W, 501: "stage", 502: W, 503: W, 504: W, 521: W, 523: M, 530: W, 534: W, 535: W, 538: W,
    550: "stage", 551: "stage", 552: "stage", 553: "stage", 554: "stage", 555: W, 556: R,
}  # fmt: skip
"""Basic codes without an enhanced one. 556 is a domain that takes no mail (RFC 7504)."""

EXCEPTIONS: dict[tuple[Stage, int], Fault] = {
    # too big, said at once because of SIZE= (RFC 1870 6.1)
    (Stage.MAIL, 552): M,
    # an address that needs SMTPUTF8 (RFC 6531 3.5)
    (Stage.MAIL, 553): M,
    # block lists speak here, and an address must not pay for it
    (Stage.RCPT, 554): W,
    # no valid recipients, out of sequence: the transaction was wrong, not the mail
    (Stage.DATA, 554): W,
    # a local error in processing says nothing of the mail
    (Stage.DATA, 451): W,
    (Stage.DOT, 451): W,
}
"""Where the stage changes what a basic code means."""

_OF_ONE_MAIL = (Stage.RCPT, Stage.DATA, Stage.DOT)
"""Where the server has heard for whom it is; some put off there whom they do not know yet."""
_QUEUED = re.compile(
    r"queued as ([\w.<>@-]+?)[.>]?(?:\s|$)|\bid=([\w.-]+)|^(?:Ok|OK) ([0-9a-f]{16}-[0-9a-f-]{20,})$"
)
_LATER = re.compile(
    r"(?:again|retry|greylisted|back|wait)\D{0,30}?\b(\d{1,5})\s?(s|secs?|seconds?|m|mins?|minutes?|hours?)\b",
    re.IGNORECASE,
)
LONGEST_WAIT = 86_400.0
"""Seconds: what a server may ask for at most."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a refusal comes to."""

    outcome: Outcome
    fault: Fault


def judge(stage: Stage, reply: Reply) -> Verdict:
    """What a 4xx or 5xx `reply` at `stage` comes to. Pure."""
    if stage in BEFORE_MAIL:
        return Verdict(Outcome.DEFERRED, Fault.ROUTE)
    fault = _fault(stage, reply)
    if stage is Stage.MAIL and fault is Fault.RECIPIENT:
        # nobody has named the recipient yet: such a code is about the sender's address (Postfix says 5.1.0)
        fault = Fault.ROUTE
    permanent = reply.code >= 500
    if stage is Stage.MAIL and fault is Fault.ROUTE:
        # the sender, the login or the session: the next mail would hear the same, and a person can put it
        # right
        permanent = False
    return Verdict(Outcome.REJECTED if permanent else Outcome.DEFERRED, fault)


def refused(stage: Stage, reply: Reply, server: str) -> Result:
    """The result of a mail that `reply` refused."""
    verdict = judge(stage, reply)
    return Result(
        outcome=verdict.outcome,
        stage=stage,
        code=reply.code,
        enhanced=reply.enhanced,
        text=reply.text,
        server=server,
        fault=verdict.fault,
        retry_after=_wait_asked_for(reply) if reply.code < 500 else None,
    )


def accepted(reply: Reply, server: str) -> Result:
    """The result of a mail that the server took over with `reply` after the dot."""
    enhanced = reply.enhanced
    found = _QUEUED.search(" ".join(reply.lines).removeprefix(f"{enhanced} "))
    return Result(
        outcome=Outcome.ACCEPTED,
        stage=Stage.DOT,
        code=reply.code,
        enhanced=enhanced,
        text=reply.text,
        server=server,
        provider_id=next(filter(None, found.groups()), None) if found else None,
    )


def broken(stage: Stage, text: str, server: str) -> Result:
    """The result of a mail whose connection broke, fell silent or answered garbage: in doubt from the dot on,
    a safe retry before it.
    """
    outcome = Outcome.UNKNOWN if stage is Stage.DOT else Outcome.DEFERRED
    return Result(outcome, stage, text=text[:500], server=server, fault=Fault.ROUTE)


def _fault(stage: Stage, reply: Reply) -> Fault:
    if reply.code == 421:
        return Fault.ROUTE
    if stage in _OF_ONE_MAIL and reply.code < 500 and GREYLISTED.search(" ".join(reply.lines)):
        # often with 4.7.1, yet it asks of this sender and recipient nothing but patience
        return Fault.RECIPIENT
    whose = _by_enhanced(reply.enhanced) if reply.enhanced else None
    if whose is None:
        whose = EXCEPTIONS.get((stage, reply.code)) or BY_CODE.get(reply.code, "stage")
    if whose == "path":
        return Fault.RECIPIENT if stage is Stage.RCPT else Fault.ROUTE
    return BY_STAGE[stage] if whose == "stage" else whose


def _by_enhanced(enhanced: str) -> Whose | None:
    _, subject, detail = enhanced.split(".")
    exact = BY_ENHANCED.get(f"{subject}.{detail}", BY_SUBJECT.get(int(subject)))
    # X.0.0 says less than the basic code
    return None if f"{subject}.{detail}" == "0.0" else exact


def _wait_asked_for(reply: Reply) -> float | None:
    found = _LATER.search(" ".join(reply.lines))
    if found is None:
        return None
    factor = {"s": 1, "m": 60, "h": 3600}[found[2][0].lower()]
    return min(float(found[1]) * factor, LONGEST_WAIT)
