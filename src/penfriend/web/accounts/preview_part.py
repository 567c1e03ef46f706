"""`/preview` behind the login: the letters of the files, for sample people or for the store's contacts.

What makes them is loaded when somebody looks first, not when the daemon starts. A few requests at
once are answered, and the others wait without holding a thread: whoever opens the page of all letters keeps
neither the pages behind the links of mails nor the sending from their work.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from penfriend.domain.accounts.roles import Right
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route
from penfriend.web.preview_paths import ALL, ASSET, CHANGED, LETTER, MESSAGE, PAGE

if TYPE_CHECKING:
    from penfriend.web.preview import PreviewRoutes

AT_ONCE = 2
"""So many letters or pages of them are made at once."""
Show = Callable[["PreviewRoutes", Ask], Response]


class PreviewPart:
    """The pages of `/preview`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._loading = threading.Lock()
        self._loaded: PreviewRoutes | None = None
        self._turn = asyncio.Semaphore(AT_ONCE)

    def routes(self) -> list[Route]:
        """The routes; a page that waits for a change of the files does not keep a session alive."""
        shown: dict[str, Show] = {
            PAGE: lambda letters, ask: letters.page(ask.request),
            ALL: lambda letters, ask: letters.matrix(ask.request),
            LETTER: lambda letters, ask: letters.letter(ask.request),
            MESSAGE: lambda letters, ask: letters.message(ask.request),
            ASSET: lambda letters, ask: letters.asset(ask.request.path_params["name"]),
        }
        return [
            *(Route("GET", path, Right.PREVIEW, self._in_turn(show)) for path, show in shown.items()),
            Route("GET", CHANGED, Right.PREVIEW, self._changed, is_use=False),
        ]

    def _in_turn(self, show: Show) -> Callable[[Ask], Awaitable[Response]]:
        async def answer(ask: Ask) -> Response:
            async with self._turn:
                return await run_in_threadpool(lambda: show(self._letters(), ask))

        return answer

    async def _changed(self, ask: Ask) -> Response:
        letters = await run_in_threadpool(self._letters)
        return await letters.changed(ask.request.query_params.get("since", ""))

    def _letters(self) -> PreviewRoutes:
        with self._loading:
            if self._loaded is None:
                self._loaded = _load(self._desk)
            return self._loaded


def _load(desk: Desk) -> PreviewRoutes:
    from penfriend.bootstrap.preview import Previews
    from penfriend.bootstrap.preview_standing import standing_of
    from penfriend.rendering.preview_pages import PreviewPages
    from penfriend.web.preview import PreviewRoutes

    house = desk.house
    previews = Previews(house.settings, house.clock, house.db)
    pages = PreviewPages(desk.root, in_dashboard=True)
    return PreviewRoutes(previews, pages, lambda: standing_of(house.db, previews))
