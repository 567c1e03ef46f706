"""A real HTTPS server on this machine that keeps what it is told and answers as a test says."""

import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.support.smtp import TestCertificate

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Told:
    """One request as it came; names of headers in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes
    server_name: str | None
    """What the client named in SNI."""


@dataclass
class HttpsServer:
    """`told` are the requests in order; `answer` says what becomes of each: status and headers."""

    context: ssl.SSLContext
    told: list[Told] = field(default_factory=list)
    answer: Callable[[Told], tuple[int, dict[str, str]]] = lambda _: (204, {})
    text: bytes = b"done"
    """What an answer says, but one of 204."""
    hangs_up: bool = False
    """Whether it closes the connection after each answer, without saying so."""
    connections: int = 0
    names: list[str | None] = field(default_factory=list)
    port: int = 0
    release: threading.Event = field(default_factory=threading.Event)
    """A handler that keeps somebody waiting waits for this; set when the test ends."""

    def start(self) -> None:
        """Listen, in a thread of its own."""
        keeper = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                keeper.connections += 1
                super().setup()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                told = Told(self.path, headers, body, keeper.names[-1] if keeper.names else None)
                keeper.told.append(told)
                status, more = keeper.answer(told)
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(keeper.text)))
                self.end_headers()
                if status != 204:
                    self.wfile.write(keeper.text)
                self.close_connection = keeper.hangs_up

            def log_message(self, *_: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self) -> tuple[ssl.SSLSocket, object]:
                plain, address = self.socket.accept()
                plain.settimeout(10)
                return keeper.context.wrap_socket(plain, server_side=True), address

            def handle_error(self, *_: object) -> None:
                pass

        def named(_socket: object, name: str | None, _context: object) -> None:
            self.names.append(name)

        self.context.sni_callback = named
        self._server = Quiet((HOST, 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Stop."""
        self.release.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def https_server(certificate: TestCertificate) -> Iterator[HttpsServer]:
    """A server with a certificate for 127.0.0.1 and localhost."""
    server = HttpsServer(certificate.server_context)
    server.start()
    yield server
    server.stop()
    certificate.server_context.sni_callback = None
