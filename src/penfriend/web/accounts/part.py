"""The dashboard as a part of the application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from starlette.responses import Response

from penfriend.domain.accounts.roles import Right
from penfriend.web.accounts.account_pages import AccountPages
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.gate import Gate
from penfriend.web.accounts.login_pages import LoginPages
from penfriend.web.accounts.openid_pages import OpenIdPages
from penfriend.web.accounts.preview_part import PreviewPart
from penfriend.web.accounts.routes import Route
from penfriend.web.accounts.user_pages import UserPages
from penfriend.web.answers import not_found
from penfriend.web.dashboard.campaigns import CampaignPages
from penfriend.web.dashboard.contact_deeds import ContactDeeds
from penfriend.web.dashboard.contact_pages import ContactPages
from penfriend.web.dashboard.deliverability_page import DeliverabilityPage
from penfriend.web.dashboard.drawings import Drawn
from penfriend.web.dashboard.home import HomePage
from penfriend.web.dashboard.letters_page import LettersPage
from penfriend.web.dashboard.plan_page import PlanPage
from penfriend.web.dashboard.relationship_page import RelationshipPage
from penfriend.web.dashboard.segment_pages import SegmentPages
from penfriend.web.dashboard.simulation_page import SimulationPage
from penfriend.web.dashboard.survey_page import SurveyPages
from penfriend.web.dashboard.system_page import SystemPage
from penfriend.web.pages import KEPT_FOR_GOOD, SHOWING

ASSETS = "/dashboard/assets/{name}"


class Dashboard:
    """`GET /` and below. One that is `open_here` shows what a viewer sees to everybody at this machine, and
    has no other routes: it is the demo's."""

    def __init__(self, desk: Desk, *, open_here: bool = False) -> None:
        self._desk, self._open = desk, open_here
        self._gate = Gate(desk, open_here=open_here)

    def routes(self) -> list[Route]:
        """Every route with who may have it; the style sheet and the scripts are everybody's."""
        login = LoginPages(self._desk)
        pages = (
            HomePage(self._desk),
            RelationshipPage(self._desk),
            CampaignPages(self._desk),
            SurveyPages(self._desk),
            PreviewPart(self._desk),
            LettersPage(self._desk),
            DeliverabilityPage(self._desk),
            SystemPage(self._desk),
            login,
            OpenIdPages(self._desk, login),
            AccountPages(self._desk),
            UserPages(self._desk),
            ContactDeeds(self._desk, contacts := ContactPages(self._desk)),
            contacts,
            SegmentPages(self._desk),
            PlanPage(self._desk),
            SimulationPage(self._desk),
            Drawn(self._desk),
        )
        found = [route for one in pages for route in one.routes()]
        return [route for route in found if route.who is Right.LOOK] if self._open else found

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(include_in_schema=False)
        for route in self.routes():
            methods = SHOWING if route.method == "GET" else ["POST"]
            router.add_api_route(route.path, self._endpoint(route), methods=methods)
        router.add_api_route(ASSETS, self.asset, methods=SHOWING)
        return router

    def asset(self, name: str) -> Response:
        """The style sheet, or a script."""
        pages = self._desk.pages
        found = {pages.stylesheet.name: (pages.stylesheet.content, "text/css")}
        found |= {one.name: (one.content, "text/javascript") for one in pages.scripts}
        if name not in found:
            raise not_found()
        content, kind = found[name]
        return Response(content, media_type=kind, headers=KEPT_FOR_GOOD)

    def _endpoint(self, route: Route) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await self._gate.pass_on(route, request)

        return answer
