"""The value of each field of the language as an SQL expression; NULL is a missing value.

The fields are those of `penfriend.domain.fields`; what has no entry here is an error, never a silent NULL.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import BigInteger, FromClause, case, func, literal, select

from penfriend.domain.fields import Field
from penfriend.storage import tables as t
from penfriend.storage.segment_sql_json import Expr, typed
from penfriend.storage.segment_sql_scope import Scope, nothing, read_by_key, there_is

_CONTACT_COLUMNS = {
    "points": {
        "balance": "points_balance",
        "lifetime": "points_lifetime",
        "earned": "points_earned",
        "spent": "points_spent",
    },
    "rewards": {
        "available_count": "rewards_available",
        "next_cost": "rewards_next_cost",
        "last_at": "rewards_last_at",
    },
    "orders": {
        "count": "orders_count",
        "total": "orders_total",
        "average": "orders_average",
        "first_at": "orders_first_at",
        "last_at": "orders_last_at",
    },
}
_KEYED_PROPERTIES = {"cart_id": "cart_key", "order_id": "order_key", "product_id": "product_key"}


def value_of(field: Field, scope: Scope) -> Expr:
    """What the field holds for the scope's contact or thing. Raises KeyError for a field that is not in
    the list."""
    if field.name == "waited" or field.group == "waited":
        return _waited(scope)
    return _READERS[field.group](field, scope)


def _contact(field: Field, scope: Scope) -> Expr:
    if field.subject == "attributes":
        return typed(scope.contact.c.attributes, field.key, field.type)
    column: Expr = scope.contact.c["key" if field.key == "id" else field.key.replace(".", "_")]
    return column


def _fact(field: Field, scope: Scope) -> Expr:
    column: Expr = scope.contact.c[_CONTACT_COLUMNS[field.group][field.key]]
    return column


def _topic(field: Field, scope: Scope) -> Expr:
    row = t.subscriptions.alias()
    own = [row.c.contact_id == scope.contact.c.id, row.c.topic == (field.subject or field.key)]
    return yes_no(there_is(row, where=[*own, row.c.subscribed == 1]))


def _campaign(field: Field, scope: Scope) -> Expr:
    row = t.enrollments.alias()
    own = [row.c.contact_id == scope.contact.c.id, row.c.campaign == field.subject]
    if field.key == "inside":
        return yes_no(there_is(row, where=[*own, row.c.status == "active"]))
    return select(func.max(row.c.entered_at)).where(*own).correlate_except(row).scalar_subquery()


def _order(field: Field, scope: Scope) -> Expr:
    columns = {"id": "key", "total": "net"}
    key = scope.key("order_key", "latest_order")
    return read_by_key(
        scope, "order", t.orders, t.orders.c.key, key, lambda row: row.c[columns.get(field.key, field.key)]
    )


def _cart(field: Field, scope: Scope) -> Expr:
    columns = {"id": "key", "total": "value"}
    key = scope.key("cart_key", "latest_cart")
    return read_by_key(
        scope, "cart", t.carts, t.carts.c.key, key, lambda row: row.c[columns.get(field.key, field.key)]
    )


def _purchase(field: Field, scope: Scope) -> Expr:
    key = scope.key("product_key", "latest_product")
    return read_by_key(
        scope, "purchase", t.purchases, t.purchases.c.product_key, key, lambda row: row.c[field.key]
    )


def _product(field: Field, scope: Scope) -> Expr:
    key = scope.key("product_key", "latest_product")
    if field.key == "id" and field.subject != "attributes":
        return key
    return read_by_key(
        scope, "product", t.products, t.products.c.key, key, lambda row: product_value(row, field)
    )


def product_value(row: FromClause, field: Field) -> Expr:
    """A field of the product in a row of `products`."""
    if field.subject == "attributes" or field.subject.endswith(".attributes"):
        return typed(row.c.attributes, field.key, field.type)
    columns = {"id": "key", "product_id": "key", "price": "value"}
    column: Expr = row.c[columns.get(field.key, field.key)]
    return column


def _points(field: Field, scope: Scope) -> Expr:
    if field.key not in ("expires_at", "remaining"):
        return _fact(field, scope)
    row = scope.rows.get("points")
    column = "expires_on" if field.key == "expires_at" else "remaining"
    if row is not None:
        at_hand: Expr = row.c[column]
        return at_hand
    latest: Expr = scope.contact.c["points_expires_on" if field.key == "expires_at" else "points_remaining"]
    about = scope.about("expires_on")
    if about is None:
        return latest
    if field.key == "expires_at":
        return func.coalesce(about, latest)
    left = read_by_key(
        scope, "points", t.expiries, t.expiries.c.expires_on, about, lambda lot: lot.c.remaining
    )
    # a lot that is used up has no row any more: nothing of it is left
    return case((about.is_not(None), func.coalesce(left, literal(0, BigInteger()))), else_=latest)


def _reward(field: Field, scope: Scope) -> Expr:
    columns = {"id": "key"}
    key = scope.key("reward_key", "latest_reward")
    return read_by_key(
        scope, "reward", t.rewards, t.rewards.c.key, key, lambda row: row.c[columns.get(field.key, field.key)]
    )


def _events(field: Field, scope: Scope) -> Expr:
    row = t.event_facts.alias()
    value = (
        select(row.c[field.key])
        .where(row.c.contact_id == scope.contact.c.id, row.c.name == field.subject)
        .correlate_except(row)
        .scalar_subquery()
    )
    return func.coalesce(value, literal(0, BigInteger())) if field.key == "count" else value


def _event(field: Field, scope: Scope) -> Expr:
    about = scope.about("event_id")
    if "event" not in scope.rows and about is None:
        return nothing()
    return read_by_key(
        scope, "event", t.events, t.events.c.id, about if about is not None else nothing(),
        lambda row: event_value(row, field),
    )  # fmt: skip


def event_value(row: FromClause, field: Field) -> Expr:
    """A field of the event in a row of `events`: its moment or a property. What names an order, cart or
    product is in a column too."""
    if field.key == "at" and not field.subject:
        at: Expr = row.c.at
        return at
    value = typed(row.c.properties, field.key, field.type)
    column = _KEYED_PROPERTIES.get(field.key)
    return value if column is None else func.coalesce(row.c[column], value)


def _message(field: Field, scope: Scope) -> Expr:
    if scope.enrollment is None:
        return literal(0, BigInteger())
    row = t.messages.alias()
    where = [row.c.enrollment_id == scope.enrollment, row.c[f"{field.key}_at"].is_not(None)]
    if field.subject:
        where.append(row.c.step == field.subject)
    return yes_no(there_is(row, where=where))


def _survey(field: Field, scope: Scope) -> Expr:
    row = t.answers.alias()
    where = [row.c.contact_id == scope.contact.c.id]
    if field.subject:
        where.append(row.c.survey == field.subject)
    elif scope.enrollment is None:
        return nothing()
    else:
        where.append(row.c.enrollment_id == scope.enrollment)
    latest = (
        select(row.c[field.key]).where(*where).order_by(row.c.answered_at.desc(), row.c.id.desc()).limit(1)
    )
    return latest.correlate_except(row).scalar_subquery()


def _waited(scope: Scope) -> Expr:
    if scope.enrollment is None:
        return nothing()
    row = t.enrollments.alias()
    return select(row.c.waited).where(row.c.id == scope.enrollment).correlate_except(row).scalar_subquery()


def yes_no(condition: Expr) -> Expr:
    """A yes or no of the store: 1 or 0."""
    return case((condition, literal(1, BigInteger())), else_=literal(0, BigInteger()))


_READERS: dict[str, Callable[[Field, Scope], Expr]] = {
    "contact": _contact,
    "topic": _topic,
    "campaign": _campaign,
    "orders": _fact,
    "rewards": _fact,
    "order": _order,
    "cart": _cart,
    "purchase": _purchase,
    "product": _product,
    "points": _points,
    "reward": _reward,
    "events": _events,
    "event": _event,
    "message": _message,
    "survey": _survey,
}
