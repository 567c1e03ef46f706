"""Writes events whose contacts are known, and all that follows from them, in the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from penfriend.domain.definitions import Definitions
from penfriend.domain.ingestion import CheckedEvent
from penfriend.domain.shop import CART_EVENTS, ORDER_EVENTS, REWARD_EVENTS, units
from penfriend.domain.timing import Moment
from penfriend.domain.watched import reads_products
from penfriend.storage import consents, facts, shop_loyalty, shop_products, shop_things
from penfriend.storage.answer_days import count_answers
from penfriend.storage.batch_sql import insert_rows, insert_values, next_ids
from penfriend.storage.contact_fields import FIELD_EVENTS, Said, rebuild_fields, renew_fields
from penfriend.storage.engines import to_json
from penfriend.storage.mail_events import keep_doings, keep_hits
from penfriend.storage.outgoing import tell_of_answers
from penfriend.storage.tables import answers, carts, events, orders, refunds
from penfriend.storage.touches import touch, touch_by_product
from penfriend.storage.wishes import bring_up_again

Kept = tuple[int, int, CheckedEvent]
"""Our id of the event, our id of its contact, the event."""


@dataclass(frozen=True, slots=True)
class Background:
    """What the whole batch needs."""

    connection: Connection
    definitions: Definitions
    now: Moment


def record(background: Background, batch: Sequence[tuple[CheckedEvent, int | None]]) -> None:
    """Keep the events, each with its contact, and renew what they say something about."""
    connection, now = background.connection, background.now
    ids = next_ids(connection, events, len(batch))
    numbered = [(next(ids), contact_id, event) for event, contact_id in batch]
    insert_values(connection, events, _EVENT, [_event_row(*row, now) for row in numbered])
    of_contacts = [(id_, contact_id, event) for id_, contact_id, event in numbered if contact_id is not None]
    _renew_people(background, of_contacts)
    _renew_shop(background, of_contacts)
    touch(connection, [(contact_id, id_) for id_, contact_id, _ in of_contacts], now)
    updated = [event for event, _ in batch if event.name == "product_updated"]
    named = shop_products.keep_products(connection, updated, background.definitions.brand.currency)
    if reads_products(background.definitions):
        touch_by_product(connection, named, now)


def renew_everything(background: Background, contact_id: int) -> None:
    """Make every fact of the contact anew: rows have come to it from another."""
    connection, now, brand = background.connection, background.now, background.definitions.brand
    both = {contact_id}
    rebuild_fields(connection, both)
    consents.renew_subscriptions(connection, both, now)
    for table, renew in ((carts, shop_things.renew_carts), (orders, shop_things.renew_orders)):
        keys = connection.execute(select(table.c.key).where(table.c.contact_id == contact_id)).scalars()
        renew(connection, set(keys), brand.currency)
    facts.renew_all_events(connection, both)
    facts.renew_all_purchases(connection, both)
    facts.renew_orders(connection, both)
    facts.renew_carts(connection, both)
    facts.renew_product(connection, both)
    shop_loyalty.renew_points(connection, both, now, brand.zone)
    shop_loyalty.renew_rewards(connection, both, now)
    touch(connection, [(contact_id, None)], now)


def _renew_people(background: Background, kept: Sequence[Kept]) -> None:
    """Fields, consent and answers."""
    connection = background.connection
    news: dict[int, list[Said]] = defaultdict(list)
    for _, contact_id, event in kept:
        if event.name in FIELD_EVENTS:
            news[contact_id].append((event.at, event.key, event.name, event.properties))
    renew_fields(connection, news)
    bring_up_again(connection, news, background.now)
    agreed = consents.record_consents(connection, kept, background.now)
    consents.renew_subscriptions(connection, agreed, background.now)
    keep_hits(connection, kept)
    keep_doings(connection, kept)
    answered = [_answer_row(*row) for row in kept if row[2].name == "survey_answered"]
    count_answers(connection, answered, background.definitions.brand.zone)
    insert_rows(connection, answers, answered)
    tell_of_answers(connection, answered, background.now)


def _renew_shop(background: Background, kept: Sequence[Kept]) -> None:
    """Carts, orders, points and rewards, and the facts that come of them and of the events themselves."""
    connection, now, brand = background.connection, background.now, background.definitions.brand
    insert_rows(connection, refunds, [_refund_row(*row) for row in kept if row[2].name == "order_refunded"])
    cart_keys = {e.cart_key for _, _, e in kept if e.name in CART_EVENTS and e.cart_key is not None}
    order_keys = {e.order_key for _, _, e in kept if e.name in ORDER_EVENTS and e.order_key is not None}
    with_carts = shop_things.renew_carts(connection, cart_keys, brand.currency).owners
    renewed = shop_things.renew_orders(connection, order_keys, brand.currency)
    with_orders = renewed.owners
    facts.renew_events(connection, _by_name(kept))
    facts.renew_carts(connection, with_carts)
    facts.renew_purchases(connection, renewed.products)
    facts.renew_orders(connection, with_orders)
    with_products = {who for _, who, event in kept if event.product_key is not None}
    facts.renew_product(connection, with_products | with_orders)
    with_points = shop_loyalty.record_moves(connection, kept)
    shop_loyalty.renew_points(connection, with_points, now, brand.zone)
    with_rewards = {who for _, who, event in kept if event.name in REWARD_EVENTS}
    shop_loyalty.renew_rewards(connection, with_rewards | with_points, now)
    owners = {who for _, who, _ in kept}
    # a thing that went to somebody else changes the facts of whose it was, too
    touch(connection, [(who, None) for who in sorted((with_carts | with_orders) - owners)], now)


def _by_name(kept: Sequence[Kept]) -> dict[str, Collection[int]]:
    names: dict[str, set[int]] = defaultdict(set)
    for _, contact_id, event in kept:
        names[event.name].add(contact_id)
    return dict(names)


_EVENT = (
    "id", "contact_id", "name", "at", "received_at", "key", "body_hash", "properties",
    "cart_key", "order_key", "product_key", "enrollment_id", "message_id",
)  # fmt: skip


def _event_row(id_: int, contact_id: int | None, event: CheckedEvent, now: Moment) -> tuple[object, ...]:
    return (
        id_,
        contact_id,
        event.name,
        event.at,
        now,
        event.key,
        event.body_hash,
        to_json(event.properties),
        event.cart_key,
        event.order_key,
        event.product_key,
        event.own.enrollment_id if event.own else None,
        event.own.message_id if event.own else None,
    )


def _answer_row(_id: int, contact_id: int, event: CheckedEvent) -> dict[str, object]:
    score = event.properties.get("score")
    return {
        "contact_id": contact_id,
        "survey": event.properties["survey"],
        "enrollment_id": event.own.enrollment_id if event.own else None,
        "score": None if score is None else int(score),
        "comment": event.properties.get("comment"),
        "answered_at": event.at,
    }


def _refund_row(id_: int, _contact_id: int, event: CheckedEvent) -> dict[str, object]:
    return {
        "event_id": id_,
        "order_key": event.order_key,
        "value": units(event.properties.get("amount")),
        "at": event.at,
    }
