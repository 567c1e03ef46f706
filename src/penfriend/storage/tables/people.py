"""Who: contacts, their ids, what they agreed to, and which addresses must not be written to."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, UniqueConstraint
from sqlalchemy import text as sql

from penfriend.storage.columns import TEXT, amount, count, day, flag, json, moment, of_contact, own_id, text
from penfriend.storage.tables.base import metadata

contacts = Table(
    "contacts",
    metadata,
    own_id(),
    count("version"),
    text("key"),  # the shop's id, the first that came; all of them are in contact_keys
    text("email"),
    moment(
        "email_at"
    ),  # when it was said to be theirs: what is older and comes later does not bring another back
    text("email_hash"),
    text("first_name"),
    text("last_name"),
    text("locale"),
    text("timezone"),
    text("country"),
    day("birthday"),
    text("tier"),
    day("tier_until"),
    text("frequency"),
    moment("created_at", null=False),
    moment("subscribed_at"),
    moment("last_opened_at"),
    moment("last_clicked_at"),
    moment("paused_until"),
    moment("erased_at"),
    json("attributes"),
    # facts: computed anew from the contact's rows at ingestion, never added up
    count("orders_count"),
    amount("orders_total", null=False, start=0),  # who has never ordered has spent 0
    amount("orders_average"),
    moment("orders_first_at"),
    moment("orders_last_at"),
    text("latest_order"),
    text("latest_cart"),
    text("latest_product"),
    text("latest_reward"),
    count("points_balance"),
    count("points_lifetime"),
    count("points_earned"),
    count("points_spent"),
    day("points_expires_on"),
    count("points_remaining", null=True, start=None),
    count("rewards_available"),
    count("rewards_next_cost", null=True, start=None),
    moment("rewards_last_at"),
    # 1 to 5 among all who have bought; once a day (penfriend.storage.scores)
    count("rfm_recency", null=True, start=None),
    count("rfm_frequency", null=True, start=None),
    count("rfm_monetary", null=True, start=None),
    UniqueConstraint("email"),
    Index(None, "email_hash"),
    Index(None, "timezone", "id"),  # schedules come zone by zone
    Index("ix_contacts_first_name", sql("lower(first_name)")),  # people are found by how their names begin
    Index("ix_contacts_last_name", sql("lower(last_name)")),
    Index(
        "ix_contacts_erased",
        "erased_at",
        sqlite_where=sql("erased_at IS NOT NULL"),
        postgresql_where=sql("erased_at IS NOT NULL"),
    ),
)

contact_keys = Table(
    "contact_keys",
    metadata,
    Column("key", TEXT, primary_key=True),
    of_contact(),
    Index(None, "contact_id"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    of_contact(primary_key=True),
    Column("topic", TEXT, primary_key=True),
    flag("subscribed"),
    flag("requested"),  # asked for under double opt-in, not confirmed yet
    moment("at", null=False),
    text("source"),
    text("proof"),
    Index(None, "topic", "subscribed"),
)

consents = Table(
    "consents",
    metadata,
    own_id(),
    of_contact(),
    text("topic", null=False),
    text("change", null=False),  # subscribed, requested, confirmed, unsubscribed
    moment("at", null=False),
    moment("recorded_at", null=False),
    text("source"),
    text("proof"),
    text("address"),  # the contact's then
    text("text_version"),  # of what was agreed to: where it stood, as whoever asked calls it
    Index(None, "contact_id", "at"),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("email_hash", TEXT, primary_key=True),
    text("reason", null=False),
    text("evidence"),
    moment("at", null=False),
    Index(None, "reason"),  # they are counted by it
)

suppression_changes = Table(
    "suppression_changes",  # the log of `suppressions`; never deleted from
    metadata,
    own_id(),
    text("email_hash", null=False),
    text("change", null=False),  # suppressed, lifted
    text("reason", null=False),
    text("evidence"),
    text("by"),  # who did it, where a person did
    moment("at", null=False),
    Index(None, "email_hash", "id"),
    Index("ix_suppression_changes_at", "at", "change", "reason"),  # counted by day
)
