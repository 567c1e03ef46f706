"""What a simulation asks of the copy that it lived on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, distinct, func, literal, select

from penfriend.domain.definitions import Coupon
from penfriend.domain.forecast import Capped, CouponUse, ForecastMail
from penfriend.domain.message import Status
from penfriend.domain.reasons import Postponed, Skip
from penfriend.domain.timing import Moment
from penfriend.storage.tables import attempts, contacts, coupon_codes, decisions, enrollments, messages

_m, _d, _c = messages.c, decisions.c, coupon_codes.c
_MANY = 500


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A mail that has just gone out, for those who read it."""

    message: int
    enrollment: int
    contact_id: int
    contact: str | None
    """The shop's id."""
    email: str | None
    campaign: str
    step: str
    topic: str | None
    message_id: str
    sent_at: Moment
    cart: str | None
    """The cart that it is about."""


_HANDED_OVER = (
    select(_m.id, _m.enrollment_id, _m.contact_id, contacts.c.key, contacts.c.email, _m.campaign, _m.step)
    .add_columns(_m.topic, _m.message_id, _m.sent_at, enrollments.c.cart_key)
    .select_from(attempts)
    .join(messages, _m.id == attempts.c.message_id)
    .join(contacts, contacts.c.id == _m.contact_id)
    .join(enrollments, enrollments.c.id == _m.enrollment_id)
    .where(_m.sent_at.is_not(None))
)


def handed_over(connection: Connection, tries: Sequence[int]) -> list[HandedOver]:
    """The mails of these attempts, in the order in which they were made."""
    found: list[HandedOver] = []
    for start in range(0, len(tries), _MANY):
        chosen = _HANDED_OVER.where(attempts.c.id.in_(tries[start : start + _MANY])).order_by(_m.id)
        found += [HandedOver(*row) for row in connection.execute(chosen)]
    return found


def forecast_mails(connection: Connection, begin: Moment) -> tuple[ForecastMail, ...]:
    """The mails sent from `begin` on, by time."""
    chosen = (
        select(_m.sent_at, _m.campaign, _m.step, _m.message_id)
        .where(_m.status == Status.SENT.value, _m.sent_at >= begin)
        .order_by(_m.sent_at, _m.campaign, _m.step, _m.message_id)
    )
    return tuple(ForecastMail(*row) for row in connection.execute(chosen))


def steps_since(connection: Connection, begin: Moment) -> int:
    """How many steps people took from `begin` on."""
    return connection.execute(select(func.count()).select_from(decisions).where(_d.at >= begin)).scalar_one()


def capped_since(connection: Connection, begin: Moment) -> Capped:
    """Who hit `at_most` from `begin` on."""
    cap = Postponed.FREQUENCY_CAP.value
    held_up = select(func.count(distinct(_d.message_id)), func.count(distinct(_d.contact_id))).where(
        _d.what == literal("postponed", literal_execute=True), _d.reason == cap, _d.at >= begin
    )
    mails, people = connection.execute(held_up).one()
    late = (
        select(func.count())
        .select_from(messages)
        .where(
            _m.status == Status.SKIPPED.value,
            _m.reason == Skip.TOO_LATE.value,
            _m.held_by == cap,
            _m.over_at >= begin,
        )
    )
    return Capped(mails, people, connection.execute(late).scalar_one())


def coupons_since(
    connection: Connection, coupons: Mapping[str, Coupon], begin: Moment
) -> dict[str, CouponUse]:
    """What became of the codes of each coupon that has a file of them."""
    used: dict[str, CouponUse] = {}
    waits = (
        select(func.count())
        .select_from(messages)
        .where(_m.status == Status.DUE.value, _m.held_by == Postponed.NO_COUPON.value)
    )
    for name, coupon in sorted(coupons.items()):
        if coupon.file is None:
            continue
        codes = select(
            func.count().filter(_c.given_at >= begin), func.count().filter(_c.enrollment_id.is_(None))
        ).where(_c.coupon == name)
        given, left = connection.execute(codes).one()
        # which coupon a mail waits for is not on record: it is one of those that have none left
        waiting = 0 if left else connection.execute(waits).scalar_one()
        used[name] = CouponUse(given, left, waiting)
    return used
