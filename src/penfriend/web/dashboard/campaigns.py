"""The campaigns: all in a list, and each with its flow, its worth, its newest mails, tests and lines."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote

from starlette.responses import Response

from penfriend.bootstrap.campaign_views import CampaignPage, CampaignViews
from penfriend.bootstrap.trial_runs import TrialDesk
from penfriend.domain.accounts.roles import Right
from penfriend.domain.charts import Chart, Kind, Series
from penfriend.domain.overview import MessageLine
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route
from penfriend.web.answers import not_found

_OVER = ("complained", "bounced", "delivered")
"""What came back of a mail, the worst first."""
WHY = {"sent": (), "skipped": ("skip", "end"), "postponed": ("wait",), "exit": ("end",)}
"""In which of the closed lists the reason stands of what a test expects."""
RELOADS = 4
"""Seconds after which a page that waits for tests looks again by itself, also without a script."""


class CampaignPages:
    """The pages of `/campaigns`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._views, self._trials = CampaignViews(desk.house), TrialDesk(desk.house)

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("GET", "/campaigns", Right.LOOK, self.show_all),
            Route("GET", "/campaigns/{name}", Right.LOOK, self.show),
            Route("POST", "/campaigns/{name}/tests", Right.PREVIEW, self.run_tests),
        ]

    def show_all(self, ask: Ask) -> Response:
        """The list."""
        live = self._desk.live()
        rows = [] if live is None else self._views.rows(live)
        mailing = [one for one in rows if one.figures.sent]
        return self._desk.page(
            ask,
            "campaigns",
            rows=mailing,
            quiet=[one for one in rows if not one.figures.sent],
            tracking=live.definitions.tracking_of if live else None,
            aiming=live.definitions.aiming if live else (),
        )

    def show(self, ask: Ask, fault: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
        """One of them. Who the mails are to is shown to those alone who may see people."""
        live, name = self._desk.live(), ask.request.path_params["name"]
        found = None if live is None else self._views.page(live, name)
        if live is None or found is None:
            raise not_found()
        progress = self._trials.progress()
        mine = progress.share if progress is not None and progress.about == name else None
        page = self._desk.page(
            ask,
            "campaign",
            status,
            page=found,
            chart_of_days=self._days(ask, found),
            short=lambda step: step.removeprefix(f"{found.campaign.name}/"),
            became=became,
            person=person,
            tracking=live.definitions.tracking_of,
            tests_run=self._trials.known(name, live.revision),
            tests_progress=mine,
            tests_fault=fault,
            tests_why=self._trials.fault(name),
            why_lists=WHY,
            wall=datetime.fromisoformat,
        )
        if mine is not None:
            page.headers["Refresh"] = f"{RELOADS}; url={self._desk.root}{_tests_of(name)}"
        return page

    def run_tests(self, ask: Ask) -> Response:
        """Run the tests of one."""
        live, name = self._desk.live(), ask.request.path_params["name"]
        if live is None or all(one.campaign != name for one in live.definitions.tests):
            raise not_found()
        if not self._trials.begin(name, ask.actor):
            return self.show(ask, "tests_busy", HTTPStatus.CONFLICT)
        return self._desk.to(_tests_of(name))

    def _days(self, ask: Ask, found: CampaignPage) -> Chart:
        words, days = self._desk.words(ask), found.days.by_day(found.campaign.name)
        metrics = {"sent": True, "clicked": True, "answered": False, "converted": found.campaign.goal}
        each = {name: tuple(getattr(one, name) for one in days) for name in metrics}
        return Chart(
            Kind.LINE,
            words.plain("campaign_days"),
            found.days.days,
            tuple(
                Series(words.plain(f"figure_{name}"), values)
                for name, values in each.items()
                if metrics[name] or any(values)
            ),
            along=words.plain("campaign_day"),
        )


def _tests_of(name: str) -> str:
    return f"/campaigns/{quote(name, safe='')}#tests"


def became(line: MessageLine) -> str:
    """What became of a mail, in a word: its status, or what came back of it."""
    return next((one for one in _OVER if getattr(line, f"{one}_at") is not None), line.status)


def person(line: MessageLine) -> str | None:
    """Where the page of the person is; None for one whom the shop has given no id: an address stands in no
    address."""
    return None if "@" in line.contact or not line.contact else f"/contacts/{quote(line.contact, safe='')}"
