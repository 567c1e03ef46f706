"""What people answer to surveys: scores with intervals, response rate, trend, comments.

All is counted by day as the answers come in; only a page of comments is read from the answers themselves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from penfriend.bootstrap.results import results_of
from penfriend.domain.campaign import Send, walk_steps
from penfriend.domain.definitions import Definitions, Survey
from penfriend.domain.results import Dimension, Figures
from penfriend.domain.statistics import Score
from penfriend.domain.surveys import Group, grouped, score_of
from penfriend.domain.timing import Moment, local_date, midnight
from penfriend.storage.answer_days import AnswerDay, answers_by_day
from penfriend.storage.comments import Chosen, SurveyComment, comments_on

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House

BY_WEEK = 200
"""So many days are told week by week; more of them month by month."""
Counts = Mapping[int | None, int]
"""People by the score that they gave; under None those who only wrote a comment."""


@dataclass(frozen=True, slots=True)
class Period:
    """A week or a month."""

    first: date
    """Its first day; of a week the Monday."""
    counts: Counts
    score: Score | None


@dataclass(frozen=True, slots=True)
class SurveyResult:
    """What a survey has brought."""

    name: str
    survey: Survey | None
    """None for one that is live no more."""
    counts: Counts
    score: Score | None
    """None without answers, for a choice, and for a survey that is live no more: its scale is not known."""
    asked: int
    """Mails with it that went out."""
    answered: int
    """Of these, those that were answered."""
    periods: tuple[Period, ...]
    """The weeks or months from the first answer on, those without one too."""
    monthly: bool

    @property
    def kind(self) -> str:
        """`nps`, `csat`, `choice`; empty for a survey that is live no more."""
        return self.survey.kind if self.survey else ""

    @property
    def people(self) -> int:
        """How many answers there are."""
        return sum(self.counts.values())

    @property
    def groups(self) -> dict[Group, int]:
        """Answers by what they mean; none for a choice."""
        return grouped(self.kind, self.counts)

    @property
    def rate(self) -> float | None:
        """Of the mails that asked, the share that was answered; None where none asked."""
        return self.answered / self.asked if self.asked else None


def survey_results(house: House, days: int | None = None, name: str | None = None) -> list[SurveyResult]:
    """Every survey of the live revision in the order of the files, then those that are live no more and were
    answered; of that name, or all. `days` is how many there are, today the last; None for all."""
    live = house.live()
    if live is None:
        return []
    definitions = live.definitions
    today = local_date(house.clock.now(), definitions.brand.zone)
    since = None if days is None else today - timedelta(days=days - 1)
    with house.db.read() as connection:
        found = answers_by_day(connection, since, name)
    by_survey = {key: list(rows) for key, rows in groupby(found, key=lambda one: one.survey)}
    names = [one for one in dict.fromkeys((*definitions.surveys, *by_survey)) if name in (None, one)]
    asked = _asked(house, definitions, since)
    return [
        _result(one, definitions.surveys.get(one), by_survey.get(one, []), asked[one], today) for one in names
    ]


def survey_comments(
    house: House,
    survey: str,
    scores: Iterable[int | None],
    before: tuple[Moment, int] | None,
    limit: int,
    of: Chosen | None = None,
) -> list[SurveyComment]:
    """A page of the newest comments with one of these scores, behind that moment and id, of what is
    chosen."""
    with house.db.read() as connection:
        return comments_on(connection, survey, scores, before, limit, of)


def campaigns_asking(definitions: Definitions, survey: str) -> list[str]:
    """The campaigns with a mail that asks it, in the order of the files."""
    return list(dict.fromkeys(name for (name, _), asked in _asks(definitions).items() if asked == survey))


def _asks(definitions: Definitions) -> dict[tuple[str, str], str]:
    """By campaign and step the survey that its mail asks."""
    return {
        (campaign.name, step.id): step.survey
        for campaign in definitions.campaigns.values()
        for step in walk_steps(campaign.steps)
        if isinstance(step, Send) and step.survey
    }


def _asked(house: House, definitions: Definitions, since: date | None) -> dict[str, Figures]:
    """By survey what came of the mails that ask it."""
    begin = None if since is None else midnight(since, definitions.brand.zone)
    asks = _asks(definitions)
    found: dict[str, Figures] = defaultdict(Figures)
    if asks:
        for line in results_of(house, [Dimension.CAMPAIGN, Dimension.STEP], begin):
            survey = asks.get((line.key[0], line.key[1]))
            if survey is not None:
                found[survey] += line.figures
    return found


def _result(
    name: str, survey: Survey | None, days: list[AnswerDay], asked: Figures, today: date
) -> SurveyResult:
    counts: Counter[int | None] = Counter()
    for one in days:
        counts[one.score] += one.people
    kind = survey.kind if survey else ""
    monthly = bool(days) and (today - days[0].day).days > BY_WEEK
    periods = tuple(_periods(kind, days, today, monthly=monthly))
    return SurveyResult(
        name, survey, counts, score_of(kind, counts), asked.sent, asked.answered, periods, monthly
    )


def _periods(kind: str, days: list[AnswerDay], today: date, *, monthly: bool) -> Iterator[Period]:
    counts: dict[date, Counter[int | None]] = defaultdict(Counter)
    for one in days:
        counts[_first(one.day, monthly=monthly)][one.score] += one.people
    first = min(counts, default=None)
    while first is not None and first <= today:
        yield Period(first, counts[first], score_of(kind, counts[first]))
        first = _first(first + timedelta(days=31 if monthly else 7), monthly=monthly)


def _first(day: date, *, monthly: bool) -> date:
    return day.replace(day=1) if monthly else day - timedelta(days=day.weekday())
