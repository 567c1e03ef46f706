"""Whether the process lives, and whether it can do its work: for load balancers and supervisors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from penfriend.web.answers import problem

Workers = Callable[[], int | None]
"""How many workers are alive on all machines; None where that is not known."""
Hindrances = Callable[[], Sequence[str]]
"""What keeps the service from its work, each in one line without secrets; empty when it is ready."""


class Health(BaseModel):
    """The answer when all is well."""

    status: str = "ok"


class Readiness(Health):
    """The same, with how many workers are alive on all machines."""

    workers: int | None = None


def health_routes(hindrances: Hindrances, workers: Workers = lambda: None) -> APIRouter:
    """`/healthz` and `/readyz`."""
    router = APIRouter(tags=["health"])
    for method in ("GET", "HEAD"):
        shown = method == "GET"

        @router.api_route(
            "/healthz", methods=[method], include_in_schema=shown, summary="The process answers"
        )
        def healthz() -> Health:
            return Health()

        @router.api_route(
            "/readyz",
            methods=[method],
            include_in_schema=shown,
            summary="The service can do its work",
            response_model=Readiness,
            response_model_exclude_none=True,
            responses={
                503: {
                    "description": "Not now; `detail` says why",
                    "content": {"application/problem+json": {}},
                }
            },
        )
        def readyz() -> Readiness | Response:
            found = hindrances()
            if found:
                return problem(HTTPStatus.SERVICE_UNAVAILABLE, "; ".join(found))
            return Readiness(workers=workers())

    return router
