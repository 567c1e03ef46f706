"""What we do: messages, the tries to hand them over, what came of them, and the coupon codes in them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, UniqueConstraint
from sqlalchemy import text as sql

from penfriend.storage.columns import BIG, JSON_TEXT, count, flag, moment, of_contact, own_id, text
from penfriend.storage.tables.base import metadata

messages = Table(
    "messages",
    metadata,
    own_id(),
    Column("enrollment_id", BIG, ForeignKey("enrollments.id"), nullable=False),
    text("campaign", null=False),
    of_contact(),
    text("step", null=False),
    text("template", null=False),
    text("topic"),
    flag("transactional"),
    count("priority"),
    count("revision"),  # which made it at the last try; before that, which wanted it
    text("status", null=False),
    text("reason"),
    moment("wanted_at", null=False),  # when its step began
    moment("due_at", null=False),
    text("held_by"),  # the last postponement
    count("postponed"),  # how often
    text("route"),
    text("message_id", null=False),  # the header, fixed here
    moment("dated_at"),  # the Date header: the first handover
    Column("made_for", BIG),  # our id of the contact then: its links carry it, also when two were joined
    text("digest"),  # SHA-256 of the bytes
    Column(
        "facts", JSON_TEXT
    ),  # what the mail was made of, frozen before the dot, so that a copy has the same bytes
    text("address"),
    count("attempts"),
    text("owner"),
    moment("lease_until"),
    moment("created_at", null=False),
    moment("over_at"),
    moment("sent_at"),
    moment("opened_at"),
    moment("clicked_at"),
    moment("delivered_at"),  # what came back of it (`feedback`): the receiving server has it,
    moment("bounced_at"),  # it was returned,
    moment("complained_at"),  # the person called it spam
    moment("unsubscribed_at"),  # what was done through it first: a topic was left,
    moment("answered_at"),  # its survey was answered
    text("locale"),  # in which the last try was made
    text("provider_id"),
    text("note"),  # the last answer or error, in one line
    text("lane"),  # set aside for a domain whose rate is used up: see rate_lanes
    UniqueConstraint("enrollment_id", "step"),
    UniqueConstraint("message_id"),
    Index(
        "ix_messages_due",
        sql("priority DESC"),
        "due_at",
        "id",
        sqlite_where=sql("status = 'due' AND lane IS NULL"),
        postgresql_where=sql("status = 'due' AND lane IS NULL"),
    ),
    Index(
        "ix_messages_lane",
        "lane",
        sql("priority DESC"),
        "due_at",
        "id",
        sqlite_where=sql("status = 'due' AND lane IS NOT NULL"),
        postgresql_where=sql("status = 'due' AND lane IS NOT NULL"),
    ),
    Index(
        "ix_messages_due_at",
        "due_at",
        sqlite_where=sql("status = 'due'"),
        postgresql_where=sql("status = 'due'"),
    ),
    Index(
        "ix_messages_not_held",  # due, and not said to wait for the transport's rate: see rate_holds
        "due_at",
        "id",
        sqlite_where=sql("status = 'due' AND coalesce(held_by, '') <> 'rate_limit'"),
        postgresql_where=sql("status = 'due' AND coalesce(held_by, '') <> 'rate_limit'"),
    ),
    Index(
        "ix_messages_lease",
        "lease_until",
        sqlite_where=sql("owner IS NOT NULL"),
        postgresql_where=sql("owner IS NOT NULL"),
    ),
    Index(None, "contact_id", "sent_at"),
    Index(None, "campaign", "status", "id"),
    Index("ix_messages_status", "status", "id"),
    Index(
        "ix_messages_provider_id",
        "provider_id",
        sqlite_where=sql("provider_id IS NOT NULL"),
        postgresql_where=sql("provider_id IS NOT NULL"),
    ),
    Index("ix_messages_over", "campaign", "over_at"),  # the last mails of a campaign
)

attempts = Table(
    "attempts",
    metadata,
    own_id(),
    Column("message_id", BIG, ForeignKey("messages.id"), nullable=False),
    count("number"),
    text("route", null=False),
    text("owner", null=False),
    moment("started_at", null=False),
    moment("dot_at"),
    moment("ended_at"),
    text("stage"),
    text("outcome"),
    Column("code", Integer),
    text("enhanced"),
    text("text"),
    text("server"),
    text("fault"),
    UniqueConstraint("message_id", "number"),
    Index(None, "started_at"),  # the files of `penfriend export` go by days
)

feedback = Table(
    "feedback",
    metadata,
    own_id(),
    text("key", null=False),
    Column("message_id", BIG, nullable=False),  # no foreign key: what is on record has no effect again
    text("email_hash", null=False),  # of the address that the mail went to
    text("kind", null=False),
    moment("at", null=False),
    moment("received_at", null=False),
    text("source", null=False),
    Column("code", Integer),
    text("enhanced"),
    text("text"),
    UniqueConstraint("key"),
    Index(None, "message_id"),
    Index(None, "email_hash", "kind"),
)

hits = Table(
    "hits",
    metadata,
    own_id(),
    Column("message_id", BIG, nullable=False),  # no foreign key: a link outlives the mail's row
    text("kind", null=False),  # open, click
    count("link"),
    text("url"),
    moment("at", null=False),
    text("who", null=False),  # human, proxy, prefetch, scanner, unknown
    text("agent", null=False),
    text("network", null=False),
    flag("settled"),  # who it was is known for good
    flag("counted"),  # an event was made of it
    Index("ix_hits_message_id", "message_id", "at"),
    Index("ix_hits_unsettled", "id", sqlite_where=sql("settled = 0"), postgresql_where=sql("settled = 0")),
)

coupon_codes = Table(
    "coupon_codes",
    metadata,
    own_id(),
    text("coupon", null=False),
    text("code", null=False),
    moment("added_at", null=False),
    Column("enrollment_id", BIG),  # whose it is; never given to another
    moment("given_at"),
    UniqueConstraint("coupon", "code"),
    Index(
        "ix_coupon_codes_given",
        "coupon",
        "enrollment_id",
        unique=True,
        sqlite_where=sql("enrollment_id IS NOT NULL"),
        postgresql_where=sql("enrollment_id IS NOT NULL"),
    ),
    Index(
        "ix_coupon_codes_free",
        "coupon",
        "id",
        sqlite_where=sql("enrollment_id IS NULL"),
        postgresql_where=sql("enrollment_id IS NULL"),
    ),
)
