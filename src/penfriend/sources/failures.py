"""What drivers say, in one line for a person, without the password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, NoSuchModuleError

from penfriend.domain.errors import SourceUnavailable
from penfriend.domain.sources import Source
from penfriend.sources.address import how_to_install, kind_of

_LONGEST = 300

STOPPED = (
    "57014",  # PostgreSQL: query_canceled
    "interrupted",  # SQLite; DuckDB: INTERRUPT Error: Interrupted!
    "3024",  # MySQL: ER_QUERY_TIMEOUT
    "1969",  # MariaDB: ER_STATEMENT_TIMEOUT
)
"""How each database says that a statement was stopped because it took too long."""


@contextmanager
def translated(source: Source, url: URL) -> Iterator[None]:
    """Makes of whatever a driver raises a SourceUnavailable."""
    try:
        yield
    except (SourceUnavailable, GeneratorExit):
        raise
    except (ImportError, NoSuchModuleError) as error:
        kind = kind_of(url)
        raise SourceUnavailable(
            f"source {source.name}: the driver for {kind} is missing; {how_to_install(kind)}"
        ) from error
    except Exception as error:  # a dialect of others may raise anything, and a source hurts only itself
        raise SourceUnavailable(f"source {source.name}: {_line(error, source, url)}") from error


def _line(error: Exception, source: Source, url: URL) -> str:
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    words = str(origin).strip() or type(origin).__name__
    if _was_stopped(origin, words):
        return f"it took longer than {source.timeout} and was stopped"
    if url.password:
        words = words.replace(str(url.password), "***")
    line = " ".join(words.split("\nLINE ")[0].split("\n[SQL")[0].split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _was_stopped(origin: BaseException, words: str) -> bool:
    code = origin.args[0] if origin.args else None
    said = {str(getattr(origin, "sqlstate", "")), str(code), words.lower()}
    return bool(said & set(STOPPED)) or words.lower().startswith("interrupt error")
