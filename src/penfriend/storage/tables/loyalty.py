"""What happened: points by lot, rewards and answers to surveys."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table
from sqlalchemy import text as sql

from penfriend.storage.columns import BIG, TEXT, count, day, moment, of_contact, own_id, text
from penfriend.storage.tables.base import metadata

point_moves = Table(
    "point_moves",
    metadata,
    Column("event_id", BIG, primary_key=True, autoincrement=False),
    of_contact(),
    text("kind", null=False),  # earned, spent, expired
    count("amount", null=True, start=None),  # without one an expiry takes the whole lot
    text("lot_key"),
    day("expires_on"),
    moment("at", null=False),
    Index(None, "contact_id", "at"),
    Index(None, "at"),
)

lots = Table(
    "lots",
    metadata,
    of_contact(primary_key=True),
    Column("key", TEXT, primary_key=True),
    count("amount"),
    count("remaining"),
    moment("earned_at", null=False),
    day("expires_on"),
    Index(None, "expires_on"),
)

expiries = Table(
    "expiries",
    metadata,
    of_contact(primary_key=True),
    Column("expires_on", TEXT, primary_key=True),
    count("remaining"),
    Index(None, "expires_on"),
)

rewards = Table(
    "rewards",
    metadata,
    of_contact(primary_key=True),
    Column("key", TEXT, primary_key=True),
    text("title"),
    count("cost", null=True, start=None),
    text("status", null=False),  # available, used
    moment("unlocked_at"),
    moment("used_at"),
    moment("expires_at"),
    Index(None, "expires_at"),
)

answers = Table(
    "answers",
    metadata,
    own_id(),
    of_contact(),
    text("survey", null=False),
    Column("enrollment_id", BIG),
    Column("score", BIG),
    text("comment"),
    moment("answered_at", null=False),
    Index(None, "contact_id", "survey", "answered_at"),
    Index(None, "enrollment_id"),
    Index(None, "answered_at"),
    Index(
        "ix_answers_comments",
        "survey",
        "score",
        "answered_at",
        "id",
        sqlite_where=sql("comment <> ''"),
        postgresql_where=sql("comment <> ''"),
    ),
)

answer_days = Table(
    "answer_days",
    metadata,
    Column("survey", TEXT, primary_key=True),
    Column("day", TEXT, primary_key=True),  # by the brand's clock
    Column("score", BIG, primary_key=True),  # -1 where only a comment was given
    count("people"),  # whose last answer it is
)
