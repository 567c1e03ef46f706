"""Surveys: what people answer, how that changes, and what they write."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.responses import Response

from penfriend.bootstrap.surveys import SurveyResult, survey_comments, survey_results
from penfriend.domain.accounts.roles import Right
from penfriend.domain.charts import Chart, Dates, Kind, Series, Written
from penfriend.domain.definitions import Text
from penfriend.domain.dossier import link_of
from penfriend.domain.statistics import Interval, share_interval
from penfriend.domain.surveys import GROUPS, Group
from penfriend.domain.timing import Moment
from penfriend.engine.live import Live
from penfriend.rendering.pages import Words, said_by
from penfriend.rendering.wall import WallNote, wall
from penfriend.storage.comments import Chosen, SurveyComment
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route
from penfriend.web.answers import not_found
from penfriend.web.dashboard.comment_filters import Filters
from penfriend.web.dashboard.contact_pages import person_path

SPANS = {"30": 30, "90": 90, "365": 365, "all": None}
"""What can be looked back on, in days."""
USUAL = "90"
ON_A_PAGE = 12
"""So many comments."""
_LONGEST = 40
_SPARKED = 14
"""So many weeks or months at the end are in the small line of a card."""


@dataclass(frozen=True, slots=True)
class Option:
    """What could be chosen, and how many did."""

    name: str
    people: int
    share: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class View:
    """A survey as a page shows it."""

    result: SurveyResult
    title: str
    """Its question; of one that is live no more its name."""
    options: tuple[Option, ...]
    """Of a choice, in the order in which they are asked."""
    line: tuple[float | None, ...]
    """The scores of the last weeks or months."""

    @property
    def best(self) -> Option | None:
        """What was chosen most."""
        return max(self.options, key=lambda one: one.people, default=None) if self.result.people else None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, with a link to who wrote it for those who may see that."""

    note: WallNote
    campaign: str | None
    person: str


class SurveyPages:
    """The pages of `/surveys` and `/surveys/{name}`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Both routes."""
        return [
            Route("GET", "/surveys", Right.LOOK, self.show),
            Route("GET", "/surveys/{name}", Right.LOOK, self.show_one),
        ]

    def show(self, ask: Ask) -> Response:
        """All surveys, each with its score."""
        live, span = self._desk.live(), _span(ask)
        found = survey_results(self._desk.house, SPANS[span]) if live else []
        views = [self._view(ask, one, live) for one in found] if live else []
        return self._desk.page(ask, "surveys", surveys=views, span=span, spans=tuple(SPANS), link=address)

    def show_one(self, ask: Ask) -> Response:
        """One survey: score, trend, how its answers spread, comments."""
        live, span, name = self._desk.live(), _span(ask), str(ask.request.path_params["name"])
        found = survey_results(self._desk.house, SPANS[span], name) if live else []
        found = found or (survey_results(self._desk.house, None, name) if live else [])
        if live is None or not found:
            raise not_found()
        view, words = self._view(ask, found[0], live), self._desk.words(ask)
        group, filters = (
            _group(ask, view),
            Filters.of(ask, live, name, self._desk.pages),
        )
        comments, after = self._comments(ask, live, view.result, group, filters.chosen)
        return self._desk.page(
            ask,
            "survey",
            one=view,
            path=f"/surveys/{quote(name, safe='')}",
            span=span,
            spans=tuple(SPANS),
            trend=_trend(view.result, words),
            spread=_spread(view, words),
            groups_of=_groups(view),
            link=address,
            group=group,
            filters=filters,
            comments=comments,
            after=after,
            first="before" not in ask.request.query_params,
        )

    def _view(self, ask: Ask, result: SurveyResult, live: Live) -> View:
        locale, survey = self._desk.pages.locale(_accepted(ask)), result.survey

        def said(text: Text) -> str:
            return said_by(live.renderer, text, locale, live.definitions.brand.locale)

        options = survey.options if survey else ()
        return View(
            result,
            said(survey.question) if survey else result.name,
            tuple(_option(said(text), number, result) for number, text in enumerate(options, 1)),
            tuple(one.score.value if one.score else None for one in result.periods)[-_SPARKED:],
        )

    def _comments(
        self, ask: Ask, live: Live, result: SurveyResult, group: str, of: Chosen
    ) -> tuple[list[Comment], str]:
        """A page of comments, and behind what the next one begins; empty where it is the last."""
        rows = survey_comments(
            self._desk.house, result.name, _scores(result, group), _before(ask), ON_A_PAGE + 1, of
        )
        shown = rows[:ON_A_PAGE]
        locale = self._desk.pages.locale(_accepted(ask))
        notes = wall([one.written for one in shown], live.definitions, live.renderer, locale)
        may_see = ask.role is not None and ask.role.may(Right.PEOPLE)
        comments = [
            Comment(note, row.campaign, _person(row) if may_see else "")
            for note, row in zip(notes, shown, strict=True)
        ]
        last = shown[-1] if len(rows) > ON_A_PAGE else None
        return comments, f"{last.written.at}.{last.id}" if last else ""


