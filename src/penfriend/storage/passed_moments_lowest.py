"""The lowest values of several columns, each within a range of its own, in one SELECT: a seek in an index for
each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from penfriend.storage.columns import BIG, TEXT
from penfriend.storage.passed_moments_rows import Source
from penfriend.storage.segment_sql_json import Expr

Range = tuple[int, int] | tuple[str, str]
"""Above the first, up to the second: moments, or dates as text."""
_NOTHING: tuple[Range, Range] = ((0, 0), ("", ""))


class LowestValues:
    """The lowest values of some sources."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = tuple(sources)

    def within(self, connection: Connection, ranges: Sequence[Range | None]) -> list[Any]:
        """One value for each source, in their order; None where its range holds none."""
        values: dict[str, int | str] = {}
        for place, (source, given) in enumerate(zip(self._sources, ranges, strict=True)):
            values[f"low{place}"], values[f"high{place}"] = given or _NOTHING[source.is_date]
        return list(connection.execute(_statement(self._sources), values).one())


@lru_cache(maxsize=1024)
def _statement(sources: tuple[Source, ...]) -> Select[Any]:
    return select(
        *(
            select(func.min(source.value))
            .where(*source.where, *between(source, str(place)))
            .scalar_subquery()
            .label(f"lowest{place}")
            for place, source in enumerate(sources)
        )
    )


def between(source: Source, suffix: str = "") -> list[Expr]:
    """Whether the value lies in the range of the parameters `low` and `high`."""
    type_ = TEXT if source.is_date else BIG
    low, high = bindparam(f"low{suffix}", type_=type_), bindparam(f"high{suffix}", type_=type_)
    return [source.value > low, source.value <= high]
