"""The gate before every route of the dashboard: who asks, whether they may, and whether a change was meant.

A change is a POST from a page of ours (Origin, Sec-Fetch-Site) with the token that its form was given. The
token is bound to the session, or before there is one to a cookie of the visit: so nobody can be signed in by
a page of somebody else either.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Mapping
from http import HTTPStatus

from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from penfriend.domain.accounts.roles import Right, Role
from penfriend.domain.accounts.users import TOKEN_BYTES, Session, Stage
from penfriend.web.accounts.asking import Ask, from_our_page, path_of_ours
from penfriend.web.accounts.cookies import SESSION, VISIT
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route, To
from penfriend.web.bodies import Form, read_form
from penfriend.web.here import is_from_here

_FORM = "form"
"""The purpose of the mark in a form."""
LONGEST_VISIT = 100


class Gate:
    """Lets requests through to the answers of their routes. A gate that is `open` takes everybody at this
    machine for a viewer, and asks for no session: the demo's."""

    def __init__(self, desk: Desk, *, open_here: bool = False) -> None:
        self._desk, self._open = desk, open_here

    async def pass_on(self, route: Route, request: Request) -> Response:
        """The answer to a request."""
        if self._open:
            _only_from_here(request)
        form = await read_form(request) if route.method == "POST" else Form([])
        due: dict[str, str] = {}
        try:
            answer = await run_in_threadpool(self._answer, route, request, form, due)
            response = answer if isinstance(answer, Response) else await answer
        except HTTPException as error:  # a token that was replaced must reach its browser all the same
            given = self._with_cookies(Response(), request, due).headers.get("set-cookie")
            error.headers = {**(error.headers or {}), **({"set-cookie": given} if given else {})}
            raise
        return self._with_cookies(response, request, due)

    def _with_cookies(self, response: Response, request: Request, due: Mapping[str, str]) -> Response:
        cookies = self._desk.cookies
        for cookie, value in due.items():
            if not _gives(response, cookies.name(request, cookie)):
                cookies.give(request, response, cookie, value)
        return response

    def _answer(
        self, route: Route, request: Request, form: Form, due: dict[str, str]
    ) -> Response | Awaitable[Response]:
        """The answer, or what has yet to be waited for. The cookies that it is to give are put into `due`."""
        cookies = self._desk.cookies
        token = cookies.read(request, SESSION)
        is_use = route.is_use and not _is_refresh(request)
        found = None if self._open else self._desk.sessions.find(token, is_use=is_use)
        session = found.session if found else None
        visit = cookies.read(request, VISIT)[:LONGEST_VISIT]
        fresh = "" if session or visit else secrets.token_urlsafe(TOKEN_BYTES)
        bound = _bound_to(session, visit or fresh)
        ask = Ask(request, form, session, self._role(session), self._desk.door.seals.mark(bound, _FORM))
        if found and found.token:
            due[SESSION] = found.token
        if fresh and route.who is To.EVERYBODY:
            due[VISIT] = fresh
        return self._stop(route, ask, bound) or route.answer(ask)

    def _role(self, session: Session | None) -> Role | None:
        if self._open:
            return Role.VIEWER
        return session.user.role if session and session.stage is Stage.IN else None

    def _stop(self, route: Route, ask: Ask, bound: str) -> Response | None:
        """What is answered instead; None where the request may pass."""
        if route.method == "POST" and not self._is_meant(ask, bound):
            return self._desk.message(ask, "refused", HTTPStatus.FORBIDDEN)
        if route.who is To.EVERYBODY:
            return None
        half_in = ask.session is not None and ask.session.stage is Stage.CODE
        if route.who is To.HALF_IN:
            return None if half_in else self._desk.to("/login")
        if ask.role is None and _is_refresh(ask.request):
            # the sign-in page in the middle of another would help nobody
            return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Refresh": "true"})
        if ask.role is None:
            where = "/login/code" if half_in else "/login"
            next_path = path_of_ours(ask.request.url.path) if route.method == "GET" else "/"
            return self._desk.to(where if next_path == "/" else f"{where}?next={next_path}")
        if isinstance(route.who, Right) and not ask.role.may(route.who):
            return self._desk.message(ask, "forbidden", HTTPStatus.FORBIDDEN)
        return None

    def _is_meant(self, ask: Ask, bound: str) -> bool:
        ours = from_our_page(ask.request, self._desk.house.settings.public_url)
        return ours and self._desk.door.seals.is_marked(ask.form.one("form_token"), bound, _FORM)


def _is_refresh(request: Request) -> bool:
    """Whether a page asks by itself, for a part of it that refreshes (htmx)."""
    return request.headers.get("hx-request") == "true"


def _only_from_here(request: Request) -> None:
    if not is_from_here(request):
        raise HTTPException(HTTPStatus.MISDIRECTED_REQUEST)


def _bound_to(session: Session | None, visit: str) -> str:
    return f"session/{session.id}/{session.made_at}" if session else f"visit/{visit}"


def _gives(response: Response, cookie: str) -> bool:
    """Whether the answer sets or deletes the cookie itself."""
    return any(value.startswith(f"{cookie}=") for value in response.headers.getlist("set-cookie"))
