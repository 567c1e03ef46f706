"""The drawings of charts for pages that did not wait for them: what a page asks for by itself, behind it."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from penfriend.domain.accounts.roles import Right
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route
from penfriend.web.answers import not_found


class Drawn:
    """`/dashboard/drawings/WIDE/NARROW`: the two drawings of a chart, by what they are kept by. Who does not
    know all that is in a chart cannot ask for it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """The route."""
        return [Route("GET", "/dashboard/drawings/{wide}/{narrow}", Right.LOOK, self.show, is_use=False)]

    def show(self, ask: Ask) -> Response:
        """The SVG elements, as they stand in a page."""
        keys = [ask.request.path_params[name] for name in ("wide", "narrow")]
        drawn = self._desk.pages.drawn(keys)
        if drawn is None:
            raise not_found()
        return HTMLResponse(drawn)
