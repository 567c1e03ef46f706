"""What the product counts as rows come in, counted here from all rows at once: by the same functions where a
contact is concerned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sqlalchemy import delete

from penfriend.domain.bench_data import BenchPlan
from penfriend.domain.timing import Moment
from penfriend.storage import facts
from penfriend.storage.batch_sql import has_rows
from penfriend.storage.bench.bulk import execute
from penfriend.storage.bench.people import domain_case
from penfriend.storage.database import Database
from penfriend.storage.tables import contacts, segment_looks

AT_ONCE = 20_000


def count_events(db: Database) -> Iterator[int]:
    """What events each contact has had: of all at once, since the events of one lie far apart."""
    with db.write() as connection:
        execute(connection, "SET LOCAL work_mem = '512MB'", only="postgresql")
        execute(connection, _EVENTS)
        execute(connection, "ANALYZE event_facts", only="postgresql")  # else no plan believes in its rows
    yield 1


def count_people(db: Database, plan: BenchPlan) -> Iterator[int]:
    """The facts of contacts, after `count_events`."""
    for batch in _batches(plan):
        with db.write() as connection:
            facts.renew_orders(connection, batch)
            facts.renew_product(connection, batch)
            execute(connection, _LAST_READ.format(low=batch[0], high=batch[-1]))
        yield len(batch)


def _batches(plan: BenchPlan) -> Iterator[range]:
    for low in range(1, plan.contacts + 1, AT_ONCE):
        yield range(low, min(low + AT_ONCE, plan.contacts + 1))


def count_days(db: Database, days: Sequence[Moment]) -> Iterator[int]:
    """What was handed over, and what came of it, on the days that begin at these moments, the last of them
    the end; one after the other."""
    for begin, end in pairwise(days):
        with db.write() as connection:
            execute(connection, _HANDED.format(begin=begin, end=end))
            execute(connection, _FATES.format(begin=begin, end=end, receiver=domain_case("m.contact_id")))
        yield 1
    with db.write() as connection:
        execute(connection, _SENDS)


def first_and_last(db: Database) -> tuple[Moment, Moment] | None:
    """When the first and the last try began; None where there was none."""
    with db.read() as connection:
        first, last = connection.exec_driver_sql(
            "SELECT min(started_at), max(started_at) FROM attempts"
        ).one()
    return None if first is None else (Moment(first), Moment(last))


def has_contacts(db: Database) -> bool:
    """Whether the store knows anybody."""
    with db.read() as connection:
        return has_rows(connection, contacts)


def forget_looks(db: Database) -> None:
    """No segment was looked at: the next activation takes in who is in them, as at the first one."""
    with db.write() as connection:
        connection.execute(delete(segment_looks))


_EVENTS = """
INSERT INTO event_facts (contact_id, name, count, first_at, last_at, latest_id)
SELECT e.contact_id, e.name, e.number, e.first_at, e.at, e.id
FROM (
    SELECT contact_id, name, at, id, min(at) OVER same AS first_at, count(*) OVER same AS number,
        row_number() OVER (PARTITION BY contact_id, name ORDER BY at DESC, key DESC) AS place
    FROM events WHERE contact_id IS NOT NULL
    WINDOW same AS (PARTITION BY contact_id, name)
) AS e WHERE e.place = 1
"""
_LAST_READ = """
UPDATE contacts SET
    last_opened_at = (
        SELECT max(f.last_at) FROM event_facts AS f
        WHERE f.contact_id = contacts.id AND f.name IN ('mail_opened', 'mail_clicked')
    ),
    last_clicked_at = (
        SELECT f.last_at FROM event_facts AS f
        WHERE f.contact_id = contacts.id AND f.name = 'mail_clicked'
    )
WHERE id BETWEEN {low} AND {high}
"""
_HANDED = """
INSERT INTO route_days (route, begins_at, handed)
SELECT a.route, {begin}, count(*) FROM attempts AS a
WHERE a.started_at >= {begin} AND a.started_at < {end} GROUP BY a.route
"""
_FATES = """
INSERT INTO delivery_days (begins_at, route, receiver, fate, number)
SELECT {begin}, tried.route, tried.receiver, tried.fate, count(*)
FROM (
    SELECT a.route, {receiver} AS receiver,
        CASE a.outcome WHEN 'accepted' THEN 'accepted' ELSE 'blocked' END AS fate
    FROM attempts AS a JOIN messages AS m ON m.id = a.message_id
    WHERE a.started_at >= {begin} AND a.started_at < {end}
) AS tried
GROUP BY tried.route, tried.receiver, tried.fate
"""
_SENDS = """
INSERT INTO send_counts (route, outcome, number)
SELECT route, outcome, count(*) FROM attempts GROUP BY route, outcome
"""
