"""`GET /v1/campaigns/{name}/report`: what its mails are worth, as `penfriend report` says it."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import JSONResponse, Response

from penfriend.bootstrap import House
from penfriend.bootstrap.report import report_of
from penfriend.domain.api_keys import Scope
from penfriend.domain.coercion import shown
from penfriend.domain.results import Dimension
from penfriend.domain.results.report import BREAKDOWNS
from penfriend.domain.timing import Moment, midnight
from penfriend.web.keyholders import Keyholders
from penfriend.web.pages import SHOWING
from penfriend.web.paging import only
from penfriend.web.reading import found

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FIRST, _LAST = date(1971, 1, 1), date(9000, 1, 1)
"""No mail went out before or will after: and every zone can reckon with the days between."""


class ResultRoutes:
    """The routes over a house."""

    def __init__(self, keyholders: Keyholders, house: House) -> None:
        self._keyholders, self._house = keyholders, house

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter()
        path = "/v1/campaigns/{name}/report"
        router.add_route(path, self.report, methods=SHOWING, include_in_schema=False)
        return router

    async def report(self, request: Request) -> Response:
        """The results of one campaign."""
        await self._keyholders.let_in(request, Scope.CAMPAIGNS_READ)
        only(request, "since", "until", "by")
        by = _by(request)
        since, until = self._day(request, "since"), self._day(request, "until")
        if since is not None and until is not None and until < since:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, "until: comes before since")
        name = request.path_params["name"]
        made = await found(partial(report_of, self._house, name, by, since, until))
        return JSONResponse(made.as_json())

    def _day(self, request: Request, name: str) -> Moment | None:
        """The moment at which that day begins, by the brand's clock."""
        said = request.query_params.get(name)
        if said is None:
            return None
        try:
            day = date.fromisoformat(said) if _DAY.fullmatch(said) else None
        except ValueError:
            day = None
        if day is None:
            why = f"{name}: {shown(said)} is no day, e.g. 2026-03-02"
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, why)
        return midnight(min(max(day, _FIRST), _LAST), self._house.definitions().brand.zone)


def _by(request: Request) -> tuple[Dimension, ...]:
    """What it is broken down by; the step, where nothing is said."""
    said = request.query_params.getlist("by")
    for one in said:
        if one not in BREAKDOWNS:
            known = ", ".join(BREAKDOWNS)
            raise HTTPException(
                HTTPStatus.UNPROCESSABLE_ENTITY, f"by: {shown(one)} is not known. It is one of: {known}"
            )
    return tuple(dict.fromkeys(Dimension(one) for one in said)) or (Dimension.STEP,)
