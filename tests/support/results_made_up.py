"""Figures of days, people on their way and mails, put into the tables as ticks would have."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection, insert

from penfriend.bootstrap import House
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import Moment, local_date
from penfriend.storage.tables import enrollments, messages, result_days

_COUNTS = (
    "sent",
    "delivered",
    "bounced",
    "refused",
    "complained",
    "opened",
    "clicked",
    "unsubscribed",
    "answered",
    "converted",
    "revenue",
)


def figures(house: House, campaign: str, back: int = 1, step: str = "hello", **counts: int) -> None:
    """What the mails of a step came to that went out so many days ago."""
    day: date = local_date(house.clock.now(), house.brand_zone()) - timedelta(days=back)
    row: dict[str, object] = {"day": day.isoformat(), "campaign": campaign, "step": step, "template": step}
    row |= {"locale": "en", "transport": "default", "revision": 1, **dict.fromkeys(_COUNTS, 0), **counts}
    with house.db.write() as connection:
        connection.execute(insert(result_days), row)


def person(
    house: House,
    number: int,
    campaign: str,
    *,
    at: str | None = None,
    due_at: int | None = None,
    **more: object,
) -> int:
    """Somebody in a campaign; the id of the enrollment."""
    who = f"c-{number}"
    house.ingester().ingest_contacts([ContactIn(who, f"{who}@shop.example", {"first_name": "Eleanor"})])
    now = house.clock.now()
    row = {"campaign": campaign, "contact_id": house.contact_id(who), "occurrence": "", "entry": number}
    row |= {
        "revision": 1,
        "entered_at": now,
        "began_at": now,
        "status": "active",
        "step": at,
        "due_at": due_at,
    }
    with house.db.write() as connection:
        return _id(connection, insert(enrollments).values(row | more))


def mail(
    house: House, number: int, campaign: str, status: str, *, due_at: int | None = None, **more: object
) -> None:
    """A mail of somebody in a campaign."""
    enrollment = person(house, number, campaign)
    now = house.clock.now()
    row = {"enrollment_id": enrollment, "campaign": campaign, "contact_id": house.contact_id(f"c-{number}")}
    row |= {"step": "hello", "template": "hello", "status": status, "priority": 50, "revision": 1}
    row |= {"wanted_at": now, "due_at": now if due_at is None else due_at, "created_at": now}
    row |= {"message_id": f"<{number}@shop.example>", "address": f"c-{number}@shop.example"}
    with house.db.write() as connection:
        connection.execute(insert(messages).values(**(row | more)))


def _id(connection: Connection, statement: object) -> int:
    found = connection.execute(statement).inserted_primary_key  # type: ignore[call-overload]
    return int(found[0])


def at(house: House, microseconds: int) -> Moment:
    """A moment from now."""
    return Moment(house.clock.now() + microseconds)
