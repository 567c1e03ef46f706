"""Signing in by OpenID Connect: off to the provider, and back.

What was asked is kept in a cookie of this browser, sealed: an answer that belongs to another browser's
question is refused. Both are GET, as the protocol wants it; the first changes nothing here, and the second is
proved by state, nonce and PKCE.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from penfriend.accounts.openid import LASTS, OpenIdRefused, Provider
from penfriend.domain.timing import SECOND
from penfriend.web.accounts.asking import Ask, path_of_ours
from penfriend.web.accounts.cookies import OPENID
from penfriend.web.accounts.desk import HEADERS, Desk
from penfriend.web.accounts.login_pages import LoginPages
from penfriend.web.accounts.routes import Route, To

CALLBACK = "/login/oidc/callback"
_PURPOSE = "openid"
_log = logging.getLogger("penfriend.accounts")


class OpenIdPages:
    """The two routes; none where no provider is set."""

    def __init__(self, desk: Desk, login: LoginPages) -> None:
        self._desk, self._login = desk, login
        client, public = desk.house.settings.oidc, desk.house.settings.public_url
        self._provider = None if client is None else Provider(client, f"{public}{CALLBACK}")

    def routes(self) -> list[Route]:
        """The routes."""
        if self._provider is None:
            return []
        return [
            Route("GET", "/login/oidc", To.EVERYBODY, self.leave),
            Route("GET", CALLBACK, To.EVERYBODY, self.come_back),
        ]

    def leave(self, ask: Ask) -> Response:
        """Off to the provider."""
        if self._provider is None:
            return self._desk.to("/login")
        clock = self._desk.house.clock
        wanted = path_of_ours(ask.request.query_params.get("next", ""))
        try:
            begun = self._provider.begin(clock.now(), clock.elapsed(), wanted)
        except OpenIdRefused as refused:
            return self._refuse(ask, refused)
        response = RedirectResponse(begun.url, HTTPStatus.SEE_OTHER, HEADERS)
        sealed = self._desk.door.seals.seal(begun.kept, _PURPOSE)
        self._desk.cookies.give(ask.request, response, OPENID, sealed, LASTS // SECOND)
        return response

    def come_back(self, ask: Ask) -> Response:
        """With an answer of the provider."""
        kept = self._desk.door.seals.open(self._desk.cookies.read(ask.request, OPENID), _PURPOSE)
        clock = self._desk.house.clock
        try:
            if kept is None or self._provider is None:
                raise OpenIdRefused("this browser has asked nothing")
            query = dict(ask.request.query_params)
            identity, wanted = self._provider.finish(kept, query, clock.now(), clock.elapsed())
        except OpenIdRefused as refused:
            return self._refuse(ask, refused)
        done = self._desk.door.by_identity(identity, ask.place)
        if done is None:
            response = self._login.refuse(ask, "unknown", HTTPStatus.FORBIDDEN)
        else:
            response = self._login.let_in(ask, done, wanted)
        self._desk.cookies.take(ask.request, response, OPENID)
        return response

    def _refuse(self, ask: Ask, refused: OpenIdRefused) -> Response:
        _log.warning("a sign-in by OpenID Connect failed: %s", refused)
        response = self._login.refuse(ask, "failed", HTTPStatus.BAD_REQUEST)
        self._desk.cookies.take(ask.request, response, OPENID)
        return response
