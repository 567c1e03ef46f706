"""Puts the web side together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fastapi import APIRouter, FastAPI

from penfriend import __version__
from penfriend.engine.visits import Visits
from penfriend.rendering.pages import Pages
from penfriend.web.answers import Answers
from penfriend.web.bodies import BodyLimit
from penfriend.web.events import EventRoutes
from penfriend.web.headers import SecurityHeaders
from penfriend.web.health import Hindrances, Workers, health_routes
from penfriend.web.openapi import with_events
from penfriend.web.openapi_reading import with_reading
from penfriend.web.openapi_results import with_results
from penfriend.web.pages import PageRoutes


class HasRoutes(Protocol):
    """A part of the application."""

    def router(self) -> APIRouter:
        """Its routes."""


def create_app(
    visits: Visits,
    pages: Pages,
    hindrances: Hindrances,
    *parts: HasRoutes,
    workers: Workers = lambda: None,
) -> FastAPI:
    """The application: the pages behind the links of mails, and further parts, of which an earlier one has an
    address that two of them know. `hindrances` says what keeps the service from its work (`/readyz`), and
    `workers` how many are alive."""
    app = FastAPI(
        title="Penfriend",
        version=__version__,
        docs_url=None,  # the page would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # an address that is not ours is the uniform 404
    )
    # an address is looked for in this order: what comes most often first
    busy, others = _apart(parts)
    for part in busy:
        app.include_router(part.router())
    app.include_router(PageRoutes(visits, pages).router())
    app.include_router(health_routes(hindrances, workers))
    for part in others:
        app.include_router(part.router())
    if busy:
        described = app.openapi
        app.openapi = lambda: with_results(with_reading(with_events(described())))  # type: ignore[method-assign]
    Answers(visits, pages).install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    return app


def _apart(parts: Sequence[HasRoutes]) -> tuple[list[HasRoutes], list[HasRoutes]]:
    """Where events come in, and the others."""
    busy: list[HasRoutes] = [part for part in parts if isinstance(part, EventRoutes)]
    return busy, [part for part in parts if not isinstance(part, EventRoutes)]
