"""A real IMAP server on this machine, small: as much of RFC 3501, 4315 and 6851 as fetching mail takes."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.smtp import TestCertificate

HOST, USER, PASSWORD = "127.0.0.1", "bounces", 'secret" w\\ord'


@dataclass
class Kept:
    """One mail of a folder."""

    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)


@dataclass
class ImapServer:
    """`folders` hold the mails; `said` is every line of every client, without the password."""

    context: ssl.SSLContext
    implicit: bool = False
    capabilities: tuple[str, ...] = ("STARTTLS", "UIDPLUS", "MOVE")
    folders: dict[str, list[Kept]] = field(default_factory=lambda: {"INBOX": [], "Done": []})
    said: list[str] = field(default_factory=list)
    logins: int = 0
    encrypted: list[bool] = field(default_factory=list)
    """Whether each login came over TLS."""
    breaks_at: str = ""
    """The connection is closed where a line begins with this command."""
    port: int = 0

    def put(self, *mails: bytes, folder: str = "INBOX") -> None:
        """New mails."""
        for raw in mails:
            self.folders[folder].append(Kept(self._next(), raw))

    def _next(self) -> int:
        return 1 + max((mail.uid for kept in self.folders.values() for mail in kept), default=6)

    def flags(self, folder: str = "INBOX") -> list[set[str]]:
        """The flags of the mails of a folder."""
        return [mail.flags for mail in self.folders[folder]]

    def url(self, more: str = "", password: str = "secret%22%20w%5Cord") -> str:
        """The address to fetch from."""
        scheme = "imaps" if self.implicit else "imap"
        return f"{scheme}://{USER}:{password}@localhost:{self.port}/{more}"

    def start(self) -> None:
        """Listen, in threads of their own."""
        keeper = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                session = Session(keeper, self.request)
                try:
                    session.run()
                finally:
                    session.close()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass

        self._server = Server((HOST, 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()


class Session:
    """One connection."""

    def __init__(self, server: ImapServer, plain: Any) -> None:
        self.server = server
        plain.settimeout(10)
        self.socket = server.context.wrap_socket(plain, server_side=True) if server.implicit else plain
        self.lines = self.socket.makefile("rb")
        self.folder: list[Kept] = []
        self.readonly = False

    def run(self) -> None:
        """Answer until the client leaves."""
        self.say("* OK ready")
        while line := self.lines.readline():
            text = line.decode("utf-8").rstrip("\r\n")
            tag, _, rest = text.partition(" ")
            self.server.said.append("LOGIN" if rest.startswith("LOGIN") else rest)
            if self.server.breaks_at and rest.startswith(self.server.breaks_at):
                return
            name = rest.removeprefix("UID ").partition(" ")[0].lower()
            answer = getattr(self, f"on_{name}", self.unknown)(rest)
            self.say(f"{tag} {answer}")
            if name == "starttls":
                self.secure()
            if name == "logout":
                return

    def close(self) -> None:
        """Whatever happened."""
        self.lines.close()
        self.socket.close()

    def say(self, text: str, data: bytes = b"") -> None:
        self.socket.sendall(text.encode() + data + b"\r\n")

    def secure(self) -> None:
        self.lines.close()
        self.socket = self.server.context.wrap_socket(self.socket, server_side=True)
        self.lines = self.socket.makefile("rb")

    def unknown(self, rest: str) -> str:
        return f"BAD {rest}"

    def on_capability(self, _rest: str) -> str:
        self.say(f"* CAPABILITY IMAP4rev1 {' '.join(self.server.capabilities)}")
        return "OK done"

    def on_starttls(self, _rest: str) -> str:
        return "OK begin"

    def on_login(self, rest: str) -> str:
        self.server.logins += 1
        self.server.encrypted.append(isinstance(self.socket, ssl.SSLSocket))
        given = [re.sub(r"\\(.)", r"\1", one) for one in re.findall(r'"((?:[^"\\]|\\.)*)"', rest)]
        given = given if len(given) > 1 else [rest.split()[1], *given]
        return "OK in" if given == [USER, PASSWORD] else f"NO [AUTHENTICATIONFAILED] not {given[1]}"

    def on_select(self, rest: str) -> str:
        folder = self.server.folders.get(rest.partition(" ")[2].strip('"'))
        if folder is None:
            return "NO there is no such folder"
        self.folder, self.readonly = folder, rest.startswith("EXAMINE")
        self.say(f"* {len(folder)} EXISTS")
        return f"OK [READ-{'ONLY' if self.readonly else 'WRITE'}] done"

    on_examine = on_select

    def on_search(self, _rest: str) -> str:
        found = [mail.uid for mail in self.folder if not mail.flags & {r"\Seen", r"\Deleted"}]
        self.say(f"* SEARCH {' '.join(map(str, found))}")
        return "OK done"

    def chosen(self, rest: str) -> list[Kept]:
        uids = {int(one) for one in rest.split()[2].split(",")}
        return [mail for mail in self.folder if mail.uid in uids]

    def on_fetch(self, rest: str) -> str:
        size = int(re.search(r"<0\.(\d+)>", rest).group(1))  # type: ignore[union-attr]
        for mail in self.chosen(rest):
            raw = mail.raw[:size]
            place = self.folder.index(mail) + 1
            self.say(f"* {place} FETCH (UID {mail.uid} BODY[]<0> {{{len(raw)}}}\r\n", raw + b")")
        return "OK done"

    def say_if_writable(self) -> str:
        return "NO read only" if self.readonly else "OK done"

    def on_store(self, rest: str) -> str:
        for mail in [] if self.readonly else self.chosen(rest):
            mail.flags |= set(rest.partition("(")[2].rstrip(")").split())
        return self.say_if_writable()

    def on_copy(self, rest: str) -> str:
        target = self.server.folders.get(rest.rpartition(" ")[2].strip('"'))
        if target is None:
            return "NO [TRYCREATE] there is no such folder"
        for mail in self.chosen(rest):
            target.append(Kept(self.server._next(), mail.raw, set(mail.flags)))
        return "OK done"

    def on_move(self, rest: str) -> str:
        moved, answer = self.chosen(rest), self.on_copy(rest)
        if answer.startswith("OK"):
            self.folder[:] = [mail for mail in self.folder if mail not in moved]
        return answer

    def on_expunge(self, rest: str) -> str:
        gone = [mail for mail in self.chosen(rest) if r"\Deleted" in mail.flags]
        self.folder[:] = [mail for mail in self.folder if mail not in gone]
        return "OK done"

    def on_logout(self, _rest: str) -> str:
        self.say("* BYE")
        return "OK bye"


@pytest.fixture
def imap_server(certificate: TestCertificate) -> Iterator[ImapServer]:
    """A server with STARTTLS and a certificate for localhost."""
    server = ImapServer(certificate.server_context)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def imaps_server(certificate: TestCertificate) -> Iterator[ImapServer]:
    """A server with TLS from the first byte on."""
    server = ImapServer(certificate.server_context, implicit=True)
    server.start()
    yield server
    server.stop()
