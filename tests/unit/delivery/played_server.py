"""A server that writes one prepared piece after each line it reads, for dialogues that are rare."""

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class PlayedServer:
    """What the server heard: each line without its end, of all connections."""

    port: int
    lines: list[bytes] = field(default_factory=list)


@contextmanager
def played_server(
    steps: Sequence[bytes], *, then_reads_on: bool = True, tls: ssl.SSLContext | None = None
) -> Iterator[PlayedServer]:
    """Play STEPS on each connection, the first as the greeting, then answer each dot, or read no more."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = PlayedServer(listener.getsockname()[1])
    done = threading.Event()

    def serve() -> None:
        with suppress(OSError):  # the listener was shut down: the test is over
            while True:
                connection, _ = listener.accept()
                if tls is not None:
                    connection = tls.wrap_socket(connection, server_side=True)
                with connection, connection.makefile("rb") as reader:
                    play(connection, reader)

    def play(connection: socket.socket, reader: Iterator[bytes]) -> None:
        connection.sendall(steps[0])
        for step, line in zip(steps[1:], reader, strict=False):
            server.lines.append(line.rstrip(b"\r\n"))
            connection.sendall(step)
        if not then_reads_on:
            done.wait()
        for line in reader:
            if line == b".\r\n":
                connection.sendall(b"250 Ok\r\n")

    thread = threading.Thread(target=serve, name="played-server", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        done.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        listener.close()
