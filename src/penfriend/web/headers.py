"""The headers of every answer: nothing is run, framed, indexed, kept or passed on."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
"""Content-Security-Policy of our own pages: one style sheet of ours, forms to us, no script at all."""

DASHBOARD_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Of the pages behind the login: their scripts come from files of ours, and ask nobody but us. Nothing that
stands in a page is run, be it an element, an attribute or a text (`unsafe-inline`, `unsafe-eval`)."""

LETTER_POLICY = (
    "default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; form-action 'none';"
    " base-uri 'none'; frame-ancestors 'none';"
    " sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
"""Of a letter in the browser: mails are styled inline and show pictures of the shop. `sandbox` gives it an
origin of its own, in which no script runs and no form is sent; its links go on working."""

LETTER: Mapping[str, str] = {
    "Content-Security-Policy": LETTER_POLICY,
    # a sandboxed page with an opener policy is a network error (HTML, "obtain a response for navigation")
    "Cross-Origin-Opener-Policy": "unsafe-none",
}
"""What a letter in the browser has instead of the same of SECURITY."""

WITH_A_FRAME: Mapping[str, str] = {"Content-Security-Policy": f"{DASHBOARD_POLICY}; frame-src 'self'"}
"""What a page of the dashboard has on which a mail is looked at: it stands in a frame."""

PREVIEW: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}
"""What a page has on which letters are looked at: letters in frames, and one script of ours."""

FRAMED_LETTER: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; form-action 'none';"
        " base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
"""What a letter in a frame of them has: no script, no form, no way out. It has our origin, so that our own
script can read how far it is scrolled; without `allow-scripts` nothing in it can make use of that."""

SECURITY: Mapping[str, str] = {
    "Content-Security-Policy": PAGE_POLICY,
    "Referrer-Policy": "no-referrer",  # a token must not reach the shop's own site, or anybody's
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""What an answer has that does not say otherwise."""


class SecurityHeaders:
    """Adds them to every answer of the application inside."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)
