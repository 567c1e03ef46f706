"""`/preview`: letters looked at before anybody gets them.

`penfriend run` has them behind the login of the dashboard (`penfriend.web.accounts.preview_part`). In
`penfriend demo` and `penfriend preview --serve` they need none, and are on the loopback address alone, by
the router here: there every request must name this machine as its host, and a page from elsewhere whose name
was made to mean 127.0.0.1 (DNS rebinding) is refused. Nothing is changed by any of it. Letters stand in
sandboxed frames with a policy of their own; the one script is ours and reloads the page.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from penfriend.bootstrap.file_stamps import Stamp
from penfriend.bootstrap.preview import Previews
from penfriend.domain.errors import CampaignFilesInvalid, PenfriendError
from penfriend.domain.preview import Asked, Preview, SentBy, Somebody, Standing
from penfriend.domain.problems import Place, Problem
from penfriend.rendering.preview_pages import (
    LOOKS,
    VIEWS,
    Cell,
    Choice,
    PreviewPages,
    Row,
    Shelf,
    language,
    letter_key,
    shown,
)
from penfriend.web.answers import not_found
from penfriend.web.headers import FRAMED_LETTER, PREVIEW
from penfriend.web.here import from_this_machine
from penfriend.web.preview_paths import ALL, ASSET, CHANGED, LETTER, MESSAGE, PAGE

log = logging.getLogger("penfriend.preview")
SHOWING = ["GET", "HEAD"]
LOOK_SECONDS = 0.5
"""So often are the files looked at while a page waits for a change."""
WAIT_SECONDS = 4.0
"""So long does it wait before it asks again: not longer than a server that stops gives it."""
_KEPT_FOR_GOOD = {"Cache-Control": "private, max-age=31536000, immutable"}


class PreviewRoutes:
    """The routes."""

    def __init__(
        self,
        previews: Previews,
        pages: PreviewPages | None = None,
        standing: Callable[[], Standing] | None = None,
    ) -> None:
        self._previews, self._pages, self._standing = previews, pages or PreviewPages(), standing

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(include_in_schema=False, dependencies=[Depends(from_this_machine)])
        for path, show in (
            (PAGE, self.page),
            (ALL, self.matrix),
            (LETTER, self.letter),
            (MESSAGE, self.message),
            (CHANGED, self.changed),
            (ASSET, self.asset),
        ):
            router.add_api_route(path, show, methods=SHOWING)
        return router

    def page(self, request: Request) -> Response:
        """One letter."""
        shelf = self._shelf()
        by = _named(shelf.letters, request.query_params)
        if by is None:
            if request.query_params.get("letter") or not shelf.letters:
                return self._page(shelf, SentBy("", "", ""), Asked(""), "light", _NO_LETTER)
            return self._to(Choice(shelf.letters[0]).query())
        asked = _asked(by, request.query_params)
        view = _one_of(VIEWS, request.query_params.get("view"))
        meant = self._previews.people(asked.contact) if asked.contact else ()
        if len(meant) == 1 and meant[0].who != asked.contact:
            chosen = replace(Choice.of(asked, by), contact=meant[0].who)
            return self._to(chosen.query(view=view))
        return self._page(shelf, by, asked, view, meant=meant)

    def _page(
        self,
        shelf: Shelf,
        by: SentBy,
        asked: Asked,
        view: str,
        problems: tuple[Problem, ...] = (),
        meant: Sequence[Somebody] = (),
    ) -> Response:
        found: Preview | None = None
        if not problems and not meant:
            made = self._make(asked)
            found, problems = (made, ()) if isinstance(made, Preview) else (None, made)
        warnings = self._previews.warnings(asked.template) if found is not None else ()
        html = self._pages.letter(shelf, Choice.of(asked, by), view, found, problems, warnings, meant)
        return HTMLResponse(html, headers=PREVIEW)

    def matrix(self, request: Request) -> Response:
        """All letters in all languages."""
        shelf, query = self._shelf(), request.query_params
        look, person = _one_of(LOOKS, query.get("look")), query.get("person", "")
        rows: dict[str, Row] = {}
        for by in shelf.letters:
            if by.template not in rows:
                rows[by.template] = self._row(by, person, look)
        return HTMLResponse(self._pages.matrix(shelf, tuple(rows.values()), person, look), headers=PREVIEW)

    def _row(self, by: SentBy, person: str, look: str) -> Row:
        cells = []
        for locale in self._previews.locales(by.template):
            choice = Choice(by, person, "", locale)
            source = choice.at(LETTER, look=look, subject="yes")
            cells.append(Cell(language(locale), source, choice.query(view=look)))
        return Row(by.template, tuple(cells))

    def letter(self, request: Request) -> Response:
        """The HTML of a letter, for a frame."""
        query = request.query_params
        made = self._make_asked(query)
        if not isinstance(made, Preview):
            return HTMLResponse(self._pages.fault(made), headers=FRAMED_LETTER)
        subject = made.subject if query.get("subject") else ""
        return HTMLResponse(
            shown(made.html, _one_of(LOOKS, query.get("look")), subject), headers=FRAMED_LETTER
        )

    def message(self, request: Request) -> Response:
        """The whole message, as a file."""
        made = self._make_asked(request.query_params)
        if not isinstance(made, Preview):
            raise not_found()
        name = "".join(letter if letter.isalnum() else "-" for letter in made.by.template)
        return Response(
            made.content,
            media_type="message/rfc822",
            headers={"Content-Disposition": f'attachment; filename="{name}.eml"'},
        )

    async def changed(self, since: str = "") -> Response:
        """The stamp of the files: at once where it is another than `since`, else a while later."""
        loop = asyncio.get_running_loop()
        until = loop.time() + WAIT_SECONDS
        while True:
            now = _hash(await run_in_threadpool(self._previews.stamp))
            if now != since or loop.time() >= until:
                return PlainTextResponse(now)
            await asyncio.sleep(LOOK_SECONDS)

    def asset(self, name: str) -> Response:
        """Style sheet and script."""
        found = self._pages.assets.get(name)
        if found is None:
            raise not_found()
        return Response(found.content, media_type=found.media_type, headers=_KEPT_FOR_GOOD)

    def _to(self, path: str) -> Response:
        return RedirectResponse(f"{self._pages.root}{path}", HTTPStatus.SEE_OTHER)

    def _shelf(self) -> Shelf:
        shelf = self._shelf_of_files()
        return shelf if self._standing is None else replace(shelf, standing=self._standing())

    def _shelf_of_files(self) -> Shelf:
        stamp = _hash(self._previews.stamp())
        try:
            looked = self._previews.look()
            letters, locales = self._previews.letters(), self._previews.all_locales()
        except CampaignFilesInvalid as invalid:
            return Shelf((), (), self._previews.has_store, stamp, invalid.problems)
        except PenfriendError as error:
            return Shelf((), (), self._previews.has_store, stamp, (_without_place(str(error)),))
        errors = [one for one in looked.problems if one.level == "error"]
        return Shelf(letters, locales, self._previews.has_store, stamp, errors, self._previews.people())

    def _make_asked(self, query: Mapping[str, str]) -> Preview | tuple[Problem, ...]:
        try:
            by = _named(self._previews.letters(), query)
        except PenfriendError:
            return _NO_LETTER
        return _NO_LETTER if by is None else self._make(_asked(by, query))

    def _make(self, asked: Asked) -> Preview | tuple[Problem, ...]:
        """The letter, or what is wrong with it."""
        try:
            return self._previews.make(asked)
        except CampaignFilesInvalid as invalid:
            return invalid.problems
        except PenfriendError as error:
            return (_without_place(str(error)),)
        except Exception as error:  # a fault of ours, met by one letter or the data of one person
            what = f"{type(error).__name__}: {error}"
            log.error("a letter could not be shown: %s", what, exc_info="PENFRIEND_DEBUG" in os.environ)
            return (_without_place(f"something went wrong that should not: {what}. Please report it"),)


def _without_place(text: str) -> Problem:
    """What is wrong with no line of a file."""
    return Problem(Place(""), text)


_NO_LETTER = (_without_place("there is no such letter any more; choose another."),)


def _named(letters: Sequence[SentBy], query: Mapping[str, str]) -> SentBy | None:
    wanted = query.get("letter", "")
    return next((by for by in letters if letter_key(by) == wanted), None)


def _asked(by: SentBy, query: Mapping[str, str]) -> Asked:
    contact = query.get("contact", "").strip()
    person = "" if contact else query.get("person", "")
    return Asked(by.template, by.campaign, by.step, person, contact, query.get("locale", ""))


def _one_of(known: Mapping[str, str], name: str | None) -> str:
    return name if name is not None and name in known else next(iter(known))


def _hash(stamp: Stamp) -> str:
    return hashlib.sha256(repr(sorted(stamp)).encode()).hexdigest()[:16]
