"""The overview: what is live and since when, how its mails stand, and what people wrote."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from penfriend.bootstrap.counting import campaign_starts, comments_of
from penfriend.domain.accounts.roles import Right
from penfriend.domain.overview import CampaignCounts, Overview
from penfriend.domain.timing import Moment
from penfriend.rendering.wall import WallNote, wall
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route

TOTALS = ("sent", "due", "failed", "unknown", "skipped")
"""The statuses whose totals are shown; what is on its way counts as due."""
_ON_THE_WAY = ("due", "claimed", "sending")


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign in the table."""

    name: str
    since: Moment | None
    """When it went live; None for one that is live no more."""
    stopped: bool
    entered: int
    waiting: int
    sent: int
    due: int
    failed: int


class HomePage:
    """The page of `/`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """The route."""
        return [Route("GET", "/", Right.LOOK, self.show)]

    def show(self, ask: Ask) -> Response:
        """The same counts as `penfriend status`."""
        house = self._desk.house
        overview, starts = house.overview(), campaign_starts(house.db)
        return self._desk.page(
            ask,
            "home",
            overview=overview,
            totals={status: _total(overview, status) for status in TOTALS},
            campaigns=[
                _line(name, counts, starts.get(name), overview)
                for name, counts in sorted(overview.campaigns.items())
            ],
            live=house.revision_number(),
            wall=self._wall(ask),
        )

    def _wall(self, ask: Ask) -> list[WallNote] | None:
        """The newest comments; None where nobody was asked for any."""
        live, comments = self._desk.live(), comments_of(self._desk.house.db)
        if live is None or not (comments or live.definitions.surveys):
            return None
        accepted = ask.request.headers.get("accept-language", "")
        return wall(comments, live.definitions, live.renderer, self._desk.pages.locale(accepted))


def _line(name: str, counts: CampaignCounts, since: Moment | None, overview: Overview) -> CampaignLine:
    return CampaignLine(
        name=name,
        since=since,
        stopped=name in overview.stopped,
        entered=counts.entered,
        waiting=counts.waiting,
        sent=_of(counts, "sent"),
        due=_of(counts, "due"),
        failed=_of(counts, "failed"),
    )


def _total(overview: Overview, status: str) -> int:
    return sum(_of(counts, status) for counts in overview.campaigns.values())


def _of(counts: CampaignCounts, status: str) -> int:
    if status == "skipped":
        return sum(counts.skipped.values())
    together = _ON_THE_WAY if status == "due" else (status,)
    return sum(counts.messages.get(one, 0) for one in together)
