"""The views of a database outlast an upgrade: who may read them, and what is built on them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from penfriend.domain.errors import StoreUnavailable
from penfriend.storage.database import open_database
from penfriend.storage.reporting.views import drop_views, make_views
from tests.support.empty_store import Spares

pytestmark = pytest.mark.postgresql


@pytest.fixture
def connection(spares: Spares) -> Iterator[Connection]:
    """A transaction that is undone, the roles of the test with it."""
    url = spares.take()
    with open_database(url) as db, db._writing.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()
    spares.give_back(url)


def may_read(connection: Connection, role: str) -> bool:
    asked = text("SELECT has_table_privilege(:role, 'report_messages', 'SELECT')")
    return bool(connection.execute(asked, {"role": role}).scalar())


def test_rights_on_views_are_given_again(connection: Connection) -> None:
    for role in ('"of the bi"', "nobody_asked"):
        connection.exec_driver_sql(f"CREATE ROLE {role}")
    connection.exec_driver_sql('GRANT SELECT ON report_messages TO "of the bi"')
    make_views(connection, drop_views(connection))
    assert may_read(connection, "of the bi")
    assert not may_read(connection, "nobody_asked")
    connection.exec_driver_sql("GRANT SELECT ON report_messages TO PUBLIC")
    make_views(connection, drop_views(connection))
    assert may_read(connection, "nobody_asked")


def test_view_of_somebody_else_that_is_built_on_ours_is_named(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE VIEW my_mails AS SELECT * FROM report_messages")
    with pytest.raises(StoreUnavailable, match="my_mails is built on them"):
        drop_views(connection)
