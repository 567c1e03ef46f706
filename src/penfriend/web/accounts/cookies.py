"""The cookies of the dashboard: none is read by a script, none goes with a request from another site's form.

Over https their names begin with `__Host-`: no other host of the domain can set or replace them (RFC 6265bis,
4.1.3.2).
"""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from penfriend.web.here import is_from_here

SESSION = "penfriend_session"
VISIT = "penfriend_visit"
"""Who has not signed in yet: it ties the form to the browser."""
BROWSER = "penfriend_browser"
"""That somebody has signed in here before (`penfriend.domain.accounts.throttle`); it opens nothing."""
OPENID = "penfriend_openid"
"""Sealed: what was asked of the OpenID Connect provider."""
BROWSER_SECONDS = 400 * 24 * 3600
"""As long as browsers keep a cookie."""


class Cookies:
    """Reads and sets them. `public_url` says whether the dashboard is reached by https; who comes through a
    tunnel to an address of this machine has no https there, and their cookies are that address's alone."""

    def __init__(self, public_url: str) -> None:
        self._https = public_url.startswith("https://")

    def name(self, request: Request, which: str) -> str:
        """What the cookie is called in the answer to this request."""
        return f"__Host-{which}" if self._is_secure(request) else which

    def read(self, request: Request, which: str) -> str:
        """Its value; empty for none."""
        return request.cookies.get(self.name(request, which), "")

    def give(
        self, request: Request, response: Response, which: str, value: str, seconds: int | None = None
    ) -> None:
        """Let the browser keep it, for so long or until it is closed."""
        response.set_cookie(
            self.name(request, which),
            value,
            max_age=seconds,
            path="/",
            secure=self._is_secure(request),
            httponly=True,
            samesite="lax",
        )

    def take(self, request: Request, response: Response, which: str) -> None:
        """Let the browser forget it."""
        response.delete_cookie(
            self.name(request, which),
            path="/",
            secure=self._is_secure(request),
            httponly=True,
            samesite="lax",
        )

    def _is_secure(self, request: Request) -> bool:
        return self._https and not is_from_here(request)
