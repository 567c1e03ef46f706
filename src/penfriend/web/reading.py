"""What programs may read: `GET /v1/segments`, `/v1/segments/{name}`, `/v1/campaigns`, `/v1/messages/{id}`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import TypeVar

from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from penfriend.bootstrap import House
from penfriend.bootstrap.reading import campaigns_of, members_of, message_of, segments_of
from penfriend.domain.api_keys import Scope
from penfriend.domain.errors import NotFound
from penfriend.web.keyholders import Keyholders
from penfriend.web.pages import SHOWING
from penfriend.web.paging import answer, cursor_of, limit_of

T = TypeVar("T")


async def found(ask: Callable[[], T]) -> T:
    """What is asked of the store, in a thread. Raises HTTPException 404."""
    try:
        return await run_in_threadpool(ask)
    except NotFound as missing:
        raise HTTPException(HTTPStatus.NOT_FOUND, str(missing)) from None


class ReadingRoutes:
    """The routes over a house."""

    def __init__(self, keyholders: Keyholders, house: House) -> None:
        self._keyholders, self._house = keyholders, house

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter()
        for path, show in (
            ("/v1/segments", self.segments),
            ("/v1/segments/{name}", self.segment),
            ("/v1/campaigns", self.campaigns),
            ("/v1/messages/{id:path}", self.message),
        ):
            router.add_route(path, show, methods=SHOWING, include_in_schema=False)
        return router

    async def segments(self, request: Request) -> Response:
        """All of them, by name."""
        await self._keyholders.let_in(request, Scope.SEGMENTS_READ)
        limit, after = limit_of(request), cursor_of(request, str)
        return answer(request, await found(partial(segments_of, self._house, limit, after)), limit)

    async def segment(self, request: Request) -> Response:
        """One, and who is in it."""
        key = await self._keyholders.let_in(request, Scope.SEGMENTS_READ)
        limit, after = limit_of(request), cursor_of(request, int, str)
        addresses = Scope.CONTACTS_READ in key.scopes
        name = request.path_params["name"]
        ask = partial(members_of, self._house, name, limit, after, addresses=addresses)
        return answer(request, await found(ask), limit)

    async def campaigns(self, request: Request) -> Response:
        """All of them, by name, with their counts."""
        await self._keyholders.let_in(request, Scope.CAMPAIGNS_READ)
        limit, after = limit_of(request), cursor_of(request, str)
        return answer(request, await found(partial(campaigns_of, self._house, limit, after)), limit)

    async def message(self, request: Request) -> Response:
        """What became of one mail."""
        await self._keyholders.let_in(request, Scope.MESSAGES_READ)
        return JSONResponse(await found(partial(message_of, self._house, request.path_params["id"])))