def _accepted(ask: Ask) -> str:
    return ask.request.headers.get("accept-language", "")


def address(path: str, **asked: str) -> str:
    """The address of a page with what is asked of it, but for what is usual."""
    told = {name: value for name, value in asked.items() if value and (name, value) != ("span", USUAL)}
    return f"{path}?{urlencode(told)}" if told else path


def _span(ask: Ask) -> str:
    said = ask.request.query_params.get("span", USUAL)
    return said if said in SPANS else USUAL


def _group(ask: Ask, view: View) -> str:
    """The group, or the number of the option, whose comments are wanted; empty for all."""
    said = ask.request.query_params.get("group", "")
    return said if said in _groups(view) else ""


def _groups(view: View) -> dict[str, str]:
    """What comments can be chosen by: groups of scores without a name of their own, options with it."""
    if view.options:
        return {str(number): option.name for number, option in enumerate(view.options, 1)}
    return dict.fromkeys((group.value for group in GROUPS.get(view.result.kind, ())), "")


def _scores(result: SurveyResult, group: str) -> list[int | None]:
    if group.isdigit():
        return [int(group)]
    if group:
        return list(GROUPS[result.kind][Group(group)])
    known = result.survey.scores if result.survey else range(11)
    return [*known, None]


def _before(ask: Ask) -> tuple[Moment, int] | None:
    """The moment and the id that the page before ended with; None for the first, and for what is none."""
    said = ask.request.query_params.get("before", "")
    at, _, id_ = said.partition(".")
    if len(said) > _LONGEST or not (at.isascii() and at.isdigit() and id_.isascii() and id_.isdigit()):
        return None
    return Moment(min(int(at), 1 << 62)), min(int(id_), 1 << 62)


def _person(row: SurveyComment) -> str:
    """Where the page of who wrote it is."""
    link = link_of(row.key, row.email_hash)
    return person_path(link) if link else ""


def _option(name: str, score: int, result: SurveyResult) -> Option:
    people = result.counts.get(score, 0)
    return Option(
        name,
        people,
        people / result.people if result.people else 0.0,
        share_interval(people, result.people),
    )


def _trend(result: SurveyResult, words: Words) -> Chart | None:
    """The score by week or month; of a choice none."""
    if not result.groups or len(result.periods) < 2:
        return None
    scale = 100 if result.kind == "csat" else 1
    scores = [one.score for one in result.periods]
    line = Series(
        words.plain(f"surveys_score_{result.kind}"),
        tuple(one.value / scale if one else None for one in scores),
        tuple((one.interval.low / scale, one.interval.high / scale) if one else None for one in scores),
    )
    return Chart(
        Kind.LINE,
        words.plain("surveys_by_month" if result.monthly else "surveys_by_week"),
        tuple(one.first for one in result.periods),
        (line,),
        Written.PERCENT if result.kind == "csat" else Written.NUMBER,
        Dates.MONTH if result.monthly else Dates.WEEK,
        words.plain("surveys_month" if result.monthly else "surveys_week"),
    )


def _spread(view: View, words: Words) -> Chart | None:
    """How many gave each score; of a choice none, which has its options."""
    result = view.result
    if view.options or not result.people:
        return None
    known = result.survey.scores if result.survey else range(11)
    counts = tuple(float(result.counts.get(score, 0)) for score in known)
    return Chart(
        Kind.BARS,
        words.plain("surveys_spread"),
        tuple(str(score) for score in known),
        (Series(words.plain("surveys_answers"), counts),),
        along=words.plain("surveys_score"),
    )
