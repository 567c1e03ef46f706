"""An SMTP server that fails as it is told: for each stage a reply, a disconnect, silence, or garbage.

Stages, by what the client has just done: `connect`, `ehlo`, `helo`, `starttls`, `handshake` (the client
begins with TLS), `auth`, `user` and `password` (the answers of AUTH LOGIN), `mail`, `rcpt`, `data`, `body`
(first bytes after 354, the dot not yet), `dot`, `rset`, `noop`, `quit`. Each stage has a queue of actions,
shared by all connections; when it is empty the server does what a good server does.
"""

import re
import socket
import ssl
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import get_args

import pytest

from tests.support.scripted_actions import (
    AcceptAndDisconnect,
    Action,
    Deed,
    Disconnect,
    Endless,
    Garbage,
    Good,
    Reply,
    Silence,
    Stage,
)

HOST = "127.0.0.1"
WAIT_SECONDS = 10.0
EXTENSIONS = ("PIPELINING", "SIZE 33554432", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8")
DOT = b"\r\n.\r\n"

GOOD: dict[Stage, Reply] = {
    "connect": Reply("220 scripted.example ESMTP"),
    "helo": Reply("250 scripted.example"),
    "starttls": Reply("454 4.7.0 TLS not available"),
    "auth": Reply("235 2.7.0 Authentication successful"),
    "user": Reply("334 UGFzc3dvcmQ6"),
    "password": Reply("235 2.7.0 Authentication successful"),
    "mail": Reply("250 2.1.0 Ok"),
    "rcpt": Reply("250 2.1.5 Ok"),
    "data": Reply("354 End data with <CR><LF>.<CR><LF>"),
    "dot": Reply("250 2.0.0 Ok: queued"),
    "rset": Reply("250 2.0.0 Ok"),
    "noop": Reply("250 2.0.0 Ok"),
    "quit": Reply("221 2.0.0 Bye"),
}
NO_VERBS = ("connect", "handshake", "user", "password", "body", "dot")
VERBS: dict[str, Stage] = {stage.upper(): stage for stage in get_args(Stage) if stage not in NO_VERBS}


@dataclass(slots=True)
class Mail:
    """One transaction whose final dot arrived; ACCEPTED says whether the server took it (2xx or silently)."""

    mail_from: str
    recipients: list[str] = field(default_factory=list)
    data: bytes = b""
    accepted: bool = False


class ClosedError(Exception):
    """The connection has ended, by either side."""


class ScriptedSmtpServer:
    """A server on 127.0.0.1, one thread per connection.

    `commands` are the command lines of all connections in order, `mails` the transactions up to their dot,
    `connections` how many there were. `when_slow` is called when silence, or an answer without end, begins.
    """

    host = HOST

    def __init__(self, extensions: tuple[str, ...] = EXTENSIONS) -> None:
        """Announce EXTENSIONS after EHLO. With `tls` set, STARTTLS leads to a handshake."""
        self.extensions = extensions
        self.tls: ssl.SSLContext | None = None
        self.when_slow: Callable[[], None] = lambda: None
        self.commands: list[str] = []
        self.mails: list[Mail] = []
        self.connections = 0
        self.by_mail: Callable[[Mail], Deed | None] = lambda _: None
        """What to do at the dot of a mail, in the thread of its connection; None: as the script says."""
        self._script: dict[Stage, deque[Action]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]

    @property
    def accepted(self) -> list[Mail]:
        """The mails that were taken."""
        return [mail for mail in self.mails if mail.accepted]

    def on(self, stage: Stage, *actions: Action) -> None:
        """Add ACTIONS to the queue of STAGE: the first is for the next time a client gets there."""
        self._script[stage].extend(actions)

    def unused(self) -> list[Stage]:
        """The stages whose actions nobody has met: a test that ends with some has not tested them."""
        return [stage for stage, actions in self._script.items() if actions]

    def start(self) -> None:
        """Accept connections in a thread."""
        self._run(self._accept)

    def stop(self) -> None:
        """Drop every connection and wait for the threads."""
        with self._lock:
            for each in (self._listener, *self._open):
                hang_up(each)
        for thread in self._threads:
            thread.join(WAIT_SECONDS)
        self._listener.close()

    def _run(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="scripted-smtp", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # `stop` has shut the listener down
                return
            with self._lock:
                self._open.add(connection)
                self.connections += 1
            self._run(partial(self._serve, connection))

    def _serve(self, connection: socket.socket) -> None:
        conversation = Conversation(self, connection)
        with suppress(ClosedError, OSError):  # an ended connection is what many scripts are about
            conversation.run()
        with self._lock:
            self._open.discard(conversation.connection)
            conversation.connection.close()

    def protect(self, connection: socket.socket, tls: ssl.SSLContext) -> ssl.SSLSocket:
        """CONNECTION under TLS, after a handshake. Raises OSError."""
        with self._lock:  # the socket that `stop` hangs up is another from here on
            self._open.discard(connection)
            protected = tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
            self._open.add(protected)
        return protected

    def next_action(self, stage: Stage) -> Deed:
        """What the script wants at STAGE, or else what a good server does."""
        with self._lock:
            action = self._script[stage].popleft() if self._script[stage] else Good()
        if not isinstance(action, Good):
            return action
        if stage == "ehlo":
            return Reply("\n".join(["250 scripted.example", *(f"250 {name}" for name in self.extensions)]))
        if stage == "starttls" and self.tls is not None:
            return Reply("220 2.0.0 go on")
        return GOOD[stage]

    def scripted(self, stage: Stage) -> bool:
        """Whether the script has something for STAGE."""
        return bool(self._script[stage])


class Conversation:
    """One connection: reads commands, plays the server's script."""

    def __init__(self, server: ScriptedSmtpServer, connection: socket.socket) -> None:
        """Talk over CONNECTION."""
        self.server = server
        self.connection = connection
        self.unread = b""
        self.mail = Mail("")

    def run(self) -> None:
        """Until QUIT or the end of the connection. Raises ClosedError or OSError."""
        self.act("connect")
        while True:
            line = self.read_until(b"\r\n").decode("utf-8", "surrogateescape")
            self.server.commands.append(line)
            stage = VERBS.get(line.split(" ", 1)[0].upper())
            if stage is None:
                self.send(Reply("500 5.5.2 Unknown command"))
                continue
            self.note_address(stage, line)
            reply = self.act(stage, line)
            if stage == "data" and reply.code == 354:
                self.receive_body()
            if stage == "starttls" and reply.code == 220:
                self.shake_hands()
            if stage == "auth" and reply.code == 334:
                self.ask_for_login()
            if stage == "quit":
                raise ClosedError

    def shake_hands(self) -> None:
        if self.server.scripted("handshake"):
            self.act("handshake")
        elif self.server.tls is not None:
            protected = self.server.protect(self.connection, self.server.tls)
            self.connection = protected
            protected.do_handshake()

    def ask_for_login(self) -> None:
        stages: tuple[Stage, ...] = ("user", "password")
        for stage in stages:
            self.server.commands.append(self.read_until(b"\r\n").decode())
            if self.act(stage).code != 334:
                return

    def note_address(self, stage: Stage, line: str) -> None:
        address = re.search(r"<([^>]*)>", line)
        if address and stage == "mail":
            self.mail = Mail(address[1])
        if address and stage == "rcpt":
            self.mail.recipients.append(address[1])

    def receive_body(self) -> None:
        if self.server.scripted("body"):
            self.unread = self.unread or self.read_some()
            self.act("body")
        self.unread = b"\r\n" + self.unread  # an empty body is a dot alone, and any line may begin with a dot
        self.mail.data = (self.read_until(DOT) + b"\r\n").replace(b"\r\n..", b"\r\n.")[2:]
        mail, self.mail = self.mail, Mail("")
        self.server.mails.append(mail)
        action = self.server.by_mail(mail) or self.server.next_action("dot")
        mail.accepted = (
            action.accepts if isinstance(action, Reply) else isinstance(action, AcceptAndDisconnect)
        )
        self.play(action)

    def act(self, stage: Stage, line: str = "") -> Reply:
        """Do what the script says, and return the reply that was given. Raises ClosedError for an end."""
        action = self.server.next_action(stage)
        if line.upper() == "AUTH LOGIN" and action is GOOD["auth"]:
            action = Reply("334 VXNlcm5hbWU6")
        return self.play(action)

    def play(self, action: Deed) -> Reply:
        match action:
            case Reply():
                self.send(action)
                if action.then_disconnect:
                    raise ClosedError
                return action
            case Garbage(data):
                self.connection.sendall(data)
                return Reply("000 garbage")
            case Silence():
                self.server.when_slow()
                while True:
                    self.read_some()
            case Endless(data):
                self.server.when_slow()
                while True:
                    self.connection.sendall(data)
            case Disconnect() | AcceptAndDisconnect():
                raise ClosedError

    def send(self, reply: Reply) -> None:
        self.connection.sendall(reply.wire())

    def read_until(self, end: bytes) -> bytes:
        """The bytes before END, which is taken as well."""
        while end not in self.unread:
            self.unread += self.read_some()
        before, _, self.unread = self.unread.partition(end)
        return before

    def read_some(self) -> bytes:
        data = self.connection.recv(65536)
        if not data:
            raise ClosedError
        return data


def hang_up(connection: socket.socket) -> None:
    """Wake whoever reads from CONNECTION."""
    with suppress(OSError):  # the other side was first
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # under TLS as well, without a goodbye


@pytest.fixture
def scripted_smtp() -> Iterator[ScriptedSmtpServer]:
    """A server that behaves well until the test calls its `on`."""
    server = ScriptedSmtpServer()
    server.start()
    yield server
    server.stop()
