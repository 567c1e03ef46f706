"""The web side of a house: its pages over its store, served in a thread."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

from fastapi import FastAPI

from penfriend.bootstrap import House
from penfriend.bootstrap.api_keys import KeyRing
from penfriend.bootstrap.feedback import feedback_desk
from penfriend.bootstrap.figure_book import FigureBook
from penfriend.bootstrap.own_events import own_events
from penfriend.bootstrap.presence import Presence
from penfriend.delivery.esp.hooks import Hooks
from penfriend.domain.errors import PenfriendError, StoreUnavailable
from penfriend.engine.following import Following
from penfriend.engine.hit_book import HitBook, HitWriter
from penfriend.engine.intake import Intake
from penfriend.engine.live import Live
from penfriend.engine.visits import Visits
from penfriend.rendering.pages import Pages, SignedTokens
from penfriend.storage.hit_log import HitLog
from penfriend.storage.visit_log import VisitLog
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.part import Dashboard
from penfriend.web.app import HasRoutes, create_app
from penfriend.web.contacts import ContactRoutes
from penfriend.web.events import EventRoutes
from penfriend.web.hooks import HookRoutes
from penfriend.web.keyholders import Keyholders
from penfriend.web.links import LinkRoutes
from penfriend.web.measured import Measured
from penfriend.web.metrics import MetricsRoutes
from penfriend.web.reading import ReadingRoutes
from penfriend.web.results import ResultRoutes
from penfriend.web.server import RunningServer, serve
from penfriend.web.shop_hooks import ShopHookRoutes


@contextmanager
def serve_house(
    house: House, *, with_previews: bool = False, presence: Presence | None = None
) -> Iterator[RunningServer]:
    """Serve the house's pages and its API at PENFRIEND_LISTEN until it is left; `with_previews`, dashboard
    and `/preview` are open, to this machine alone. `presence` is that of the worker whose process it is.
    Raises SettingError where it cannot listen."""
    with (
        house_app(house, with_previews=with_previews, presence=presence) as app,
        serve(app, house.settings.host, house.settings.port) as server,
    ):
        yield server


@contextmanager
def house_app(
    house: House, *, with_previews: bool = False, presence: Presence | None = None
) -> Iterator[FastAPI]:
    """The application of a house, with the threads that write what it takes."""

    def live() -> Live:
        found = house.live()
        if found is None:
            raise StoreUnavailable("nothing was applied yet")
        return found

    def hindrances() -> list[str]:
        try:
            return [] if house.live() is not None else ["nothing was applied yet"]
        except PenfriendError:
            return ["the database cannot be reached"]

    book_of_figures = FigureBook(house)

    def workers() -> int | None:
        figures = book_of_figures.read()
        return None if figures is None else figures.workers["alive"]

    tokens = SignedTokens(house.settings.keys())
    visits = Visits(
        VisitLog(house.db),
        own_events(house),
        live,
        house.revision,
        house.clock,
        tokens,
    )
    pages = Pages(lambda: live().renderer)
    hooks = Hooks(house.settings.webhooks, house.settings.public_url)
    reports = HookRoutes(hooks, feedback_desk(house).apply, house.clock.now)
    book = HitBook(HitLog(house.db).keep)
    links = LinkRoutes(Following(tokens, book.note, house.clock))
    intake = Intake(lambda events, source: house.ingester().ingest_events(events, source=source))
    keyholders = Keyholders(KeyRing(house))
    events = EventRoutes(keyholders, intake, house.zone_at_hand, house.measures)
    metrics = MetricsRoutes(
        keyholders,
        (lambda: house.measures) if presence is None else presence.measures,
        book_of_figures.read,
        house.db.connections,
        lambda: {"events": intake.waiting, "hits": book.waiting},
    )
    people = ContactRoutes(keyholders, house, intake)
    reading, results = ReadingRoutes(keyholders, house), ResultRoutes(keyholders, house)
    shops = ShopHookRoutes(house.settings.shops, intake, house.zone_at_hand)
    previews = [_open_previews(house)] if with_previews else []
    dashboard = Dashboard(Desk(house), open_here=with_previews)
    parts: tuple[HasRoutes, ...] = (events, people, reading, results, links, metrics, dashboard, *previews)
    # shops before providers, whose address takes any name
    app = create_app(visits, pages, hindrances, shops, reports, *parts, workers=workers)
    app.add_middleware(Measured, measures=house.measures, clock=house.clock)
    with closing(HitWriter(book)), closing(intake):
        yield app


def _open_previews(house: House) -> HasRoutes:
    """Loaded for the demo alone: in the dashboard they are when somebody looks."""
    from penfriend.bootstrap.preview import Previews
    from penfriend.web.preview import PreviewRoutes

    return PreviewRoutes(Previews(house.settings, house.clock, house.db))


def free_port() -> int:
    """A port of the loopback address that nobody listens at now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
