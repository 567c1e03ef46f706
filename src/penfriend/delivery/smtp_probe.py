"""One session with an SMTP server, up to where a mail could be said, and away again: what `doctor` sees."""

from __future__ import annotations

import selectors
import socket
import ssl
import time
from contextlib import closing
from dataclasses import dataclass, replace

from penfriend.delivery import replies
from penfriend.delivery.settings import SmtpSettings, Timeouts
from penfriend.delivery.smtp_connection import Address, Connection, Event, OpeningFailed
from penfriend.delivery.smtp_transport import tls_context
from penfriend.domain.delivery import Result, Stage

SHORT = Timeouts(connect=10, greeting=20, command=20, data=20, block=20, dot=20, before_dot=45)
"""Somebody waits for the answer."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What the server is like; with `failure` it takes no mail from us."""

    server: str
    failure: Result | None = None
    tls: str | None = None
    """Such as TLSv1.3; None in clear."""
    offers_tls: bool = False
    login: bool = False
    """A login was asked for, and taken."""
    certificate_fault: str | None = None
    """Why its certificate is not good, where it is used all the same."""
    certificate_ends: float | None = None
    """Of a good certificate: seconds since 1970."""
    addresses: tuple[str, ...] = ()
    """Of the host."""


def probe(settings: SmtpSettings) -> Probed:
    """Connect, greet, encrypt, log in, and leave. The certificate is always checked; where the settings do
    not ask for that, a bad one is told and used."""
    patient = replace(settings, timeouts=SHORT)
    found = _session(replace(patient, verify=True))
    if settings.verify or found.failure is None or "certificate is not valid" not in found.failure.text:
        return found
    fault = found.failure.text.partition("is not valid: ")[2]
    return replace(_session(patient), certificate_fault=fault)


def _session(settings: SmtpSettings) -> Probed:
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        text = "the host name stands for no address"
        return Probed(settings.place, replies.broken(Stage.CONNECT, text, settings.place))
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    context, last = tls_context(settings), Probed(settings.place)
    for family, _, _, _, address in found:
        last = replace(_at((family, address), settings, context), addresses=addresses)
        if last.failure is None or last.failure.stage is not Stage.CONNECT:
            break
    return last


def _at(address: Address, settings: SmtpSettings, context: ssl.SSLContext) -> Probed:
    until = time.monotonic() + settings.timeouts.before_dot
    try:
        connection = Connection(settings, context, address, until)
    except OSError as error:
        text = (error.strerror or str(error)).lower()
        return Probed(settings.place, replies.broken(Stage.CONNECT, text, settings.place))
    with closing(connection):
        event = _opened(connection)
        session = connection.session
        if isinstance(event, OpeningFailed):
            return Probed(session.server, event.result, offers_tls=session.features.starttls)
        ends = session.wire.certificate_ends
        probed = Probed(
            server=session.server,
            tls=session.wire.tls_version,
            offers_tls=session.features.starttls,
            login=settings.user is not None,
            certificate_ends=None if ends is None else float(ssl.cert_time_to_seconds(ends)),
        )
        connection.say_goodbye()
        return probed


def _opened(connection: Connection) -> Event:
    """Wait for the end of the opening, however it turns out."""
    with selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ | selectors.EVENT_WRITE)
        while True:
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.wants_write else 0)
            selector.modify(connection, wanted)
            ready = selector.select(max(0.0, connection.deadline - time.monotonic()))
            mask = ready[0][1] if ready else 0
            event = (
                connection.ready(bool(mask & selectors.EVENT_READ), bool(mask & selectors.EVENT_WRITE))
                if ready
                else connection.expire()
            )
            if event is not None:
                return event
