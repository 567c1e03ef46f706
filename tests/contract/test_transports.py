"""The transports of this program, by the cases that every transport must pass."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.delivery import open_transport
from penfriend.delivery.memory import MemoryTransport
from penfriend.delivery.signing import Keys, SigningTransport
from penfriend.domain.dkim import Dkim
from penfriend.testing import Carried, TransportCases
from tests.support.dkim import ed25519_key, pem
from tests.support.scripted_smtp import ScriptedSmtpServer
from tests.support.smtp import SmtpServer, StartSmtpServer


def smtp_carried(server: SmtpServer, options: str) -> Iterator[Carried]:
    transport = open_transport("default", f"smtp://127.0.0.1:{server.port}?{options}")
    yield Carried(transport, lambda: [mail.data for mail in server.messages])
    transport.close()


class TestSmtp(TransportCases):
    """Four connections to aiosmtpd, which offers no PIPELINING."""

    @pytest.fixture
    def carried(self, smtp_server: SmtpServer) -> Iterator[Carried]:
        yield from smtp_carried(smtp_server, "connections=4")


class TestSmtpUnderTls(TransportCases):
    """The same after STARTTLS."""

    @pytest.fixture
    def carried(self, start_smtp_server: StartSmtpServer) -> Iterator[Carried]:
        yield from smtp_carried(start_smtp_server(require_tls=True), "connections=4&tls=require&verify=no")


class TestSmtpWithPipelining(TransportCases):
    """Four connections to a server that takes the envelope in one piece."""

    @pytest.fixture
    def carried(self, scripted_smtp: ScriptedSmtpServer) -> Iterator[Carried]:
        transport = open_transport("default", f"smtp://127.0.0.1:{scripted_smtp.port}?connections=4")
        yield Carried(transport, lambda: [mail.data for mail in scripted_smtp.accepted])
        transport.close()


class TestFile(TransportCases):
    """A folder."""

    @pytest.fixture
    def carried(self, tmp_path: Path) -> Carried:
        folder = tmp_path / "outbox"
        transport = open_transport("default", f"file://{folder}")
        return Carried(transport, lambda: [path.read_bytes() for path in folder.iterdir()])


class TestMemory(TransportCases):
    """The process itself."""

    @pytest.fixture
    def carried(self) -> Carried:
        transport = MemoryTransport("default")
        return Carried(transport, lambda: [email.content for email in transport.sent])


class TestSigning(TransportCases):
    """Four connections to aiosmtpd, each mail signed: it arrives as it was given, but for the signature."""

    @pytest.fixture
    def carried(self, smtp_server: SmtpServer) -> Iterator[Carried]:
        carrier = open_transport("default", f"smtp://127.0.0.1:{smtp_server.port}?connections=4")
        transport = SigningTransport(carrier)
        transport.sign_with(Keys([Dkim("shop.example", "one", pem(ed25519_key()))], Path()))
        yield Carried(transport, lambda: [unsigned(mail.data) for mail in smtp_server.messages])
        transport.close()


def unsigned(content: bytes) -> bytes:
    """The mail without its first field, which is the signature."""
    signature, mark, rest = content.partition(b"\r\nMessage-ID: ")
    assert signature.startswith(b"DKIM-Signature: ")
    return mark.removeprefix(b"\r\n") + rest
