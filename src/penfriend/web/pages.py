"""Routes behind the links of mails. GET and HEAD show, POST acts at once.

No cookie, no CSRF token, no redirect. The token is all the proof there is, and it is in the
address: RFC 8058 wants it so for the one-click POST.
"""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from penfriend.domain.visits import GonePage, LetterPage, Page, SurveyPage, TopicChoices
from penfriend.engine.visits import Visits
from penfriend.rendering.pages import Pages
from penfriend.web.answers import not_found
from penfriend.web.bodies import read_form
from penfriend.web.headers import LETTER

SHOWING = ["GET", "HEAD"]
KEPT_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}
"""The headers of a file whose name changes with its content."""
_PAUSES = {"pause": True, "resume": False}
"""What the buttons of a pause say."""


class PageRoutes:
    """Leaving, preferences, surveys, confirmation and the letter in the browser."""

    def __init__(self, visits: Visits, pages: Pages) -> None:
        self._visits = visits
        self._pages = pages

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(include_in_schema=False)
        for path, show, act in (
            ("/u/{token}", self.show_leaving, self.leave),
            ("/preferences/{token}", self.show_topics, self.choose),
            ("/s/{token}", self.show_survey, self.take_answer),
            ("/confirm/{token}", self.show_confirmation, self.confirm),
        ):
            router.add_api_route(path, show, methods=SHOWING)
            router.add_api_route(path, act, methods=["POST"])
        router.add_api_route("/view/{token}", self.show_letter, methods=SHOWING)
        router.add_api_route("/assets/{name}", self.asset, methods=SHOWING)
        return router

    def show_leaving(self, token: str) -> Response:
        """Which topic would be left."""
        return self._answer(self._visits.leave_page(token))

    async def leave(self, token: str, request: Request) -> Response:
        """Leave at once. What the form says does not matter: who posts here wants to leave."""
        await read_form(request)
        return await run_in_threadpool(lambda: self._answer(self._visits.leave(token)))

    def show_topics(self, token: str) -> Response:
        """All topics."""
        return self._answer(self._visits.topics_page(token))

    async def choose(self, token: str, request: Request) -> Response:
        """Topics on and off, or leave everything."""
        form = await read_form(request)
        choices = TopicChoices(
            wanted=frozenset(form.all("topic")),
            shown=frozenset(form.all("shown")),
            leave_all=form.one("action") == "leave",
            frequency=form.one("frequency"),
            language=form.one("language"),
            pause=_PAUSES.get(form.one("action")),
        )
        return await run_in_threadpool(lambda: self._answer(self._visits.choose(token, choices)))

    def show_survey(self, token: str) -> Response:
        """The scale, with the token's score chosen."""
        return self._answer(self._visits.survey_page(token))

    async def take_answer(self, token: str, request: Request) -> Response:
        """Store the answer."""
        form = await read_form(request)
        score, comment = _whole(form.one("score")), form.one("comment")
        return await run_in_threadpool(lambda: self._answer(self._visits.answer(token, score, comment)))

    def show_confirmation(self, token: str) -> Response:
        """What would be confirmed."""
        return self._answer(self._visits.confirm_page(token))

    async def confirm(self, token: str, request: Request) -> Response:
        """Subscribe what was asked for."""
        await read_form(request)
        return await run_in_threadpool(lambda: self._answer(self._visits.confirm(token)))

    def show_letter(self, token: str) -> Response:
        """The mail in the browser."""
        return self._answer(self._visits.letter_for_view(token))

    def asset(self, name: str) -> Response:
        """The style sheet."""
        if name != self._pages.stylesheet.name:
            raise not_found()
        return Response(self._pages.stylesheet.content, media_type="text/css", headers=KEPT_FOR_GOOD)

    def _answer(self, page: Page | None) -> Response:
        if page is None:
            raise not_found()
        return HTMLResponse(
            self._pages.html(page), _status(page), LETTER if isinstance(page, LetterPage) else None
        )


def _status(page: Page) -> HTTPStatus:
    if isinstance(page, GonePage):
        return HTTPStatus.GONE
    if isinstance(page, SurveyPage) and page.fault:
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.OK


def _whole(text: str) -> int | None:
    """A score as a form sends it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None
