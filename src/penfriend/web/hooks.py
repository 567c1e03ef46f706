"""`POST /webhooks/{provider}`: what mail providers report. 200 once it is stored, 503 where it may come
again, else a problem document that says why it is not taken.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from penfriend.delivery.esp.hooks import Hooks
from penfriend.delivery.esp.posted import Posted, Refused, TryAgain
from penfriend.domain.feedback import Effect, Feedback
from penfriend.domain.timing import MINUTE, Moment
from penfriend.web.answers import RETRY_SECONDS, not_found, problem
from penfriend.web.bodies import read_body

ASKS_FIRST = {"mandrill": ("HEAD",), "unisender-go": ("GET", "HEAD")}
"""Providers that look whether somebody is there before they take the address of a webhook."""
QUIET = MINUTE
"""So long the same refusal is not told of again."""
_log = logging.getLogger("penfriend.feedback")


class HookRoutes:
    """The route; `apply` takes feedback (`penfriend.engine.take_feedback`)."""

    def __init__(
        self,
        hooks: Hooks,
        apply: Callable[[Sequence[Feedback]], Sequence[Effect]],
        now: Callable[[], Moment],
    ) -> None:
        self._hooks, self._apply, self._now = hooks, apply, now
        self._said: dict[tuple[str, str], Moment] = {}

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["webhooks"])
        router.add_api_route(
            "/webhooks/{provider}",
            self.post,
            methods=["POST"],
            summary="A mail provider reports",
            response_model=dict[str, int],
            responses={
                404: {"description": "No webhooks of that provider are taken"},
                401: {"description": "User or password are missing or wrong"},
                403: {"description": "The signature is missing, wrong or too old"},
                503: {"description": "The store is busy; the same again may do"},
            },
        )
        router.add_api_route(
            "/webhooks/{provider}", self.look, methods=["GET", "HEAD"], include_in_schema=False
        )
        return router

    async def post(self, provider: str, request: Request) -> Response:
        """Take what is reported."""
        if not self._hooks.takes(provider):  # before a body is read for nothing
            return _refusal(Refused(HTTPStatus.NOT_FOUND, "no webhooks of that provider are taken"))
        body = await read_body(request)
        posted = Posted(dict(request.headers.items()), body)
        return await run_in_threadpool(self._take, provider, posted)

    def look(self, provider: str, request: Request) -> Response:
        """Whether somebody is there."""
        if not self._hooks.takes(provider):
            raise not_found()
        if request.method not in ASKS_FIRST.get(provider, ()):
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})
        return Response()

    def _take(self, provider: str, posted: Posted) -> Response:
        try:
            reports = self._hooks.receive(provider, posted, self._now())
        except Refused as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                self._say_refused(provider, refused.why)
            return _refusal(refused)
        except TryAgain as error:
            _log.warning("a webhook of %s has to come again: %s", provider, error)
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": RETRY_SECONDS})
        effects = Counter(effect.value for effect in self._apply(reports))
        return JSONResponse({effect.value: effects[effect.value] for effect in Effect})

    def _say_refused(self, provider: str, why: str) -> None:
        """Once in a while for each reason: anybody may post, and the log is not theirs to fill."""
        now, last = self._now(), self._said.get((provider, why))
        if last is None or abs(now - last) >= QUIET:
            self._said[provider, why] = now
            _log.warning("a webhook of %s was refused: %s", provider, why)


def _refusal(refused: Refused) -> Response:
    basic = (
        {"WWW-Authenticate": 'Basic realm="webhooks"'} if refused.status == HTTPStatus.UNAUTHORIZED else {}
    )
    return problem(HTTPStatus(refused.status), refused.why, basic)
