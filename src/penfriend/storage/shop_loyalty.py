"""Keeps points by lot and rewards: each contact's are made anew from all that happened to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, func, select

from penfriend.domain.ingestion import CheckedEvent
from penfriend.domain.loyalty import Points, PointsKind, PointsMove, replay
from penfriend.domain.shop import Happening, Reward, fold_rewards
from penfriend.domain.timing import Moment, at_wall_clock, local_date
from penfriend.storage.batch_sql import insert_rows, rows, run, update_rows
from penfriend.storage.columns import BIG
from penfriend.storage.tables import contacts, expiries, lots, point_moves, rewards

POINT_EVENTS = {
    "points_earned": PointsKind.EARNED,
    "points_spent": PointsKind.SPENT,
    "points_expired": PointsKind.EXPIRED,
}

_MOVES = """
SELECT m.contact_id, m.kind, m.at, e.key, m.amount, m.lot_key, m.expires_on
FROM BATCH AS batch CROSS JOIN point_moves AS m JOIN events AS e ON e.id = m.event_id
WHERE m.contact_id = batch.id
"""
_REWARD_EVENTS = """
SELECT e.contact_id, e.id, e.contact_id, e.name, e.at, e.key, e.properties
FROM BATCH AS batch CROSS JOIN events AS e
WHERE e.contact_id = batch.id AND e.name IN ('reward_unlocked', 'reward_used')
"""
_BALANCES = "SELECT c.id, c.points_balance FROM BATCH AS batch CROSS JOIN contacts AS c WHERE c.id = batch.id"
_FORGET_LOTS = "DELETE FROM lots WHERE contact_id IN (SELECT id FROM BATCH AS b)"
_FORGET_EXPIRIES = "DELETE FROM expiries WHERE contact_id IN (SELECT id FROM BATCH AS b)"
_FORGET_REWARDS = "DELETE FROM rewards WHERE contact_id IN (SELECT id FROM BATCH AS b)"
# of the dates, not of the lots: those that have lapsed stay for ever, and would all be read
_LAPSED_LOTS = "SELECT contact_id FROM expiries WHERE expires_on < :today LIMIT :limit"
_LAPSED_REWARDS = """
SELECT contact_id FROM rewards
WHERE expires_at > :since AND expires_at <= :now AND status = 'available'
"""


def record_moves(connection: Connection, events: Sequence[tuple[int, int, CheckedEvent]]) -> set[int]:
    """Note what these events (their id, their contact) do to points; the contacts concerned."""
    moves: list[dict[str, Any]] = [
        {
            "event_id": event_id,
            "contact_id": contact_id,
            "kind": POINT_EVENTS[event.name].value,
            "amount": event.properties.get("amount"),
            "lot_key": event.properties.get("lot_id"),
            "expires_on": event.properties.get("expires_at"),
            "at": event.at,
        }
        for event_id, contact_id, event in events
        if event.name in POINT_EVENTS
    ]
    insert_rows(connection, point_moves, moves)
    return {move["contact_id"] for move in moves}


def renew_points(connection: Connection, batch: Collection[int], now: Moment, zone: ZoneInfo) -> None:
    """Lots, expiries and points of the contacts, as they stand at `now` by the calendar of the brand."""
    if not batch:
        return
    moves: dict[int, list[PointsMove]] = defaultdict(list)
    for contact_id, kind, at, key, amount, lot, expires_on in rows(connection, _MOVES, batch=batch):
        end = None if expires_on is None else date.fromisoformat(expires_on)
        moves[contact_id].append(PointsMove(PointsKind(kind), at, key, amount, lot, end))
    today = local_date(now, zone)
    standings = {contact_id: replay(moves[contact_id], today, zone) for contact_id in sorted(batch)}
    run(connection, _FORGET_LOTS, batch=batch)
    run(connection, _FORGET_EXPIRIES, batch=batch)
    insert_rows(
        connection, lots, [row for who, points in standings.items() for row in _lot_rows(who, points)]
    )
    dates = [
        {"contact_id": who, "expires_on": end.isoformat(), "remaining": left}
        for who, points in standings.items()
        for end, left in points.expiries.items()
    ]
    insert_rows(connection, expiries, dates)
    update_rows(connection, contacts, [_point_facts(who, points) for who, points in standings.items()])


def renew_rewards(connection: Connection, batch: Collection[int], now: Moment) -> None:
    """The rewards of the contacts, as they stand at `now`. After `renew_points`."""
    if not batch:
        return
    events: dict[int, list[Happening]] = defaultdict(list)
    for contact_id, *of_event in rows(connection, _REWARD_EVENTS, batch=batch, json=("properties",)):
        events[contact_id].append(Happening(*of_event))
    if not events:
        return
    theirs = {contact_id: fold_rewards(happenings) for contact_id, happenings in events.items()}
    run(connection, _FORGET_REWARDS, batch=theirs)
    found = [_reward_row(who, reward) for who, ones in theirs.items() for reward in ones]
    insert_rows(connection, rewards, found)
    balances = {row[0]: row[1] for row in rows(connection, _BALANCES, batch=theirs)}
    facts = [_reward_facts(who, ones, balances[who], now) for who, ones in theirs.items()]
    update_rows(connection, contacts, facts)


def lapsed(connection: Connection, *, since: Moment, now: Moment, zone: ZoneInfo, limit: int) -> set[int]:
    """Contacts with points past their date, or a reward whose end came after `since` up to `now`."""
    today = local_date(now, zone).isoformat()
    found = set(run(connection, _LAPSED_LOTS, today=today, limit=limit).scalars())
    return found | set(run(connection, _LAPSED_REWARDS, since=since, now=now).scalars())


def next_lapse(connection: Connection, *, after: Moment, zone: ZoneInfo) -> Moment | None:
    """The next moment after `after` at which points lapse or a reward's end comes; None where there is none.

    Points are good to the end of their date, by the brand's clock.
    """
    day, end = connection.execute(_NEXT_LAPSE, {"after": after}).one()
    midnight = None
    if day is not None:
        midnight = at_wall_clock(date.fromisoformat(day) + timedelta(days=1), time(0), zone)
    moments = [moment for moment in (midnight, end) if moment is not None]
    return Moment(min(moments)) if moments else None


_NEXT_LAPSE = select(
    select(func.min(expiries.c.expires_on)).scalar_subquery(),
    select(func.min(rewards.c.expires_at))
    .where(rewards.c.expires_at > bindparam("after", type_=BIG))
    .scalar_subquery(),
)


def _lot_rows(contact_id: int, points: Points) -> list[dict[str, Any]]:
    return [
        {
            "contact_id": contact_id,
            "key": lot.key,
            "amount": lot.amount,
            "remaining": lot.remaining,
            "earned_at": lot.earned_at,
            "expires_on": None if lot.expires_on is None else lot.expires_on.isoformat(),
        }
        for lot in points.lots
    ]


def _point_facts(contact_id: int, points: Points) -> dict[str, Any]:
    next_date, left = next(iter(points.expiries.items()), (None, None))
    return {
        "id": contact_id,
        "points_balance": points.balance,
        "points_lifetime": points.earned,
        "points_earned": points.earned,
        "points_spent": points.spent,
        "points_expires_on": None if next_date is None else next_date.isoformat(),
        "points_remaining": left,
    }


def _reward_row(contact_id: int, reward: Reward) -> dict[str, Any]:
    return {
        "contact_id": contact_id,
        "key": reward.key,
        "title": reward.title,
        "cost": reward.cost,
        "status": "used" if reward.used else "available",
        "unlocked_at": reward.unlocked_at,
        "used_at": reward.used_at,
        "expires_at": reward.expires_at,
    }


def _reward_facts(contact_id: int, theirs: Sequence[Reward], balance: int, now: Moment) -> dict[str, Any]:
    there = [one for one in theirs if not one.used and (one.expires_at is None or one.expires_at > now)]
    unlocked = [one for one in theirs if one.unlocked_at is not None]
    latest = max(unlocked, key=lambda one: (one.unlocked_at or 0, one.key), default=None)
    return {
        "id": contact_id,
        "rewards_available": len(there),
        "rewards_next_cost": min(
            (one.cost for one in there if one.cost is not None and one.cost > balance), default=None
        ),
        "rewards_last_at": None if latest is None else latest.unlocked_at,
        "latest_reward": None if latest is None else latest.key,
    }
