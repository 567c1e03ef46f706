"""What a request brings: bounded in size and in time, and read as a form.

A form may come url-encoded or as multipart (RFC 8058 lets the mailbox provider choose).
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import HTTPException, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 64 * 1024
"""Bytes; the longest comment is 24,000 in its longest encoding."""
MAX_WEBHOOK = 4 * 1024 * 1024
"""Bytes of one post of a mail provider: hundreds of events."""
MAX_EVENTS = 8 * 1024 * 1024
"""Bytes of one post of events."""
MAX_CONTACT = 256 * 1024
"""Bytes of one contact: its attributes have at most 64 KB."""
MAX_HELD = 64 * 1024 * 1024
"""Bytes of all those that are being taken together."""
LARGER = {"/webhooks/": MAX_WEBHOOK, "/v1/events": MAX_EVENTS, "/v1/contacts/": MAX_CONTACT}
"""What programs may post where, by how the path begins."""
MAX_FIELDS = 1_000
BODY_SECONDS = 10.0
"""So long may a client take to send a form."""


class BodyLimit:
    """Refuses bodies over `limit` bytes, of programs over what LARGER says: by what they say of themselves,
    else when they come to it."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY) -> None:
        self._app = app
        self._limit = limit
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        larger = next((most for path, most in LARGER.items() if scope["path"].startswith(path)), 0)
        limit = max(self._limit, larger)
        said = dict(scope["headers"]).get(b"content-length", b"")
        too_large = said.isdigit() and int(said[:20]) > limit
        why = f"a body here has at most {limit} bytes"
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            if too_large:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, why)
            message = await receive()
            came = len(message.get("body", b""))
            seen += came
            self._held += came
            if seen > limit:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, why)
            if larger and self._held > MAX_HELD:
                raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE)
            return message

        try:
            await self._app(scope, counted, send)
        finally:
            self._held -= seen


class Form:
    """The fields of a form, in their order; files are not taken."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields

    def all(self, name: str) -> list[str]:
        """Every value of that name."""
        return [value for found, value in self._fields if found == name]

    def one(self, name: str) -> str:
        """The first value of that name, or an empty text."""
        return next(iter(self.all(name)), "")


async def read_body(request: Request) -> bytes:
    """The body, whole. Raises HTTPException 408 or 413."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.body()
    except TimeoutError:
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT) from None


async def read_form(request: Request) -> Form:
    """The form that the body holds; empty where it is none. Raises HTTPException 400, 408 or 413."""
    try:
        async with asyncio.timeout(BODY_SECONDS), request.form(max_files=0, max_fields=MAX_FIELDS) as form:
            return Form([(name, value) for name, value in form.multi_items() if isinstance(value, str)])
    except TimeoutError:
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT) from None
