"""Counts requests by method, route and status, with the time they took. A route is its template: an address
would hold somebody's token."""

from __future__ import annotations

from itertools import count
from secrets import randbits

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from penfriend.domain.ports import Clock
from penfriend.engine.log_context import bound
from penfriend.engine.measures import OTHERS, Measures

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Whatever else is asked for counts as `other`."""


class Measured:
    """Around the application: every request is counted once its answer is through, however it ends."""

    def __init__(self, app: ASGIApp, measures: Measures, clock: Clock) -> None:
        self._app, self._measures, self._clock = app, measures, clock
        self._numbers = count(
            randbits(32)
        )  # to ask the system each time gives the turn away to other threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = self._clock.elapsed(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"] if scope["method"] in METHODS else OTHERS
        with self._measures.spans.within(method, kind="server", method=method) as span:
            try:
                with bound(request=f"{next(self._numbers) & 0xFFFFFFFF:08x}"):
                    await self._app(scope, receive, noted)
            finally:
                route = template_of(scope)
                self._measures.requests.observe(self._clock.elapsed() - began, method, route, str(status))
                span.name(f"{method} {route}")
                span.say(route=route, status=status)


def template_of(scope: Scope) -> str:
    """The route that the request came to, as the program has it; `other` for what is none."""
    path = getattr(scope.get("route"), "path", None)
    if isinstance(path, str):
        return path
    # a route of Starlette's own leaves only what it calls; without parameters its address is its template
    is_plain = "endpoint" in scope and not scope.get("path_params")
    return str(scope["path"]) if is_plain else OTHERS
