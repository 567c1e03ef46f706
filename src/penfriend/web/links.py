"""Tracked links and dots: `GET /c/{token}` redirects, `GET /o/{token}.gif` is a picture of one dot.

The redirect goes to the address that is signed in the token: nothing else of the request decides. Neither
asks the store.
"""

from __future__ import annotations

from base64 import b64decode
from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from penfriend.domain import hits
from penfriend.engine.following import Following
from penfriend.web.answers import not_found
from penfriend.web.here import network_of
from penfriend.web.pages import SHOWING

DOT = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""A transparent GIF of one dot."""
_OF_A_MAIL = {"Cross-Origin-Resource-Policy": "cross-origin"}
"""A mail program on the web shows the dot on a page of its own."""
NETWORKS = {4: 24, 6: 48}
"""So much of an address is kept: whose network it is, not who."""


class LinkRoutes:
    """The routes of what is tracked."""

    def __init__(self, following: Following) -> None:
        self._following = following

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/c/{token}", self.click, methods=SHOWING)
        router.add_api_route("/o/{token}.gif", self.open, methods=SHOWING)
        return router

    async def click(self, token: str, request: Request) -> Response:
        """Where the link leads."""
        target = self._following.click(token, _seen(request))
        if target is None:
            raise not_found()
        if target.url is None:
            return Response(status_code=HTTPStatus.NO_CONTENT)
        return Response(status_code=HTTPStatus.FOUND, headers={"Location": target.url})

    async def open(self, token: str, request: Request) -> Response:
        """The dot."""
        if not self._following.open(token, _seen(request)):
            raise not_found()
        return Response(DOT, media_type="image/gif", headers=_OF_A_MAIL)


def _seen(request: Request) -> hits.Request:
    return hits.Request(request.method, dict(request.headers.items()), network_of(request, NETWORKS))
