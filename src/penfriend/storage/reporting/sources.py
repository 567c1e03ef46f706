"""Where the columns of each report come from, as the store keeps them: moments in microseconds, amounts in
ten-thousandths. Who is erased is nowhere among the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column as TableColumn
from sqlalchemy import ColumnElement, FromClause, Select, Table, case, cast, func, null, or_, select, true

from penfriend.domain.exchange import OWN
from penfriend.domain.exports import Column, Report
from penfriend.domain.exports.reports import ANSWERS, ATTEMPTS, ENROLLMENTS, EVENTS, MESSAGES, RESULTS
from penfriend.domain.money import SCALE
from penfriend.storage import tables as t
from penfriend.storage.columns import BIG

Expr = ColumnElement[Any]
_m, _a, _e, _n, _w, _c = (
    t.messages.c, t.attempts.c, t.events.c, t.enrollments.c, t.answers.c, t.contacts.c,
)  # fmt: skip
_OWN_KEY = "penfriend:"
"""The keys of the service's own events begin so, and have our ids in them."""
_AMOUNT_OF = {"cart_updated": "total", "order_placed": "total", "order_refunded": "amount"}
"""The property that is an amount, by event; it was checked when the event came in."""


@dataclass(frozen=True, slots=True)
class Source:
    """One report in the store."""

    report: Report
    columns: Mapping[str, Expr]
    tables: FromClause
    of_somebody: Expr
    """Passes over the rows of those who are erased."""

    def shown(self, show: Callable[[Column, Expr], Expr], *more: Expr) -> Select[Any]:
        """All rows, with the report's columns in their order, each as `show` makes it, and `more`."""
        columns = [show(one, self.columns[one.name]).label(one.name) for one in self.report.columns]
        return select(*columns, *more).select_from(self.tables).where(self.of_somebody)


@dataclass(frozen=True, slots=True)
class SourceOfDays(Source):
    """One whose rows are read by day."""

    group: TableColumn[str] | None
    """The first column of the index by which a day is found, where it is not the moment itself."""
    came: TableColumn[int]
    """The moment whose day counts, and"""
    id: TableColumn[int]
    """the id of the same row: what comes at the same moment comes in its order."""


@cache
def sources_of_days(dialect: str) -> dict[str, SourceOfDays]:
    """Every report that is written as files, by name, in the words of `sqlite` or `postgresql`."""
    made = (_messages(dialect), _attempts(dialect), _events(), _enrollments(), _answers())
    return {source.report.name: source for source in made}


@cache
def sources(dialect: str) -> dict[str, Source]:
    """Every report that has a view."""
    return {**sources_of_days(dialect), RESULTS.name: _results()}


_THERE = _c.erased_at.is_(None)
_CONTACT = func.coalesce(_c.key, _c.email)
_RUN = {
    "campaign": _n.campaign,
    "contact": _CONTACT,
    "occurrence": _n.occurrence,
    "entry": _n.entry,
}


def _same_names(report: Report, table: Table, **others: Expr) -> dict[str, Expr]:
    """The columns of a report: those of `others`, and of the table those that are called the same."""
    return {
        column.name: others[column.name] if column.name in others else table.c[column.name]
        for column in report.columns
    }


def _domain(dialect: str) -> Expr:
    at = (func.instr if dialect == "sqlite" else func.strpos)(_m.address, "@")
    return case((at > 0, func.substr(_m.address, at + 1)), else_=null())


def _messages(dialect: str) -> SourceOfDays:
    columns = _same_names(
        MESSAGES,
        t.messages,
        **_RUN | {"campaign": _m.campaign},
        transport=_m.route,
        domain=_domain(dialect),
        tries=_m.attempts,
    )
    tables = t.messages.join(t.contacts, _c.id == _m.contact_id).join(
        t.enrollments, _n.id == _m.enrollment_id
    )
    return SourceOfDays(MESSAGES, columns, tables, _THERE, _m.campaign, _m.over_at, _m.id)


def _attempts(dialect: str) -> SourceOfDays:
    columns = _same_names(
        ATTEMPTS,
        t.attempts,
        message_id=_m.message_id,
        campaign=_m.campaign,
        step=_m.step,
        transport=_a.route,
        domain=_domain(dialect),
        answer=_a.text,
    )
    tables = t.attempts.join(t.messages, _m.id == _a.message_id).join(t.contacts, _c.id == _m.contact_id)
    return SourceOfDays(ATTEMPTS, columns, tables, _THERE, None, _a.started_at, _a.id)


def _events() -> SourceOfDays:
    columns = _same_names(
        EVENTS,
        t.events,
        contact=_CONTACT,
        event_id=case((func.substr(_e.key, 1, len(_OWN_KEY)) == _OWN_KEY, null()), else_=_e.key),
        cart_id=_e.cart_key,
        order_id=_e.order_key,
        product_id=_e.product_key,
        amount=_amount(OWN),
        value=_amount(),
        currency=case(
            (
                _e.name.in_(sorted(_AMOUNT_OF)),
                func.coalesce(_e.properties["currency"].as_string(), t.orders.c.currency, t.carts.c.currency),
            ),
            else_=null(),
        ),
        message_id=_m.message_id,
    )
    tables = (
        t.events.outerjoin(t.contacts, _c.id == _e.contact_id)
        .outerjoin(t.messages, _m.id == _e.message_id)
        .outerjoin(t.orders, t.orders.c.key == _e.order_key)
        .outerjoin(t.carts, t.carts.c.key == _e.cart_key)
    )
    somebody = or_(_e.contact_id.is_(None), _THERE)
    return SourceOfDays(EVENTS, columns, tables, somebody, _e.name, _e.at, _e.id)


def _amount(own: str | None = None) -> Expr:
    """In the brand's currency, or as it came where the event keeps that too under the name `own`."""

    def units(name: str) -> Expr:
        kept = _e.properties[name].as_numeric(20, 4)
        if own is not None:
            kept = func.coalesce(_e.properties[(own, name)].as_numeric(20, 4), kept)
        return cast(func.round(kept * SCALE), BIG)

    cases = [(_e.name == event, units(name)) for event, name in _AMOUNT_OF.items()]
    return case(*cases, else_=null())


def _enrollments() -> SourceOfDays:
    columns = _same_names(
        ENROLLMENTS,
        t.enrollments,
        **_RUN,
        cart_id=_n.cart_key,
        order_id=_n.order_key,
        product_id=_n.product_key,
        reward_id=_n.reward_key,
    )
    tables = t.enrollments.join(t.contacts, _c.id == _n.contact_id)
    return SourceOfDays(ENROLLMENTS, columns, tables, _THERE, _n.campaign, _n.entered_at, _n.id)


def _answers() -> SourceOfDays:
    columns = _same_names(ANSWERS, t.answers, **_RUN)
    tables = t.answers.join(t.contacts, _c.id == _w.contact_id).outerjoin(
        t.enrollments, _n.id == _w.enrollment_id
    )
    return SourceOfDays(ANSWERS, columns, tables, _THERE, None, _w.answered_at, _w.id)


def _results() -> Source:
    columns = _same_names(RESULTS, t.result_days)
    return Source(RESULTS, columns, t.result_days, true())
