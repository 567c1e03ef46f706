"""One mail over an open session: MAIL, RCPT, DATA, the body, the dot.

Up to the write that holds the final dot whatever breaks is a safe retry; from then on only an answer that was
read tells what became of the mail. `watch.dot` is called between the two.

The next mail's envelope could go into the write of the dot (one write per mail, for speed): `_envelope` asks
nothing of the answer to this mail, and `hear` gives answers in the order of the commands.
"""

from __future__ import annotations

from collections.abc import Generator

from penfriend.delivery import replies
from penfriend.delivery.envelope import dot_stuffed
from penfriend.delivery.reply_parser import NOTHING, GarbageError, Reply
from penfriend.delivery.smtp_link import Conversation, Features, Link, Wait, hear
from penfriend.domain.delivery import Email, Fault, Handover, Outcome, Result, Stage
from penfriend.domain.transport import DeliveryWatch

PART = 262_144
"""Bytes of a body given to the kernel at a time; nearly every mail is one part, and then body and dot are one
write.
"""


def hand_over(link: Link, handover: Handover, watch: DeliveryWatch) -> Conversation:
    """Hand one mail to the server; ends with its result."""
    email = handover.email
    link.answered, link.refusal = False, None
    link.stage = Stage.MAIL
    if text := _beyond(link.features, email):
        return Result(Outcome.REJECTED, Stage.MAIL, text=text, server=link.server, fault=Fault.MESSAGE)
    refusal = yield from _ask(link, email)
    if refusal is not None:
        return refusal
    early = yield from _write_body_and_dot(link, handover, watch)
    if early is not None:
        return early
    reply = yield from hear(link, Stage.DOT)
    link.transaction_open = False
    return _judge_final(link, reply)


def _ask(link: Link, email: Email) -> Generator[Wait, Reply, Result | None]:
    """Say the envelope and hear the answers; a refusal, or None where the server waits for the body."""
    envelope = _envelope(link, email)
    together = link.features.pipelining
    if together:
        link.say(Stage.MAIL, b"".join(line for _, line in envelope))
    for stage, line in envelope:
        if not together:
            link.say(stage, line)
        reply = yield from hear(link, stage)
        if reply.code == 421:
            link.doomed = True
            return link.refusal or replies.refused(stage, reply, link.server)
        if line == _RSET:
            _expect(reply, 200, 299)
            link.transaction_open = False
            continue
        link.answered = True
        if link.refusal is not None:
            # RFC 2920 3.1: 354 after a refused RCPT. Leaving is safer than a dot, which some server may take
            # for a mail
            link.doomed = link.doomed or reply.code == 354
        elif reply.code >= 400:
            link.refusal = replies.refused(stage, reply, link.server)
            if not together:
                break
        elif stage is Stage.DATA:
            _expect(reply, 354, 354)
        else:
            _expect(reply, 200, 299)
            link.transaction_open = True
    return link.refusal


def _write_body_and_dot(
    link: Link, handover: Handover, watch: DeliveryWatch
) -> Generator[Wait, Reply, Result | None]:
    """Write the body, in parts where it is long; a refusal where the server answers before the dot."""
    data = dot_stuffed(handover.email)
    link.stage = Stage.BODY
    # the five bytes of the end are never torn apart: no server may guess them from a piece
    last = (len(data) - 5) // PART * PART
    for start in range(0, last, PART):
        link.wire.write(data[start : start + PART])
        if (early := (yield Wait.ROOM)) is not NOTHING:
            return _refused_early(link, early)
    if (already := link.parser.next_reply()) is not None:
        return _refused_early(link, already)
    link.expect_silence()
    watch.dot(handover)
    link.say(Stage.DOT, data[last:] if last else data)
    return None


def _refused_early(link: Link, reply: Reply) -> Result:
    link.doomed = True
    if reply.code < 400:
        raise GarbageError(f"the server answered {reply.text[:100]!r} before the end of the mail")
    return replies.refused(Stage.BODY, reply, link.server)


def _judge_final(link: Link, reply: Reply) -> Result:
    link.doomed = link.doomed or reply.code == 421 or link.wire.pending
    if 200 <= reply.code <= 299:
        return replies.accepted(reply, link.server)
    if reply.code >= 400:
        return replies.refused(Stage.DOT, reply, link.server)
    raise GarbageError(f"the server answered {reply.text[:100]!r} to the end of the mail")


_RSET = b"RSET\r\n"


def _envelope(link: Link, email: Email) -> list[tuple[Stage, bytes]]:
    features = link.features
    parameters = ""
    if features.size is not None:
        parameters += f" SIZE={len(email.content)}"
    if features.eight_bit and not email.content.isascii():
        parameters += " BODY=8BITMIME"
    if _needs_smtputf8(email):
        parameters += " SMTPUTF8"
    reset = [(Stage.MAIL, _RSET)] if link.transaction_open else []
    return [
        *reset,
        (Stage.MAIL, f"MAIL FROM:<{email.envelope_from}>{parameters}\r\n".encode()),
        (Stage.RCPT, f"RCPT TO:<{email.envelope_to}>\r\n".encode()),
        (Stage.DATA, b"DATA\r\n"),
    ]


def _beyond(features: Features, email: Email) -> str | None:
    """What the mail needs and the server does not offer, in words; nothing is written then."""
    if _needs_smtputf8(email) and not features.smtputf8:
        return "the server does not offer SMTPUTF8, which an address of this mail needs"
    if not features.eight_bit and not email.content.isascii():
        return "the server does not offer 8BITMIME, and the mail has bytes beyond ASCII"
    if features.size and len(email.content) > features.size:
        return f"the mail has {len(email.content)} bytes, and the server takes {features.size} (SIZE)"
    return None


def _needs_smtputf8(email: Email) -> bool:
    return email.needs_smtputf8 or not (email.envelope_from.isascii() and email.envelope_to.isascii())


def _expect(reply: Reply, lowest: int, highest: int) -> None:
    if not lowest <= reply.code <= highest:
        raise GarbageError(f"the server answered {reply.text[:100]!r} where {lowest} was due")
