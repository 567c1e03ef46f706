"""The company's own databases, read in place: what a source is, the SELECT of a segment that is read from
one, and what a guard thinks of how many rows came back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from zoneinfo import ZoneInfo

from penfriend.domain.facts import Frozen
from penfriend.domain.problems import Place
from penfriend.domain.timing import Duration, Moment, Unit

PERSON_COLUMNS = ("contact_id", "email")
"""Who a row is about: the shop's id or the address; where a row has both, the id counts."""
OCCURRENCE = "occurrence"
"""The column that says what a row is about, beside whom."""
PARAMETERS = ("now", "last_run")
"""What a SELECT can ask for: the moment of this reading, and that of the last one that went well (the year
1970 before the first)."""
TIMEOUT = Duration(1, Unit.MINUTES)
EVERY = Duration(15, Unit.MINUTES)
"""What holds where a source does not say it."""
FEW = 50
"""A segment no larger than this, before and after, alarms nobody however much it changes."""


@dataclass(frozen=True, slots=True)
class Source:
    """A database of the company."""

    name: str
    url: str = field(repr=False)
    """As SQLAlchemy writes it; it may hold a password."""
    timeout: Duration = TIMEOUT
    """A statement that takes longer is stopped."""
    max_rows: int = 1_000_000
    """A SELECT that gives more rows than this is refused as a whole."""
    every: Duration = EVERY
    """How often each of its segments is read."""
    max_cost: int | None = None
    """PostgreSQL's own estimate (EXPLAIN) above which a SELECT is not run."""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class SqlSelect:
    """The SELECT of a segment, checked."""

    source: str
    file: str
    """The path of the file, as a person would name it."""
    text: str
    parameters: tuple[tuple[int, str], ...] = ()
    """Where in the text a parameter stands (the offset of its colon), and its name."""
    columns: tuple[str, ...] = ()
    """The names of its columns, as far as they are written out."""
    open: bool = False
    """It has a `*`: there may be more columns."""

    @property
    def digest(self) -> str:
        """Another one may give other rows."""
        return hashlib.sha256(f"{self.source}\n{self.text}".encode()).hexdigest()

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns that letters can name."""
        own = (*PERSON_COLUMNS, OCCURRENCE)
        return tuple(name for name in self.columns if name.lower() not in own)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of a SELECT: about whom, about what, and the further columns."""

    contact: str | None
    """The shop's id."""
    email: str | None
    """Trimmed and lower-cased."""
    occurrence: str
    values: Mapping[str, Frozen]


class Sources(Protocol):
    """Reads the company's databases (`penfriend.sources`)."""

    def rows(
        self, source: Source, select: SqlSelect, now: Moment, last_run: Moment, zone: ZoneInfo
    ) -> Iterator[Sequence[SourceRow]]:
        """The rows in batches, as they come. A moment without a zone is one of `zone`. Raises
        SourceUnavailable."""


@dataclass(frozen=True, slots=True)
class SelectCheck:
    """What a trial of one segment's SELECT came to."""

    segment: str
    file: str
    columns: tuple[str, ...] = ()
    cost: float | None = None
    """The database's own estimate, where it gives one."""
    rows: tuple[Mapping[str, Frozen], ...] = ()
    """The first few."""
    problem: str | None = None
    """Why it cannot be read."""


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """What a trial of a source came to."""

    source: str
    database: str
    """Its address without the password."""
    may_write: str | None
    """What its user could change, as far as can be told; None for nothing."""
    selects: tuple[SelectCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadState:
    """What is known of the reading of one segment."""

    segment: str
    definition: str | None = None
    """The digest of the SELECT that was read last, whole; None before the first."""
    tried: str | None = None
    """The digest of the one that was tried last."""
    read_at: Moment | None = None
    """When the last reading that went well began."""
    tried_at: Moment | None = None
    took: int = 0
    """Microseconds that the last good reading took."""
    rows: int = 0
    """Members at the last good reading."""
    unknown: int = 0
    """Rows of it that are about nobody whom the store knows."""
    base: int | None = None
    """Members at the last good reading of the day before the day of the last one: what a guard compares
    with."""
    day: str | None = None
    """The brand's date of the last good reading."""
    failing_since: Moment | None = None
    error: str | None = None
    """What the last try came to, where it did not go well; changes nothing."""
    stopped: str | None = None
    """What the guard says, where that is why."""
    let_pass: bool = False
    """Somebody has said yes: the next reading passes the guard."""

    @property
    def yardstick(self) -> int | None:
        """What the guard compares the next reading of `day` with; None before the first."""
        return self.rows if self.base is None else self.base

    def on(self, day: str) -> int | None:
        """The same for a reading on that day."""
        if self.definition is None:
            return None
        return self.yardstick if day == self.day else self.rows


def guard_says(rows: int, before: int | None) -> str | None:
    """What is odd about a reading that gave so many members, after so many; None where nothing is."""
    if before is None or max(rows, before) <= FEW:
        return None
    if not rows:
        return f"nobody is among its rows, and {before} were yesterday"
    if rows > 2 * before or 2 * rows < before:
        how = "more than double" if rows > before else "less than half"
        return f"{rows} people are among its rows, {how} of yesterday's {before}"
    return None
