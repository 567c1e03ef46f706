"""The address of a source: which driver it wants, and how it is shown."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from penfriend.domain.errors import SourceUnavailable
from penfriend.domain.sources import Source

DRIVERS: Mapping[str, str] = {
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
"""What stands for an address that names no driver; the others have one that SQLAlchemy takes."""

EXTRAS: Mapping[str, str] = {
    "duckdb": "pip install 'penfriend[duckdb]'",
    "mysql": "pip install 'penfriend[mysql]'",
    "mariadb": "pip install 'penfriend[mysql]'",
}
"""How the driver of a kind of database is had, where Penfriend has an extra for it."""


def address_of(source: Source) -> URL:
    """The address with its driver. Raises SourceUnavailable for what is none."""
    try:
        url = make_url(source.url)
    except (ArgumentError, ValueError):
        raise SourceUnavailable(f"source {source.name}: its url is no address of a database") from None
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername))


def kind_of(url: URL) -> str:
    """The kind of database: postgresql, mysql, sqlite, duckdb, ..."""
    return url.drivername.partition("+")[0]


def without_password(url: URL) -> str:
    """The address as people may see it: what stands behind a question mark may be secret as well."""
    return url.set(query={}).render_as_string(hide_password=True)


def how_to_install(kind: str) -> str:
    """What to do where there is no driver."""
    return EXTRAS.get(kind, f"install the SQLAlchemy dialect for {kind} and its driver")
