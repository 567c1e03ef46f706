"""The inbox's own process: SMTP in, pages out. Prints its two ports in one line of JSON and runs until its
standard input closes."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.smtp import SMTP, Envelope, Session

from penfriend.cli.inbox.kept import Kept, MailStore
from penfriend.cli.inbox.pages import PAGE, VIEWS, listing, reading
from penfriend.cli.sample_shop import CLOSED_DOMAIN

LOOPBACK = "127.0.0.1"


class Mailbox:
    """What aiosmtpd asks: who may be written to, and takes the mail."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_RCPT(  # noqa: N802 -- the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuses the few people of the sample shop whose mailbox is closed."""
        if address.lower().endswith("@" + CLOSED_DOMAIN):
            return "550 5.1.1 this mailbox is closed"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 fine"

    async def handle_DATA(  # noqa: N802 -- the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keeps the mail before it answers."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        for address in envelope.rcpt_tos:
            self._store.add(address, content)
        return "250 2.0.0 kept"


def _handler(store: MailStore) -> type[BaseHTTPRequestHandler]:
    class Pages(BaseHTTPRequestHandler):
        """GET only; nothing here changes anything."""

        def do_GET(self) -> None:
            """The list, a mail, its HTML, or how many there are."""
            url = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            match url.path.strip("/").split("/"):
                case [""]:
                    start = int(query["from"]) if query.get("from", "").isdigit() else 0
                    words = query.get("q", "")
                    self._answer(listing(*store.find(words, start, PAGE), words, start))
                case ["count"]:
                    self._answer(json.dumps({"inbox": len(store)}), "application/json")
                case ["mail", number, *rest] if (
                    number.isdigit() and (mail := store.one(int(number))) is not None
                ):
                    if rest == ["html"]:
                        self._answer(store.part(mail, "html"))
                    else:
                        self._answer(_shown(store, mail, query.get("as", "")))
                case _:
                    self.send_error(HTTPStatus.NOT_FOUND)

        def _answer(self, text: str, kind: str = "text/html") -> None:
            data = text.encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """The terminal belongs to the demo."""

    return Pages


def _shown(store: MailStore, mail: Kept, view: str) -> str:
    match view:
        case "text":
            return reading(mail, view, store.part(mail, "plain"))
        case "raw":
            return reading(mail, view, store.raw(mail).decode("utf-8", "replace"))
        case _:
            return reading(mail, view if view in VIEWS else "")


def main() -> None:
    """Serve until standard input closes: so the inbox ends with whoever started it, however that one
    ended."""
    with tempfile.TemporaryDirectory(prefix="penfriend-inbox-") as folder:
        store = MailStore(Path(folder))
        loop = asyncio.new_event_loop()
        smtp = loop.run_until_complete(
            loop.create_server(
                lambda: SMTP(
                    Mailbox(store), enable_SMTPUTF8=True, ident="the sample shop's inbox", loop=loop
                ),
                LOOPBACK,
                0,
            )
        )
        threading.Thread(target=loop.run_forever, daemon=True).start()
        pages = ThreadingHTTPServer((LOOPBACK, int(sys.argv[1]) if len(sys.argv) > 1 else 0), _handler(store))
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        ports = {"smtp": smtp.sockets[0].getsockname()[1], "http": pages.server_address[1]}
        sys.stdout.write(json.dumps(ports) + "\n")
        sys.stdout.flush()
        try:
            sys.stdin.read()
        except (
            KeyboardInterrupt
        ):  # Ctrl-C in the terminal reaches the whole group; the demo decides when to end
            sys.stdin.read()
        pages.shutdown()
        loop.call_soon_threadsafe(loop.stop)


if __name__ == "__main__":
    main()
