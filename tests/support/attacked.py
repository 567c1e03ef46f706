"""A served house under attack: each byte of a request is the test's to choose, each answer is looked at.

The application is asked without a socket, as the server asks it, so that paths and headers may hold what no
client would send, and a body may never come or never end.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import httpx
from fastapi import FastAPI
from starlette.routing import BaseRoute

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.accounts.users import add_user, list_users
from penfriend.bootstrap.api_keys import create_key
from penfriend.domain.api_keys import Scope
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.tokens import Claim, Purpose
from penfriend.rendering.pages import SignedTokens
from penfriend.rendering.tokens import Signer
from penfriend.web.answers import FOR_PROGRAMS
from penfriend.web.headers import SECURITY
from penfriend.web.serving import house_app
from tests.support.dashboard import PASSWORD, SHELL
from tests.support.houses import NOON
from tests.support.served_house import served_house

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}, journal: {title: Journal, double_opt_in: yes}}
data: {contact: {shoe_size: number}}
policy: {send_between: 00:00-24:00, send_on: mon-sun, at_most: none}
surveys: {care: {type: nps, question: How was it?}}
segments: {all: {where: {contact.created_at: {exists: yes}}}}
campaigns:
  thanks: {topic: offers, trigger: {event: order_placed, key: order_id}, steps: [{send: hello, survey: care}]}
"""
SECRET = "canary-secret-of-the-mine-31"
"""Of the webhooks; it must not be seen anywhere."""
LEAKS = (
    b"Traceback (most",
    b'File "',
    b"site-packages",
    b"sqlalchemy",
    b"sqlite3",
    b"psycopg",
    SECRET.encode(),
)
"""What an answer never has in it."""
ANN = "canary.ann@shop.example"
_TOKEN = re.compile(r'name="form_token" value="([^"]*)"')
Bytes = bytes | Iterable[bytes] | None
"""A body: whole, in parts (also without an end), or None for one that never comes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, and how much of the body was taken for it."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)
    took: int = 0

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def same_as(self, other: Answer) -> bool:
        """Nothing tells the two apart."""
        return (self.status, self.headers, self.body) == (other.status, other.headers, other.body)


def routes_of(app: FastAPI) -> dict[str, set[str]]:
    """Every path of the application as the program has it, with its methods."""
    found: dict[str, set[str]] = {}

    def take(routes: Iterable[BaseRoute]) -> None:
        for route in routes:
            below = getattr(route, "original_router", None)
            if below is not None:
                take(below.routes)
            else:
                found.setdefault(getattr(route, "path", ""), set()).update(
                    getattr(route, "methods", None) or ()
                )

    take(app.routes)
    return found


@dataclass(slots=True, repr=False)
class Besieged:
    """The house, its application, and what somebody inside would know: keys, tokens, a session."""

    house: House
    app: FastAPI
    key: str = ""
    session: dict[str, str] = field(default_factory=dict)
    form_token: str = ""
    contact: int = 0
    mail: int = 0
    ben: int = 0

    def ask(
        self,
        method: str,
        path: str | bytes,
        body: Bytes = b"",
        *,
        cookies: dict[str, str] | None = None,
        raw: Iterable[tuple[bytes, bytes]] = (),
        length: int | None = None,
        **headers: str,
    ) -> Answer:
        """The answer to a request; it is sound, whatever was asked."""
        sent = path if isinstance(path, bytes) else path.encode("utf-8", "surrogatepass")
        given = {"host": "127.0.0.1:8400", "accept": "*/*", "user-agent": "Mozilla/5.0"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        if cookies:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if isinstance(body, bytes) and body:
            given.setdefault("content-length", str(len(body) if length is None else length))
        pairs = [
            (name.encode(), value.encode("latin-1", "replace")) for name, value in given.items() if value
        ]
        answer = asyncio.run(_asked(self.app, method, sent, [*pairs, *raw], body))
        check(method, sent, answer)
        return answer

    def as_program(self, method: str, path: str | bytes, body: Bytes = b"", **more: Any) -> Answer:
        """With a key that may do everything."""
        more.setdefault("content_type", "application/json")
        return self.ask(method, path, body, authorization=f"Bearer {self.key}", **more)

    def as_user(self, method: str, path: str | bytes, body: bytes = b"", **more: Any) -> Answer:
        """Signed in as an operator, from a page of ours; the token of the form is put before the body."""
        if method == "POST":
            body = b"form_token=" + self.form_token.encode() + b"&" + body
        own = {"origin": "http://127.0.0.1:8400", "sec_fetch_site": "same-origin"}
        own["content_type"] = "application/x-www-form-urlencoded"
        return self.ask(method, path, body, cookies=self.session, **(own | more))

    def token(self, purpose: Purpose, contact: int = 0, mail: int = 0, value: int = 0) -> str:
        """What a mail to Ann would have, or to somebody else."""
        who, which = contact or self.contact, mail or self.mail
        keys = self.house.settings.keys()
        if purpose is Purpose.CLICK:
            return Signer(purpose, who, which, keys[0]).sign(1, b"https://shop.example/board?a=1")
        return SignedTokens(keys).sign(Claim(purpose, who, which, value))

    def sign_in(self) -> None:
        """As Anna, an operator; Ben is there too."""
        self.ben = next(one.id for one in list_users(self.house) if one.name == "ben")
        path = urlsplit(add_user(self.house, "anna", "operator", "", SHELL).url).path
        page = self.as_user("GET", path)
        self._take(page)
        self._take(self.as_user("POST", path, b"password=" + PASSWORD.replace(" ", "+").encode()))
        self._take(self.as_user("GET", "/users"))

    def _take(self, answer: Answer) -> None:
        for header in answer.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.session[name] = value.strip('"')
        found = _TOKEN.search(answer.text)
        self.form_token = unescape(found[1]) if found else self.form_token


async def _asked(
    app: FastAPI, method: str, sent: bytes, headers: list[tuple[bytes, bytes]], body: Bytes
) -> Answer:
    path, _, query = sent.partition(b"?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        # as uvicorn does it
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8400),
    }
    parts = iter([body] if isinstance(body, bytes) else body or ())
    took, status, said, sending = 0, 0, httpx.Headers(), bytearray()

    async def receive() -> dict[str, Any]:
        nonlocal took
        part = next(parts, None)
        if part is None and body is None:
            await asyncio.Event().wait()
        took += len(part or b"")
        more = part is not None and not isinstance(body, bytes)
        return {"type": "http.request", "body": part or b"", "more_body": more}

    async def send(message: Any) -> None:
        nonlocal status, said
        if message["type"] == "http.response.start":
            status, said = message["status"], httpx.Headers(message["headers"])
        else:
            sending.extend(message.get("body", b""))

    try:
        await app(scope, receive, send)
    except Exception:  # the server would log it; the answer is out
        if not status:
            raise
    return Answer(int(status), said, bytes(sending), took)


def check(method: str, path: bytes, answer: Answer) -> None:
    """No fault of ours, no word of our inside, guarded, and said as whoever asks can read it."""
    where = f"{method} {path[:200]!r}: {answer.status} {answer.body[:300]!r}"
    assert 200 <= answer.status < 500, where
    assert not [one for one in LEAKS if one in answer.body], where
    assert not [name for name in SECURITY if name.lower() not in answer.headers], where
    assert all(value.isprintable() for value in answer.headers.values()), where
    if answer.status >= 400 and method != "HEAD":
        first = unquote_to_bytes(path.partition(b"?")[0]).decode("utf-8", "replace").split("/")[1:2]
        kind = answer.headers["content-type"]
        wanted = "application/problem+json" if FOR_PROGRAMS & {*first} else "text/html; charset=utf-8"
        assert kind == wanted, where


@contextmanager
def besieged(folder: Path, database_url: str) -> Iterator[Besieged]:
    """Ann has ordered and got a mail, Anna keeps the dashboard, a program has a key of every scope."""
    hooks = {f"PENFRIEND_WEBHOOK_{name}": SECRET for name in ("SHOPIFY", "WOOCOMMERCE", "MAILGUN")}
    with (
        served_house(
            folder, database_url, CAMPAIGNS, PENFRIEND_PUBLIC_URL="http://127.0.0.1:8400", **hooks
        ) as house,
        house_app(house) as app,
    ):
        add_user(house, "ben", "viewer", "", SHELL)
        made = Besieged(house, app, create_key(house, "all", [scope.value for scope in Scope]))
        mail_ann(house)
        made.contact, made.mail = house.contact_id("ann"), 1
        made.sign_in()
        yield made


def mail_ann(house: House) -> None:
    """She is subscribed, orders, and is written to."""
    ingester = house.ingester()
    ingester.ingest_contacts([ContactIn("ann", ANN, {"first_name": "Ann"}, {}, ("offers",), NOON)])
    ingester.ingest_events([EventIn("order_placed", "ann", None, NOON, {"order_id": "1", "total": 4}, "o-1")])
    worker = Worker.of(house)
    try:
        worker.settle()
    finally:
        worker.close()
