"""Works out how people stand with the shop, by month, once a day (`penfriend.domain.relationship`).

People are read some at a time, each time in a read of its own, and only counts are kept of them; at the end
what was kept before is replaced in one short write. So nobody waits, and a million people need no more memory
than some of them. A crash in between leaves the figures of the day before.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select

from penfriend.domain.campaign import Campaign
from penfriend.domain.definitions import Definitions
from penfriend.domain.loyalty import PointsKind, PointsMove
from penfriend.domain.relationship.figures import Kept
from penfriend.domain.relationship.ladder import Life, Step, climb
from penfriend.domain.relationship.months import Months
from penfriend.domain.relationship.points import PointsMonth, PointsTally
from penfriend.domain.relationship.rhythm import Rhythm, rhythm_of
from penfriend.domain.relationship.tally import CohortMonth, Tally
from penfriend.domain.segment import Things
from penfriend.domain.timing import DAY, Moment, add_months, local_date, midnight, shift
from penfriend.storage import tables as t
from penfriend.storage.batch_sql import insert_rows
from penfriend.storage.database import Database
from penfriend.storage.notes import read_note, write_note

KEPT = "relationship"
"""The note with when it was worked out, and by which rhythm."""
CHUNK = 20_000
"""People in one reading."""
BEFORE_EXPIRY = 92 * DAY
"""No letter about points goes out so long before they expire."""
MOST_MONTHS = 120
"""What was longer ago counts to the first of them."""

_FRIEND = "referral_made"
_o, _c = t.orders.c, t.contacts.c

Row = dict[str, Any]


def renew_relationship(database: Database, definitions: Definitions, now: Moment) -> None:
    """Work all of it out anew and keep it."""
    zone = definitions.brand.zone
    with database.read() as connection:
        newest = connection.execute(select(func.max(_c.id))).scalar() or 0
        months = _months(connection, now, zone)
    chunks = range(0, newest, CHUNK)
    gaps: Counter[int] = Counter()
    for low in chunks:
        with database.read() as connection:
            gaps.update(_gaps(connection, low, now))
    rhythm = rhythm_of(gaps)
    tally, points = Tally(months, rhythm, now), PointsTally(now, zone)
    surveys = _asking_nps(definitions)
    campaigns = [one.name for one in definitions.campaigns.values() if _is_about_points(one, definitions)]
    for low in chunks:
        with database.read() as connection:
            lives = list(_lives(connection, low, now, surveys))
            movers = list(_movers(connection, low, now, campaigns))
        # outside: it may take longer than PostgreSQL waits for somebody in a transaction
        for life in lives:
            tally.add(life)
        for moves, letters in movers:
            points.add(moves, letters)
    kept = Kept(
        now, rhythm, list(tally.cohorts()), list(tally.steps()), list(tally.flows()), dict(points.months)
    )
    outlived = _outlived(definitions, now)
    database.run(lambda connection: _keep(connection, kept, outlived))


def read_relationship(connection: Connection) -> Kept | None:
    """What is kept; None where it was never worked out."""
    noted = read_note(connection, KEPT)
    if noted is None:
        return None
    said = json.loads(noted)
    cohorts, steps, flows, points = (
        list(connection.execute(select(table).order_by(*table.primary_key.columns)))
        for table in (t.relation_cohorts, t.relation_steps, t.relation_flows, t.relation_points)
    )
    return Kept(
        Moment(said["as_of"]),
        Rhythm(said["quiet"], said["gone"], said["gaps"]),
        [CohortMonth(*row) for row in cohorts],
        [(row.month, Step(row.step), row.people) for row in steps],
        [(row.month, _step(row.source), _step(row.target), row.people) for row in flows],
        {row.month: PointsMonth(*row[1:]) for row in points},
    )


def step_of_contact(
    connection: Connection, definitions: Definitions, contact: int, now: Moment
) -> Step | None:
    """On which step of the ladder a contact stands now, by the shop's rhythm as it was last worked out; None
    where it never was."""
    noted = read_note(connection, KEPT)
    if noted is None:
        return None
    said = json.loads(noted)
    rhythm = Rhythm(said["quiet"], said["gone"], said["gaps"])
    lives = list(_lives(connection, contact - 1, now, _asking_nps(definitions), 1))
    turns = [turn for life in lives for turn in climb(life, rhythm, now)]
    return turns[-1][1] if turns else None


def _asking_nps(definitions: Definitions) -> list[str]:
    return [name for name, survey in definitions.surveys.items() if survey.kind == "nps"]


def _step(name: str) -> Step | None:
    return Step(name) if name else None


def _months(connection: Connection, now: Moment, zone: ZoneInfo) -> Months:
    known = [
        connection.execute(select(func.min(_c.created_at))).scalar(),
        connection.execute(select(func.min(_o.placed_at))).scalar(),
    ]
    first = min((one for one in known if one is not None), default=now)
    earliest = midnight(add_months(local_date(now, zone).replace(day=1), 1 - MOST_MONTHS), zone)
    return Months(Moment(min(now, max(first, earliest))), now, zone)


def _some(column: ColumnElement[int], low: int, number: int | None = None) -> tuple[ColumnElement[bool], ...]:
    return column > low, column <= low + (number or CHUNK)


def _counted(low: int, now: Moment, number: int | None = None) -> tuple[ColumnElement[bool], ...]:
    """The orders that count, of some people."""
    return *_some(_o.contact_id, low, number), _o.placed_at <= now, _o.refunded == 0


def _gaps(connection: Connection, low: int, now: Moment) -> dict[int, int]:
    """How many orders came so many whole days after the one before."""
    before = func.lag(_o.placed_at).over(partition_by=_o.contact_id, order_by=_o.placed_at)
    pairs = (
        select(((_o.placed_at - before) // DAY).label("days")).where(*_counted(low, now)).subquery("pairs")
    )
    chosen = select(pairs.c.days, func.count()).where(pairs.c.days.is_not(None)).group_by(pairs.c.days)
    return {row[0]: row[1] for row in connection.execute(chosen)}


def _lives(
    connection: Connection, low: int, now: Moment, surveys: Collection[str], number: int | None = None
) -> Iterator[Life]:
    orders: dict[int, list[tuple[Moment, int]]] = defaultdict(list)
    bought = select(_o.contact_id, _o.placed_at, func.coalesce(_o.net, 0)).where(*_counted(low, now, number))
    for who, at, net in connection.execute(bought.order_by(_o.contact_id, _o.placed_at)):
        orders[who].append((at, net))
    a, f = t.answers.c, t.event_facts.c
    answers: dict[int, list[tuple[Moment, int]]] = defaultdict(list)
    if surveys:
        answered = select(a.contact_id, a.answered_at, a.score).where(
            *_some(a.contact_id, low, number),
            a.survey.in_(surveys),
            a.score.is_not(None),
            a.answered_at <= now,
        )
        for who, at, score in connection.execute(answered.order_by(a.contact_id, a.answered_at, a.id)):
            answers[who].append((at, score))
    brought = select(f.contact_id, f.first_at).where(*_some(f.contact_id, low, number), f.name == _FRIEND)
    friends = {row[0]: row[1] for row in connection.execute(brought.where(f.first_at <= now))}
    people = select(_c.id, _c.created_at, _c.erased_at).where(
        *_some(_c.id, low, number), _c.created_at <= now
    )
    for who, since, erased_at in connection.execute(people):
        theirs = orders.get(who, ())
        yield Life(since, theirs, answers.get(who, ()), friends.get(who), erased_at)


def _is_about_points(campaign: Campaign, definitions: Definitions) -> bool:
    segment = definitions.segments.get(campaign.trigger.segment or "")
    return segment is not None and segment.of is Things.POINTS


def _movers(
    connection: Connection, low: int, now: Moment, campaigns: Sequence[str]
) -> Iterator[tuple[list[PointsMove], dict[date, Moment]]]:
    m, e = t.point_moves.c, t.events.c
    chosen = (
        select(m.contact_id, m.kind, m.at, e.key, m.amount, m.lot_key, m.expires_on)
        .join_from(t.point_moves, t.events, e.id == m.event_id)
        .where(*_some(m.contact_id, low), m.at <= now)
    )
    moves: dict[int, list[PointsMove]] = defaultdict(list)
    for who, kind, at, key, amount, lot, expires_on in connection.execute(chosen):
        end = None if expires_on is None else date.fromisoformat(expires_on)
        moves[who].append(PointsMove(PointsKind(kind), at, key, amount, lot, end))
    letters = _letters(connection, low, campaigns) if campaigns and moves else {}
    for who, theirs in moves.items():
        yield theirs, letters.get(who, {})


def _letters(connection: Connection, low: int, campaigns: Sequence[str]) -> dict[int, dict[date, Moment]]:
    """When the first letter about the lots of a date was sent."""
    e, m = t.enrollments.c, t.messages.c
    chosen = (
        select(e.contact_id, e.expires_on, func.min(m.sent_at))
        .join_from(t.enrollments, t.messages, m.enrollment_id == e.id)
        .where(e.campaign.in_(campaigns), *_some(e.contact_id, low), e.expires_on.is_not(None))
        .where(m.sent_at.is_not(None))
        .group_by(e.contact_id, e.expires_on)
    )
    found: dict[int, dict[date, Moment]] = defaultdict(dict)
    for who, expires_on, at in connection.execute(chosen):
        found[who][date.fromisoformat(expires_on)] = at
    return found


def _outlived(definitions: Definitions, now: Moment) -> str:
    """The first month none of whose letters can be forgotten yet; empty where none ever is."""
    messages, zone = definitions.retention.messages, definitions.brand.zone
    if messages is None:
        return ""
    limit = shift(now, messages, zone, -1)
    return f"{local_date(Moment(limit + BEFORE_EXPIRY), zone):%Y-%m}"


def _keep(connection: Connection, kept: Kept, outlived: str) -> None:
    """In place of what was kept. What a letter has saved outlives the letter: months before `outlived` keep
    what was once known of it."""
    p = t.relation_points.c
    for month, saved in connection.execute(select(p.month, p.saved).where(p.month < outlived)):
        if month in kept.points:
            kept.points[month].saved = max(saved, kept.points[month].saved)
    rows: dict[Table, list[Row]] = {
        t.relation_cohorts: [
            {
                "cohort": one.cohort,
                "month": one.month,
                "buyers": one.buyers,
                "orders": one.orders,
                "revenue": one.revenue,
                "repeated": one.repeated,
                "churned": one.churned,
            }
            for one in kept.cohorts
        ],
        t.relation_steps: [
            {"month": month, "step": step.value, "people": people} for month, step, people in kept.steps
        ],
        t.relation_flows: [
            {"month": month, "source": source or "", "target": target or "", "people": people}
            for month, source, target, people in kept.flows
        ],
        t.relation_points: [
            {
                "month": month,
                "earned": one.earned,
                "spent": one.spent,
                "expired": one.expired,
                "saved": one.saved,
            }
            for month, one in sorted(kept.points.items())
        ],
    }
    for table, new in rows.items():
        connection.execute(delete(table))
        insert_rows(connection, table, new)
    rhythm = {"quiet": kept.rhythm.quiet, "gone": kept.rhythm.gone, "gaps": kept.rhythm.gaps}
    write_note(connection, KEPT, json.dumps({"as_of": kept.as_of, **rhythm}))
