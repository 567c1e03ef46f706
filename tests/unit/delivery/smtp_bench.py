"""What the tests of the SMTP transport share: a transport with short waits, and one call of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from penfriend.delivery.settings import SmtpSettings, Timeouts, Tls
from penfriend.delivery.smtp_transport import SmtpTransport
from penfriend.domain.delivery import Handover, Outcome
from penfriend.testing import RecordingWatch, make_handovers

PATIENT = Timeouts(connect=30, greeting=30, command=30, data=30, block=30, dot=30, quit=0.5)
"""A busy machine makes no test fail."""
SHORT = Timeouts(connect=30, greeting=0.5, command=0.5, data=0.5, block=0.5, dot=0.5, quit=0.5)
"""For tests with a server that falls silent, so that its silence costs half a second."""


@contextmanager
def smtp_transport(
    port: int,
    timeouts: Timeouts = PATIENT,
    *,
    host: str = "127.0.0.1",
    tls: Tls = Tls.NONE,
    verify: bool = False,
    user: str | None = None,
    password: str = "",
    connections: int = 1,
    helo: str | None = None,
) -> Iterator[SmtpTransport]:
    """A transport to 127.0.0.1 with one connection and in clear, unless something else is asked for."""
    settings = SmtpSettings(host, port, user, password, tls, verify, connections, helo, timeouts)
    transport = SmtpTransport("default", settings)
    try:
        yield transport
    finally:
        transport.close()


def deliver(transport: SmtpTransport, handovers: list[Handover] | int = 1) -> RecordingWatch:
    """Hand mails over, and what was told meanwhile."""
    watch = RecordingWatch()
    mails = make_handovers(handovers) if isinstance(handovers, int) else handovers
    transport.deliver(iter(mails), watch)
    return watch


ACCEPTED, DEFERRED, REJECTED, UNKNOWN = (
    Outcome.ACCEPTED,
    Outcome.DEFERRED,
    Outcome.REJECTED,
    Outcome.UNKNOWN,
)
