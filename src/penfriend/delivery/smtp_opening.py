"""From a TCP connection to a session that takes mail: greeting, EHLO, STARTTLS, AUTH.

Nothing here is about a mail. A refusal raises SessionRefusedError with a ROUTE fault, and the mail that
waited can be tried again later.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Generator

from penfriend.delivery import replies
from penfriend.delivery.reply_parser import GarbageError, Reply
from penfriend.delivery.settings import Tls
from penfriend.delivery.smtp_link import (
    Conversation,
    Features,
    Link,
    SessionRefusedError,
    Wait,
    hear,
    own_name,
)
from penfriend.domain.delivery import Stage

Step = Generator[Wait, Reply, None]

_NAME = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_NOT_KNOWN = (500, 501, 502, 504, 550)


def open_session(link: Link) -> Conversation:
    """Lead `link` to where MAIL may be said. Raises SessionRefusedError."""
    if link.settings.tls is Tls.IMPLICIT:
        yield from _protect(link)
    yield from _be_greeted(link)
    yield from _say_hello(link)
    if link.settings.tls in (Tls.OFFER, Tls.REQUIRE):
        yield from _start_tls(link)
    if link.settings.user is not None:
        yield from _log_in(link)
    return None


def _be_greeted(link: Link) -> Step:
    reply = yield from hear(link, Stage.GREETING)
    if reply.code != 220:
        raise _refused(link, reply)
    name = reply.lines[0].partition(" ")[0]
    if _NAME.fullmatch(name):
        link.server = name[:255]


def _say_hello(link: Link) -> Step:
    name = own_name(link)
    link.say(Stage.EHLO, f"EHLO {name}\r\n".encode())
    reply = yield from hear(link, Stage.EHLO)
    if reply.code == 250:
        link.features = Features.of(reply)
        return
    if reply.code not in _NOT_KNOWN:
        raise _refused(link, reply)
    link.say(Stage.EHLO, f"HELO {name}\r\n".encode())
    reply = yield from hear(link, Stage.EHLO)
    if reply.code != 250:
        raise _refused(link, reply)
    link.features = Features()


def _start_tls(link: Link) -> Step:
    required = link.settings.tls is Tls.REQUIRE
    if not link.features.starttls:
        if required:
            raise _impossible(
                link,
                Stage.STARTTLS,
                "the server does not offer STARTTLS, and tls=require sends nothing in clear",
            )
        return
    link.say(Stage.STARTTLS, b"STARTTLS\r\n")
    reply = yield from hear(link, Stage.STARTTLS)
    if reply.code != 220:
        if required or reply.code == 421:
            raise _refused(link, reply)
        return
    if not link.parser.empty:
        # what somebody slipped in before the handshake would be taken for the server's word under TLS
        # (CVE-2011-0411)
        raise GarbageError("the server sent more in clear after its answer to STARTTLS")
    yield from _protect(link)
    # RFC 3207 4.2: what was learnt before TLS counts for nothing
    yield from _say_hello(link)


def _protect(link: Link) -> Step:
    link.stage = Stage.STARTTLS
    link.wire.start_tls(link.tls_context, link.settings.host)
    yield Wait.HANDSHAKE


def _log_in(link: Link) -> Step:
    if link.wire.tls_version is None and link.settings.tls is not Tls.NONE:
        raise _impossible(
            link,
            Stage.AUTH,
            "the server offers no TLS, and a login is sent in clear only where the address says tls=none",
        )
    user, password = (link.settings.user or "").encode(), link.settings.password.encode()
    if "PLAIN" in link.features.auth:
        # RFC 4616; the empty first part: act as who logs in
        link.say(Stage.AUTH, b"AUTH PLAIN " + base64.b64encode(b"\0" + user + b"\0" + password) + b"\r\n")
        reply = yield from hear(link, Stage.AUTH)
    elif "LOGIN" in link.features.auth:
        reply = yield from _log_in_by_questions(link, (user, password))
    else:
        offered = ", ".join(sorted(link.features.auth)) or "none"
        raise _impossible(
            link, Stage.AUTH, f"the server offers no login that we know (PLAIN, LOGIN); it offers {offered}"
        )
    if reply.code != 235:
        raise _refused(link, reply)


def _log_in_by_questions(link: Link, answers: tuple[bytes, ...]) -> Generator[Wait, Reply, Reply]:
    """AUTH LOGIN: whatever the two questions say, they are for user and password, in this order."""
    link.say(Stage.AUTH, b"AUTH LOGIN\r\n")
    reply = yield from hear(link, Stage.AUTH)
    for answer in answers:
        if reply.code != 334:
            break
        link.say(Stage.AUTH, base64.b64encode(answer) + b"\r\n")
        reply = yield from hear(link, Stage.AUTH)
    return reply


def _refused(link: Link, reply: Reply) -> SessionRefusedError:
    if reply.code < 400:
        raise GarbageError(f"the server answered {reply.text[:100]!r} at {link.stage}")
    # another try with the same password only brings a lockout nearer
    hopeless = link.stage in (Stage.STARTTLS, Stage.AUTH) and reply.code >= 500
    return SessionRefusedError(replies.refused(link.stage, reply, link.server), hopeless=hopeless)


def _impossible(link: Link, stage: Stage, text: str) -> SessionRefusedError:
    return SessionRefusedError(replies.broken(stage, text, link.server), hopeless=True)
