"""What came of mails and of people who entered, reckoned from the raw rows in plain Python, mail by mail and
person by person: what the counts of days are compared with. It shares no code with them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from penfriend.storage.tables import metadata

Row = Any
FOREVER = 1 << 62


def day_of(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at // 1_000_000, UTC).astimezone(zone).date().isoformat()


class Raw:
    """The rows as they are."""

    def __init__(self, connection: Connection) -> None:
        def all_of(name: str) -> list[Row]:
            return list(connection.execute(select(metadata.tables[name])).all())

        self.messages, self.enrollments = all_of("messages"), all_of("enrollments")
        self.events, self.orders = all_of("events"), all_of("orders")
        self.enrollment = {row.id: row for row in self.enrollments}
        self.net = {row.key: row.net for row in self.orders}

    def is_held_out(self, enrollment: Row) -> bool:
        return bool(enrollment.end_reason == "holdout")

    def worth(self, enrollment: Row) -> int:
        """Of the order that was the enrollment's goal."""
        if enrollment.goal_event != "order_placed":
            return 0
        keys = {
            one.order_key
            for one in self.events
            if one.contact_id == enrollment.contact_id
            and one.name == "order_placed"
            and one.at == enrollment.converted_at
        }
        return sum(self.net.get(key) or 0 for key in keys)

    def last(self, mail: Row, word: str, until: int) -> int | None:
        """When that last happened to the mail, up to that moment."""
        if word == "sent":
            return int(mail.sent_at) if mail.sent_at <= until else None
        names = {"opened": ("mail_opened", "mail_clicked"), "clicked": ("mail_clicked",)}[word]
        moments = [one.at for one in self.events if one.message_id == mail.id and one.name in names]
        return max((at for at in moments if at <= until), default=None)


def mail_figures(raw: Raw, zone: ZoneInfo, credit: Sequence[str]) -> dict[tuple[str, ...], Counter[str]]:
    """By day, campaign, step, template, locale and transport."""
    found: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    groups: dict[int, tuple[str, ...]] = {}
    told = {
        (day_of(mail.over_at, zone), mail.route or "")
        for mail in raw.messages
        if mail.status == "sent" and mail.delivered_at is not None and mail.bounced_at is None
    }
    for mail in raw.messages:
        sent, refused = mail.status == "sent", mail.status == "failed" and mail.bounced_at is not None
        if not (sent or refused):
            continue
        day = day_of(mail.over_at, zone)
        group = (day, mail.campaign, mail.step, mail.template, mail.locale or "", mail.route or "")
        groups[mail.id] = group
        counts = found[group]
        counts["bounced"] += mail.bounced_at is not None
        counts["refused"] += refused
        if sent:
            tells = (day, mail.route or "") in told
            counts["sent"] += 1
            counts["delivered"] += mail.bounced_at is None and (not tells or mail.delivered_at is not None)
            for name in ("complained", "opened", "clicked", "unsubscribed", "answered"):
                counts[name] += getattr(mail, f"{name}_at") is not None
    for mail, worth in credits_of(raw, credit):
        found[groups[mail]]["converted"] += 1
        found[groups[mail]]["revenue"] += worth
    return found


def credits_of(raw: Raw, credit: Sequence[str]) -> list[tuple[int, int]]:
    """Each conversion that is credited to a mail: which mail, and what it is worth."""
    conversions: dict[tuple[int, int, str], list[Row]] = defaultdict(list)
    for one in raw.enrollments:
        if one.converted_at is not None and not raw.is_held_out(one):
            conversions[one.contact_id, one.converted_at, one.goal_event].append(one)
    earned: list[tuple[int, int]] = []
    for (_, at, _), enrollments in conversions.items():
        ids = {one.id for one in enrollments}
        mails = [
            mail
            for mail in raw.messages
            if mail.enrollment_id in ids and mail.status == "sent" and mail.sent_at <= at
        ]
        for word in credit:
            happened = {mail.id: raw.last(mail, word, at) for mail in mails}
            best = [mail for mail in mails if happened[mail.id] is not None]
            if best:
                mail = max(best, key=lambda one: (happened[one.id], one.sent_at, one.id))
                earned.append((mail.id, raw.worth(enrollments[0])))
                break
    return earned


def entry_figures(raw: Raw, zone: ZoneInfo) -> dict[tuple[str, str, int], tuple[int, int, int, int]]:
    """By day, campaign and whether held out: people, converted, revenue, and the sum of its squares."""
    found: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
    for one in raw.enrollments:
        found[day_of(one.entered_at, zone), one.campaign, int(raw.is_held_out(one))].append(one)
    return {
        key: (
            len(people),
            sum(one.converted_at is not None for one in people),
            sum(raw.worth(one) for one in people if one.converted_at is not None),
            sum(raw.worth(one) ** 2 for one in people if one.converted_at is not None),
        )
        for key, people in found.items()
    }
