"""The web side with every provider's webhooks, and somebody who takes what they report."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from unittest.mock import Mock

import httpx
from fastapi import FastAPI

from penfriend.delivery.esp.hooks import Hooks
from penfriend.domain.feedback import Effect, Feedback
from penfriend.domain.timing import SECOND, Moment
from penfriend.web import create_app
from penfriend.web.hooks import HookRoutes
from tests.support.esp_posts import NOW, PUBLIC_URL, Post, secrets
from tests.support.sns import certificate, sns_key


class HookDesk:
    """`taken` is what was reported; `answer` may fail instead."""

    def __init__(self, configured: dict[str, str] | None = None) -> None:
        self.taken: list[Feedback] = []
        self.answer: Callable[[Sequence[Feedback]], Sequence[Effect]] = self._take
        self.fetched: list[str] = []
        self.now = NOW
        self.fetch: Callable[[str], bytes] = lambda _: certificate(sns_key(), NOW)
        self.hooks = Hooks(secrets() if configured is None else configured, PUBLIC_URL, self._fetch)
        self._app = self._made()

    def _made(self) -> FastAPI:
        routes = HookRoutes(self.hooks, self._answered, lambda: Moment(int(self.now * SECOND)))
        return create_app(Mock(), Mock(), Mock(), routes)

    def post(self, post: Post, method: str = "POST") -> httpx.Response:
        """What is answered to it; an exception of the application is a 500."""
        # header values of garbage go as the bytes they are
        headers = [(name.encode(), value.encode("latin-1")) for name, value in post.headers.items()]

        async def ask() -> httpx.Response:
            way = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=way, base_url=PUBLIC_URL) as client:
                path = f"/webhooks/{post.provider}"
                return await client.request(method, path, content=post.body, headers=headers)

        return asyncio.run(ask())

    def _answered(self, found: Sequence[Feedback]) -> Sequence[Effect]:
        return self.answer(found)

    def _take(self, found: Sequence[Feedback]) -> Sequence[Effect]:
        self.taken += found
        return [Effect.APPLIED] * len(found)

    def _fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        return self.fetch(url)
