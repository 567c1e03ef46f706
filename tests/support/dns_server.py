"""A name server on loopback, over UDP and TCP, that knows what a test has told it, and fails as it is told
to."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

HOST = "127.0.0.1"
TTL = 60
Fault = str
"""`servfail`, `refused`, `silent` (no answer at all), `nonsense` (no DNS message)."""


class DnsServer:
    """Names without their last dot. A name that nobody has told is NXDOMAIN, one with another kind of record
    has no answer; UDP answers longer than 512 bytes are truncated, as the protocol has it."""

    def __init__(self) -> None:
        self._zone: dict[dns.name.Name, dict[str, list[str]]] = {}
        self._faults: dict[dns.name.Name, Fault] = {}
        self.fault: Fault | None = None
        """For whatever is asked."""
        self.asked: list[tuple[str, str, str]] = []
        """Name, kind, and `udp` or `tcp`, in order."""
        self._tcp = socketserver.ThreadingTCPServer((HOST, 0), self._handler("tcp"))
        self.port: int = self._tcp.server_address[1]
        self._udp = socketserver.ThreadingUDPServer((HOST, self.port), self._handler("udp"))
        for server in (self._tcp, self._udp):
            server.daemon_threads = True

    @property
    def place(self) -> str:
        """For `--resolver`."""
        return f"{HOST}:{self.port}"

    def add(self, name: str, kind: str, *values: str) -> None:
        """Records of a kind, in the place of those that were there, as a zone file has them; a TXT value
        comes without quotes and is cut into strings."""
        if kind == "TXT":
            values = tuple(quoted(value) for value in values)
        self._zone.setdefault(dns.name.from_text(name), {})[kind] = list(values)

    def break_down(self, name: str, fault: Fault) -> None:
        """Have that fault when asked for NAME."""
        self._faults[dns.name.from_text(name)] = fault

    def start(self) -> None:
        """Answer, in threads."""
        for server in (self._tcp, self._udp):
            threading.Thread(target=server.serve_forever, args=(0.01,), name="test-dns", daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        for server in (self._tcp, self._udp):
            server.shutdown()
            server.server_close()

    def answer(self, data: bytes, over: str) -> bytes | None:
        """What goes back; None is nothing."""
        query = dns.message.from_wire(data)
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((question.name.to_text(omit_final_dot=True).lower(), kind, over))
        fault = self.fault or self._faults.get(question.name)
        if fault == "silent":
            return None
        if fault == "nonsense":
            return b"what?"
        response = dns.message.make_response(query)
        if fault is not None:
            response.set_rcode(dns.rcode.from_text(fault))
        else:
            self._fill(response, question.name, kind)
        wire = response.to_wire()
        if over == "udp" and len(wire) > 512:
            short = dns.message.make_response(query)
            short.flags |= dns.flags.TC
            wire = short.to_wire()
        return wire

    def _fill(self, response: dns.message.Message, name: dns.name.Name, kind: str) -> None:
        known = self._zone.get(name)
        while known is not None and "CNAME" in known:
            response.answer.append(dns.rrset.from_text(name, TTL, "IN", "CNAME", *known["CNAME"]))
            name = dns.name.from_text(known["CNAME"][0])
            known = self._zone.get(name)
        if known is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif kind in known:
            response.answer.append(dns.rrset.from_text(name, TTL, "IN", kind, *known[kind]))

    def _handler(self, over: str) -> type[socketserver.BaseRequestHandler]:
        server = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError, EOFError):  # who asked has gone
                    serve(server, self.request, self.client_address, over)

        return Handler


def serve(server: DnsServer, request: Any, client: Any, over: str) -> None:
    """One question of a connection, or of a packet."""
    if over == "udp":
        data, sender = request
        answer = server.answer(data, over)
        if answer is not None:
            sender.sendto(answer, client)
        return
    stream: socket.socket = request
    with stream.makefile("rb") as reader:
        (length,) = struct.unpack("!H", reader.read(2))
        answer = server.answer(reader.read(length), over)
        if answer is not None:
            stream.sendall(struct.pack("!H", len(answer)) + answer)


def quoted(value: str) -> str:
    """A TXT value as a zone file has it: strings of at most 255 characters."""
    parts = [value[start : start + 255] for start in range(0, len(value), 255)] or [""]
    return " ".join('"{}"'.format(part.replace("\\", "\\\\").replace('"', '\\"')) for part in parts)


@pytest.fixture
def dns_server() -> Iterator[DnsServer]:
    """A name server that knows nothing yet."""
    server = DnsServer()
    server.start()
    yield server
    server.stop()
