"""Whose fields a condition reads: the contact's row, what it is about, the rows that are at hand, the
enrollment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Column, FromClause, Select, func, literal_column, null, select

from penfriend.storage import tables as t
from penfriend.storage.segment_sql_json import Expr

SUBJECT_COLUMNS = (
    "cart_key",
    "order_key",
    "product_key",
    "reward_key",
    "expires_on",
    "event_id",
    "row_key",
)
"""The columns of `Subject`, in members, enrollments and probes alike."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a condition is read.

    `subject` holds an expression for each kind of thing that the row may be about; a kind that is not there
    is about none. `rows` are the rows of things that the statement has at hand, by the group of fields that
    they answer.
    """

    contact: FromClause
    subject: Mapping[str, Expr] = field(default_factory=dict)
    rows: Mapping[str, FromClause] = field(default_factory=dict)
    entry: bool = False
    """Whether there is an enrollment whose entry the binder knows."""
    enrollment: Expr | None = None
    frozen: bool = False
    """Time alone takes nobody out: `now` is the moment of entry, and a `last` window stays open."""

    def with_row(self, group: str, row: FromClause) -> Scope:
        """The same with one more row at hand."""
        return replace(self, rows={**self.rows, group: row})

    def about_nothing(self) -> Scope:
        """The same contact, about no thing: how a segment of contacts is read wherever it is named."""
        return replace(self, subject={}, rows={}, entry=False, enrollment=None)

    def about(self, kind: str) -> Expr | None:
        """The key of the thing of that kind that it is about, without a fallback; None where it never is
        about one."""
        if kind == "cart_key":
            return self._about_cart()
        return self.subject.get(kind)

    def key(self, kind: str, latest: str) -> Expr:
        """The key of the thing that it is about, else of the contact's latest."""
        about = self.about(kind)
        fallback: Expr = self.contact.c[latest]
        return fallback if about is None else func.coalesce(about, fallback)

    def _about_cart(self) -> Expr | None:
        """The cart itself, or the cart of the order that it is about."""
        known = [self.subject[kind] for kind in ("cart_key",) if kind in self.subject]
        if "order_key" in self.subject and "order" not in self.rows:
            order = t.orders.alias()
            of_order = select(order.c.cart_key).where(order.c.key == self.subject["order_key"])
            known.append(of_order.correlate_except(order).scalar_subquery())
        if not known:
            return None
        return known[0] if len(known) == 1 else func.coalesce(*known)


Read = Callable[[FromClause], Expr]
"""Takes a value out of a row."""


def read_by_key(
    scope: Scope, group: str, table: FromClause, key: Column[str] | None, value: Expr, read: Read
) -> Expr:
    """A value of the row of `table` whose key is `value`, the contact's own; from the row at hand where
    there is one."""
    row = scope.rows.get(group)
    if row is not None:
        return read(row)
    alias: FromClause = table.alias()
    where = [alias.c.contact_id == scope.contact.c.id] if "contact_id" in alias.c else []
    if key is not None:
        where.append(alias.c[key.name] == value)
    return select(read(alias)).where(*where).correlate_except(alias).scalar_subquery()


def there_is(*rows: FromClause, where: Sequence[Expr], joined: FromClause | None = None) -> Expr:
    """Whether such a row is there.

    Not EXISTS: PostgreSQL may turn that into a hash of the whole table, and here few are asked about.
    """
    one: Select[tuple[object]] = (
        select(literal_column("1")).select_from(rows[0] if joined is None else joined).where(*where)
    )
    return one.limit(literal_column("1")).correlate_except(*rows).scalar_subquery().is_not(None)


def nothing() -> Expr:
    """A value that is missing."""
    return null()
