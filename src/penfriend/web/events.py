"""`POST /v1/events`: what has happened to contacts comes in. 202 only when it is stored."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from penfriend.domain.api_keys import Scope
from penfriend.domain.ingestion import Answer, Duplicate, Refused, Taken
from penfriend.engine.intake import Intake, Overrun
from penfriend.engine.measures import Measures
from penfriend.web.answers import problem
from penfriend.web.bodies import read_body
from penfriend.web.event_bodies import BodyRefused, Brought, read_events, unpacked
from penfriend.web.keyholders import Keyholders

SMALL = 64 * 1024
"""Bytes: what is larger is read in a thread, so that nobody waits for it."""
COME_AGAIN = "1"
"""Seconds, in Retry-After."""
MOST_TOLD = 1_000
"""So many refused events are told one by one."""


class EventRoutes:
    """The route. `zone` gives the brand's clock, for moments without a zone."""

    def __init__(
        self,
        keyholders: Keyholders,
        intake: Intake,
        zone: Callable[[], ZoneInfo],
        measures: Measures | None = None,
    ) -> None:
        self._measures = measures or Measures()
        self._keyholders, self._intake, self._zone = keyholders, intake, zone

    def router(self) -> APIRouter:
        """The routes: plain ones, since checks of a framework would take most of the time of an event."""
        router = APIRouter()
        router.add_route("/v1/events", self.post, methods=["POST"], include_in_schema=False)
        return router

    async def post(self, request: Request) -> Response:
        """Take one event, a list, or JSON Lines."""
        key = await self._keyholders.let_in(request, Scope.EVENTS_WRITE)
        body = await read_body(request)
        try:
            read = run_in_threadpool(self._read, request, body) if len(body) > SMALL else None
            brought, single = self._read(request, body) if read is None else await read
            events = [one.event for one in brought if one.event is not None]
            self._measures.unread("event", len(brought) - len(events))
            stored = (
                await asyncio.wrap_future(self._intake.offer(events, f"api {key.name}")) if events else []
            )
        except BodyRefused as refused:
            return problem(refused.status, refused.why)
        except Overrun:
            why = "more events wait than can be written; the same again may do"
            return problem(HTTPStatus.TOO_MANY_REQUESTS, why, {"Retry-After": COME_AGAIN})
        return _answer(_in_place(brought, stored), single=single)

    def _read(self, request: Request, body: bytes) -> tuple[list[Brought], bool]:
        coding = request.headers.get("content-encoding", "").strip().lower()
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        return read_events(unpacked(body, coding), kind, self._zone())


def _in_place(brought: Sequence[Brought], stored: Sequence[Answer]) -> list[Answer]:
    """One answer for each event of the body."""
    left = iter(stored)
    return [Refused(one.fault) if one.event is None else next(left) for one in brought]


def _answer(answers: Sequence[Answer], *, single: bool) -> Response:
    rejected = [
        {"index": place, "status": _status(one).value, "detail": one.reason}
        for place, one in enumerate(answers)
        if isinstance(one, Refused)
    ]
    counts = Counter(type(one) for one in answers)
    told = {
        "taken": counts[Taken],
        "repeated": counts[Duplicate],
        "rejected": len(rejected),
        "errors": rejected[:MOST_TOLD],
    }
    if len(rejected) < len(answers):
        return JSONResponse(told, HTTPStatus.ACCEPTED)
    conflict = all(one["status"] == HTTPStatus.CONFLICT for one in rejected)
    status = HTTPStatus.CONFLICT if conflict else HTTPStatus.UNPROCESSABLE_ENTITY
    first = next(one.reason for one in answers if isinstance(one, Refused))
    return problem(status, first if single else f"none of the {len(answers)} events was taken", extra=told)


def _status(refused: Refused) -> HTTPStatus:
    return HTTPStatus.CONFLICT if refused.conflict else HTTPStatus.UNPROCESSABLE_ENTITY
