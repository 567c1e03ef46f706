"""Puts the web side together."""

from __future__ import annotations

from fastapi import FastAPI

from penfriend import __version__
from penfriend.engine.visits import Visits
from penfriend.rendering.pages import Pages
from penfriend.web.answers import Answers
from penfriend.web.bodies import BodyLimit
from penfriend.web.events import EventRoutes
from penfriend.web.headers import SecurityHeaders
from penfriend.web.health import Hindrances, health_routes
from penfriend.web.hooks import HookRoutes
from penfriend.web.openapi import with_events
from penfriend.web.pages import PageRoutes
from penfriend.web.shop_hooks import ShopHookRoutes


def create_app(
    visits: Visits,
    pages: Pages,
    hindrances: Hindrances,
    hooks: HookRoutes | None = None,
    events: EventRoutes | None = None,
    shops: ShopHookRoutes | None = None,
) -> FastAPI:
    """The application. `hindrances` says what keeps the service from its work (`/readyz`); without `hooks` no
    provider reports, without `events` and `shops` no events are taken."""
    app = FastAPI(
        title="Penfriend",
        version=__version__,
        docs_url=None,  # the page would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # an address that is not ours is the uniform 404
    )
    app.include_router(PageRoutes(visits, pages).router())
    app.include_router(health_routes(hindrances))
    if shops is not None:  # before the providers, whose route takes any name
        app.include_router(shops.router())
    if hooks is not None:
        app.include_router(hooks.router())
    if events is not None:
        app.include_router(events.router())
        described = app.openapi
        app.openapi = lambda: with_events(described())  # type: ignore[method-assign]  # FastAPI's own way
    Answers(visits, pages).install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    return app
