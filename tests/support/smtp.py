"""A real SMTP server that keeps what it receives, with STARTTLS and AUTH where a test wants them."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path
from typing import Protocol

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"
WAIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One mail as it came: the envelope, and the bytes up to the dot (dots unstuffed, CRLF kept)."""

    mail_from: str
    recipients: tuple[str, ...]
    data: bytes
    mail_options: tuple[str, ...]
    encrypted: bool
    login: str | None

    @property
    def message(self) -> EmailMessage:
        """The mail parsed by the standard library."""
        parsed = message_from_bytes(self.data, policy=SMTP_POLICY)
        assert isinstance(parsed, EmailMessage)
        return parsed


class SmtpServer:
    """A server; `messages` are the accepted mails in order of acceptance."""

    host = HOST

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        require_tls: bool = False,
        login: tuple[str, str] | None = None,
        size_limit: int = 33_554_432,
    ) -> None:
        """Offer STARTTLS with TLS, and ask for LOGIN (user, password) before MAIL; SIZE_LIMIT is in bytes."""
        self.messages: list[ReceivedMail] = []
        self.port = 0
        self._login = login
        self._tls, self._require_tls, self._size_limit = tls, require_tls, size_limit
        self._arrived = threading.Condition()
        self._sessions: list[SMTP] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test-smtp-server", daemon=True)

    def start(self) -> None:
        """Listen, in a thread of its own; `port` is then the free port that was found."""
        self._thread.start()
        listening = asyncio.run_coroutine_threadsafe(
            self._loop.create_server(self._session, HOST, 0), self._loop
        )
        self._listener = listening.result(WAIT_SECONDS)
        self.port = self._listener.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Stop listening and drop the connections that are open."""
        asyncio.run_coroutine_threadsafe(self._drop_all(), self._loop).result(WAIT_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_SECONDS)
        self._loop.close()

    async def _drop_all(self) -> None:
        self._listener.close()
        for session in self._sessions:
            if isinstance(session.transport, asyncio.WriteTransport):
                with suppress(AttributeError):  # early Pythons 3.11, where TLS is over already
                    session.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _session(self) -> SMTP:
        session = SMTP(
            self,
            hostname="smtp.example",
            data_size_limit=self._size_limit,
            enable_SMTPUTF8=True,
            tls_context=self._tls,
            require_starttls=self._require_tls,
            auth_require_tls=self._tls is not None,
            authenticator=self._authenticate,
            loop=self._loop,
        )
        self._sessions.append(session)
        return session

    def wait_for(self, count: int, seconds: float = WAIT_SECONDS) -> list[ReceivedMail]:
        """The mails, once there are at least COUNT; AssertionError when that takes longer than SECONDS."""
        with self._arrived:
            there = self._arrived.wait_for(lambda: len(self.messages) >= count, seconds)
        assert there, f"{len(self.messages)} mails after {seconds} s, not {count}"
        return self.messages

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, mail_options: list[str]
    ) -> str:
        """Refuse who has not logged in where that is asked; aiosmtpd's own check warns without TLS."""
        if self._login is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 2.1.0 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail; called by aiosmtpd in its thread."""
        assert envelope.mail_from is not None
        assert isinstance(envelope.content, bytes)
        mail = ReceivedMail(
            mail_from=envelope.mail_from,
            recipients=tuple(envelope.rcpt_tos),
            data=envelope.content,
            mail_options=tuple(envelope.mail_options),
            encrypted=session.ssl is not None,
            login=self._login[0] if self._login and session.authenticated else None,
        )
        with self._arrived:
            self.messages.append(mail)
            self._arrived.notify_all()
        return f"250 2.0.0 Ok: queued as {len(self.messages)}"

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        good = (
            self._login is not None
            and isinstance(data, LoginPassword)
            and (data.login, data.password) == (self._login[0].encode(), self._login[1].encode())
        )
        return AuthResult(success=good, handled=False)


class StartSmtpServer(Protocol):
    """What the fixture `start_smtp_server` gives: start one more server, stopped after the test."""

    def __call__(
        self, *, starttls: bool = False, require_tls: bool = False, login: tuple[str, str] | None = None
    ) -> SmtpServer:
        """Start a server that offers or requires STARTTLS, or requires LOGIN (user, password)."""


@dataclass(frozen=True, slots=True)
class TestCertificate:
    """A certificate for 127.0.0.1 and localhost, and the authority that signed it, made for this session."""

    __test__ = False

    server_context: ssl.SSLContext
    authority_file: Path


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> TestCertificate:
    """A certificate for the servers; give `authority_file` to a client that shall trust it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST, "localhost").configure_cert(context)
    path = tmp_path_factory.mktemp("certificate") / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return TestCertificate(context, path)


@pytest.fixture
def start_smtp_server(certificate: TestCertificate) -> Iterator[StartSmtpServer]:
    """Starts servers with STARTTLS or AUTH, and stops them after the test."""
    stops: list[Callable[[], None]] = []

    def start(
        *, starttls: bool = False, require_tls: bool = False, login: tuple[str, str] | None = None
    ) -> SmtpServer:
        tls = certificate.server_context if starttls or require_tls else None
        server = SmtpServer(tls=tls, require_tls=require_tls, login=login)
        server.start()
        stops.append(server.stop)
        return server

    yield start
    for stop in stops:
        stop()


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A plain SMTP server: no STARTTLS, no AUTH."""
    server = SmtpServer()
    server.start()
    yield server
    server.stop()
