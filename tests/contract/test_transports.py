"""The transports of this program, by the cases that every transport must pass."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.delivery import open_transport
from penfriend.delivery.memory import MemoryTransport
from tests.contract.transport_cases import Carried, TransportCases
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
