"""How an answer is said: a page for people, a problem document for programs (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from penfriend.domain.errors import PenfriendError, StoreUnavailable
from penfriend.domain.visits import Setting
from penfriend.engine.visits import Visits
from penfriend.rendering.pages import Notice, Pages
from penfriend.web.headers import SECURITY

FOR_PROGRAMS = frozenset({"v1", "webhooks", "healthz", "readyz", "metrics", "openapi.json"})
"""The first part of the paths that programs ask for; everything else is read by people."""
RETRY_SECONDS = "5"
_NO_SETTING = Setting(brand="", postal=None, public_url="", locale="en", brand_locale="en")
_log = logging.getLogger(__name__)


class Answers:
    """Says what went wrong, to whoever asked."""

    def __init__(self, visits: Visits, pages: Pages) -> None:
        self._visits = visits
        self._pages = pages

    def install(self, app: FastAPI) -> None:
        """Answer for every error of the application."""
        app.add_exception_handler(StarletteHTTPException, self.http_error)
        app.add_exception_handler(RequestValidationError, self.invalid)
        app.add_exception_handler(StoreUnavailable, self.busy)
        app.add_exception_handler(Exception, self.fault)

    async def http_error(self, request: Request, error: Exception) -> Response:
        """An error with a status of its own; every address that is nothing is the same page."""
        assert isinstance(error, StarletteHTTPException)  # noqa: S101 - what it is installed for
        status = HTTPStatus(error.status_code)
        detail = "" if error.detail == status.phrase else str(error.detail)
        return await self._say(request, status, dict(error.headers or {}), detail)

    async def invalid(self, request: Request, _: Exception) -> Response:
        """A request that does not have the form that the route wants."""
        return await self._say(request, HTTPStatus.UNPROCESSABLE_ENTITY)

    async def busy(self, request: Request, error: Exception) -> Response:
        """The store cannot be reached now: the same again may do, and does no harm."""
        _log.warning("the store is not available: %s", error)
        return await self._say(request, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": RETRY_SECONDS})

    async def fault(self, request: Request, error: Exception) -> Response:
        """Whatever nobody foresaw. The log names the route, never the address: that holds a token."""
        route = getattr(request.scope.get("route"), "path", "an unknown route")
        _log.error("%s %s failed: %s", request.method, route, error, exc_info=error)
        # this handler answers from outside of the middleware that adds the headers
        return await self._say(request, HTTPStatus.INTERNAL_SERVER_ERROR, dict(SECURITY))

    async def _say(
        self, request: Request, status: HTTPStatus, headers: dict[str, str] | None = None, detail: str = ""
    ) -> Response:
        if request.url.path.split("/")[1] in FOR_PROGRAMS:
            return problem(status, detail, headers)
        accepted = request.headers.get("accept-language", "")
        html = await run_in_threadpool(self._notice, status, accepted)
        return HTMLResponse(html, status, headers)

    def _notice(self, status: HTTPStatus, accepted: str) -> str:
        try:
            setting = self._visits.setting()
        except PenfriendError:
            setting = _NO_SETTING
        return self._pages.notice(_what(status), setting, accepted)


def problem(
    status: HTTPStatus,
    detail: str = "",
    headers: dict[str, str] | None = None,
    extra: Mapping[str, object] | None = None,
) -> JSONResponse:
    """A problem document, with further members in `extra`."""
    content: dict[str, object] = {"type": "about:blank", "title": status.phrase, "status": status.value}
    if detail:
        content["detail"] = detail
    content |= extra or {}
    return JSONResponse(content, status, headers, media_type="application/problem+json")


def not_found() -> HTTPException:
    """What every wrong token comes to."""
    return HTTPException(HTTPStatus.NOT_FOUND)


def _what(status: HTTPStatus) -> Notice:
    if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return "too_large"
    return "failed" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "missing"
