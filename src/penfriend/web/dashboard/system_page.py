"""How the house runs: workers, ticks, transports, database, and what needs a look."""

from __future__ import annotations

from starlette.responses import Response

from penfriend.bootstrap.figure_book import FigureBook
from penfriend.bootstrap.system_state import system_state
from penfriend.domain.accounts.roles import Right
from penfriend.domain.timing import SECOND
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route

MANY = 20
"""Recipients' domains that rest and have a line of their own."""
STATUSES = ("due", "claimed", "sending", "unknown")
"""Of mails that are not over."""
_UNITS = ("kB", "MB", "GB", "TB")


class SystemPage:
    """The page of `/system`. Texts of other systems and places of machines are for operators."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._book = FigureBook(desk.house)

    def routes(self) -> list[Route]:
        """The route."""
        return [Route("GET", "/system", Right.LOOK, self.show)]

    def show(self, ask: Ask) -> Response:
        """The house as it is now."""
        found = system_state(self._desk.house, self._book)
        resting = sorted(found.destinations.items())
        return self._desk.page(
            ask,
            "system",
            found=found,
            statuses=STATUSES,
            destinations=resting[:MANY],
            left_out=max(0, len(resting) - MANY),
            whole=ask.role is not None and ask.role.may(Right.USERS),
            seconds=lambda value: round(value, 3),
            size=size_in_words,
            second=SECOND,
        )


def size_in_words(size: int) -> tuple[float, str]:
    """A number of bytes as a small number and its unit."""
    value, unit = size / 1000, _UNITS[0]
    for following in _UNITS[1:]:
        if value < 1000:
            break
        value, unit = value / 1000, following
    return round(value, 1), unit
