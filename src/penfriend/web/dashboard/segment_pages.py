"""Segments: how large each is and was, its condition in words, and for those who may see people, who is in
it."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from penfriend.bootstrap.segment_stories import SegmentCounts, segment_lines, segment_story
from penfriend.domain.accounts.roles import Right
from penfriend.domain.charts import Chart, Kind, Series
from penfriend.domain.errors import NotFound
from penfriend.domain.segment_pages import SegmentStory
from penfriend.rendering.pages import Words
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route
from penfriend.web.answers import not_found


class SegmentPages:
    """The pages of `/segments`."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._counts = desk, SegmentCounts(desk.house)

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("GET", "/segments", Right.LOOK, self.list),
            Route("GET", "/segments/{name}", Right.LOOK, self.show),
            Route("POST", "/segments/{name}/count", Right.LOOK, self.count),
        ]

    def list(self, ask: Ask) -> Response:
        """Every segment."""
        lines = segment_lines(self._desk.house)
        counted = {
            one.segment.name: self._counts.known(one.segment.name) for one in lines if one.size is None
        }
        return self._desk.page(ask, "segments", lines=lines, counted=counted)

    def show(self, ask: Ask, fault: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
        """One segment."""
        name = ask.request.path_params["name"]
        may_see = ask.role is not None and ask.role.may(Right.PEOPLE)
        try:
            story = segment_story(self._desk.house, name, with_samples=may_see)
        except NotFound:
            raise not_found() from None
        charts = _charts(story, self._desk.words(ask)) if story.is_kept else ()
        counted = None if story.is_kept else self._counts.known(name)
        return self._desk.page(
            ask, "segment", status, story=story, charts=charts, counted=counted, fault=fault
        )

    def count(self, ask: Ask) -> Response:
        """Count a segment that nobody keeps count of."""
        name = ask.request.path_params["name"]
        try:
            is_counted = self._counts.count(name)
        except NotFound:
            raise not_found() from None
        if not is_counted:
            return self.show(ask, "segment_counting", HTTPStatus.CONFLICT)
        return self._desk.to(f"/segments/{name}")


def _charts(story: SegmentStory, words: Words) -> tuple[Chart, ...]:
    labels = tuple(one.day for one in story.days)
    along = words.plain("segment_along_day")
    size = Series(words.plain("segment_series_size"), tuple(one.size for one in story.days))
    joined = Series(words.plain("segment_series_joined"), tuple(one.joined for one in story.days))
    left = Series(words.plain("segment_series_left"), tuple(one.left for one in story.days))
    return (
        Chart(Kind.LINE, words.plain("segment_size_chart"), labels, (size,), along=along),
        Chart(Kind.BARS, words.plain("segment_moves_chart"), labels, (joined, left), along=along),
    )
