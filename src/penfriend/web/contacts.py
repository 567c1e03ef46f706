"""`/v1/contacts/{id}`: one person seen, changed and erased, and `/story`: why they got what they got.

The id is the shop's, or the address. In the path it is percent-encoded, a slash in it as `%2F`; so it may be
any text.
"""

from __future__ import annotations

import asyncio
from functools import partial
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from penfriend.bootstrap import House
from penfriend.bootstrap.people import change_of, contact_document, erase_person
from penfriend.bootstrap.reading import story_of
from penfriend.domain.accounts.audit import Actor, Way
from penfriend.domain.api_keys import Scope
from penfriend.domain.errors import EventRefused
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import Refused
from penfriend.engine.intake import Intake, Overrun
from penfriend.web.answers import problem
from penfriend.web.bodies import read_body
from penfriend.web.event_bodies import BodyRefused, read_object
from penfriend.web.events import COME_AGAIN
from penfriend.web.here import network_of
from penfriend.web.keyholders import Keyholders
from penfriend.web.links import NETWORKS
from penfriend.web.pages import SHOWING
from penfriend.web.paging import only
from penfriend.web.reading import found

BELOW = b"/v1/contacts/"
STORY = b"story"


class ContactRoutes:
    """The routes over a house; what changes goes the way of all events."""

    def __init__(self, keyholders: Keyholders, house: House, intake: Intake) -> None:
        self._keyholders, self._house, self._intake = keyholders, house, intake

    def router(self) -> APIRouter:
        """The routes. All come to one, since only the path as it was sent tells a slash from a slash."""
        router = APIRouter()
        for path, methods in (
            ("/v1/contacts/{id:path}/story", SHOWING),
            ("/v1/contacts/{id:path}", [*SHOWING, "PUT", "DELETE"]),
        ):
            router.add_route(path, self.answer, methods=methods, include_in_schema=False)
        return router

    async def answer(self, request: Request) -> Response:
        """Whatever is asked about a contact."""
        who, is_story = _asked(request)
        match request.method:
            case "PUT" if not is_story:
                return await self._put(request, who)
            case "DELETE" if not is_story:
                return await self._delete(request, who)
            case "GET" | "HEAD":
                return await (self._story if is_story else self._get)(request, who)
            case _:
                raise HTTPException(
                    HTTPStatus.METHOD_NOT_ALLOWED, "a story is only seen", {"Allow": ", ".join(SHOWING)}
                )

    async def _get(self, request: Request, who: str) -> Response:
        await self._keyholders.let_in(request, Scope.CONTACTS_READ)
        return JSONResponse(await found(partial(contact_document, self._house, who)))

    async def _story(self, request: Request, who: str) -> Response:
        await self._keyholders.let_in(request, Scope.CONTACTS_READ)
        only(request, "campaign")
        campaign = request.query_params.get("campaign")
        return JSONResponse(await found(partial(story_of, self._house, who, campaign)))

    async def _put(self, request: Request, who: str) -> Response:
        key = await self._keyholders.let_in(request, Scope.CONTACTS_WRITE)
        body = await read_body(request)
        try:
            said = read_object(body, request.headers.get("content-type", ""))
            change = await run_in_threadpool(change_of, self._house, who, said)
            if change.event is not None:
                await self._take(change.event, f"api {key.name}")
        except BodyRefused as refused:
            return problem(refused.status, refused.why)
        except EventRefused as refused:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(refused))
        except Overrun:
            why = "more waits than can be written; the same again may do"
            return problem(HTTPStatus.TOO_MANY_REQUESTS, why, {"Retry-After": COME_AGAIN})
        document = await found(partial(contact_document, self._house, who))
        return JSONResponse(document, HTTPStatus.CREATED if change.makes else HTTPStatus.OK)

    async def _take(self, event: EventIn, source: str) -> None:
        """Store it. Raises EventRefused, Overrun."""
        [answered] = await asyncio.wrap_future(self._intake.offer([event], source))
        if isinstance(answered, Refused):
            raise EventRefused(answered.reason)

    async def _delete(self, request: Request, who: str) -> Response:
        key = await self._keyholders.let_in(request, Scope.CONTACTS_WRITE)
        by = Actor(f"api {key.name}", Way.API, network_of(request, NETWORKS))
        await found(partial(erase_person, self._house, who, by))
        return Response(status_code=HTTPStatus.NO_CONTENT)


def _asked(request: Request) -> tuple[str, bool]:
    """Whom it is about, and whether it is about their story. Raises HTTPException 404."""
    path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    parts = path[path.index(BELOW) + len(BELOW) :].split(b"/")
    is_story = len(parts) > 1 and parts[-1] == STORY
    said = b"/".join(parts[:-1] if is_story else parts)
    try:
        who = unquote_to_bytes(said).decode()
    except UnicodeDecodeError:
        who = ""
    if not who:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return who, is_story
