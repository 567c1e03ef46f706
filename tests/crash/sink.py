"""The judge: an SMTP server of its own that writes down each mail at the dot, before it answers.

    python -m tests.crash.sink LEDGER

It prints its port. Each line of LEDGER is one mail: the second, the recipient, the Message-ID, the hash of
the bytes. A line on standard input is an order as JSON: `{"delay": 0.02}` is how long an answer to a dot is
withheld, in seconds; `{"point": "mid-body", "after": 7, "group": 4711}` kills that process group at the
seventh coming to the point, from where the mail then is. What was killed is printed, one word a line.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import signal
import sys
import time
from pathlib import Path

POINTS = ("mail", "after-354", "mid-body", "before-250", "after-250")
"""In the order of a transaction: MAIL has come (the claim is committed, nothing is sent), the answer 354 is
sent, a piece of the body is here, all of it is here and on record and not answered, and the answer 250 is
sent."""
_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)
_END = b"\r\n.\r\n"


class Sink:
    """What the sessions share."""

    def __init__(self, ledger: Path) -> None:
        self._ledger = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.delay = 0.0
        self._point, self._after, self._group = "", 0, 0
        self.sender = 0
        """The number of the sender that is to die: connections of those before it count for nothing."""

    def order(self, line: str) -> None:
        """Do what a line of standard input says."""
        said = json.loads(line)
        self.delay = said.get("delay", self.delay)
        if "point" in said:
            self._point, self._after, self._group = said["point"], said["after"], said["group"]
            self.sender += 1

    def comes_to(self, point: str, sender: int) -> None:
        """A mail has come to a point: at the last awaited coming the sender dies."""
        if point != self._point or sender != self.sender:
            return
        self._after -= 1
        if self._after == 0:
            self._point = ""
            os.killpg(self._group, signal.SIGKILL)
            print("killed", flush=True)  # noqa: T201 - a program

    def write(self, recipient: bytes, body: bytes) -> None:
        """Put a mail on record: one write, so that a line is whole or not there."""
        found = _MESSAGE_ID.search(body)
        line = {
            "at": time.time(),
            "to": recipient.decode(),
            "id": found[1].decode() if found else "",
            "hash": hashlib.sha256(body).hexdigest(),
        }
        os.write(self._ledger, json.dumps(line).encode() + b"\n")

    async def session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side goes."""
        try:
            await Session(self, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the sender is gone; what was on record stays
        finally:
            writer.close()


class Session:
    """One connection."""

    def __init__(self, sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._sink, self._reader, self._writer = sink, reader, writer
        self._to, self._sender = b"", sink.sender

    async def run(self) -> None:
        """Greet, and answer every command."""
        await self._say(b"220 sink.example ESMTP")
        while line := await self._reader.readline():
            word = line[:4].upper()
            if word == b"EHLO":
                await self._say(b"250-sink.example\r\n250-PIPELINING\r\n250 8BITMIME")
            elif word == b"DATA":
                await self._take()
            elif word == b"QUIT":
                await self._say(b"221 2.0.0 Bye")
                return
            else:
                if word == b"MAIL":
                    self._sink.comes_to("mail", self._sender)
                if word == b"RCPT":
                    self._to = line[line.index(b"<") + 1 : line.index(b">")]
                await self._say(b"250 2.0.0 Ok")

    async def _take(self) -> None:
        sink = self._sink
        await self._say(b"354 Go ahead")
        sink.comes_to("after-354", self._sender)
        body = b""
        while not body.endswith(_END):
            piece = await self._reader.read(16_384)
            if not piece:
                raise ConnectionResetError
            body += piece
            if not body.endswith(_END):
                sink.comes_to("mid-body", self._sender)
        sink.write(self._to, body)
        sink.comes_to("before-250", self._sender)
        if sink.delay:
            await asyncio.sleep(sink.delay)
        await self._say(b"250 2.0.0 Ok: queued")
        sink.comes_to("after-250", self._sender)

    async def _say(self, line: bytes) -> None:
        self._writer.write(line + b"\r\n")
        await self._writer.drain()


async def main(ledger: Path) -> None:
    """Serve until standard input ends."""
    sink = Sink(ledger)
    server = await asyncio.start_server(sink.session, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - a program
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    while line := await orders.readline():
        sink.order(line.decode())
    server.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
