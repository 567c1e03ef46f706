"""What we do: campaigns, the runs of contacts through them, and who did not enter."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, UniqueConstraint
from sqlalchemy import text as sql

from penfriend.storage.columns import BIG, TEXT, count, flag, moment, of_contact, own_id, subject, text, tries
from penfriend.storage.tables.base import metadata

campaign_states = Table(
    "campaign_states",
    metadata,
    Column("campaign", TEXT, primary_key=True),
    moment("activated_at", null=False),
    count("revision"),
    moment("removed_at"),
    moment("dated_at"),  # till when the moments of a date or schedule trigger have let people in
    count("dated_id"),  # of the moment right after dated_at: up to which contact it has; 0 where none
    moment("paused_at"),  # since when it rests (`active: no`), and
    moment("resumed_at"),  # until when it did; none while it rests
    moment("stopped_at"),  # since when it rests because too much of its mail came back,
    text("stopped_why"),  # and how much that was
    moment("judged_from"),  # mails from before that have been judged
)

splits = Table(
    "splits",
    metadata,
    Column("campaign", TEXT, primary_key=True),
    Column("step", TEXT, primary_key=True),
    moment("first_at"),  # when its first mail was sent
    moment("decided_at"),
    text("winner"),  # the name of the better arm
    text(
        "figures"
    ),  # what the decision was made by, JSON: each arm by name, with how many hits of how many people
)

webhook_calls = Table(
    "webhook_calls",
    metadata,
    own_id(),
    Column("enrollment_id", BIG, nullable=False),
    of_contact(),
    text("campaign", null=False),
    text("step", null=False),
    text("webhook", null=False),
    *tries(),
    UniqueConstraint("enrollment_id", "step"),
    UniqueConstraint("key"),
    Index(None, "contact_id"),
    Index(
        "ix_webhook_calls_failed",  # the newest of them are shown
        "id",
        sqlite_where=sql("status = 'failed'"),
        postgresql_where=sql("status = 'failed'"),
    ),
    Index(
        "ix_webhook_calls_owner",  # what a worker that ends gives back
        "owner",
        sqlite_where=sql("owner IS NOT NULL"),
        postgresql_where=sql("owner IS NOT NULL"),
    ),
    Index(
        "ix_webhook_calls_due",
        "due_at",
        sqlite_where=sql("status = 'due'"),
        postgresql_where=sql("status = 'due'"),
    ),
)

enrollments = Table(
    "enrollments",
    metadata,
    own_id(),
    text("campaign", null=False),
    of_contact(),
    text("occurrence", null=False),
    count("entry"),
    count("revision"),
    moment("entered_at", null=False),
    text("status", null=False),  # active, ended
    text("step"),  # where it stands; none before its first move
    moment("began_at", null=False),  # when the step it stands at began: the moment the one before was over
    moment("due_at"),  # when it moves by itself; none while it waits for its mail or for a happening alone
    moment("held_due_at"),  # what due_at was before its campaign was paused
    text("due_wall"),  # the wall-clock time that due_at means, and
    text("due_zone"),  # the zone of that clock
    flag("missed"),  # the wait before was missed: the sends up to the next wait are skipped
    flag("waited", null=True, start=None),
    flag("woken"),  # something about the contact changed since the last move
    moment("woken_at"),  # when the first of it arrived
    text("owner"),
    moment("lease_until"),
    moment("ended_at"),
    text("end_reason"),
    text("end_word"),
    moment("goal_until"),  # till when the goal is watched for, also after the end
    moment("goal_at"),
    text("goal_event"),  # the name of the event that was the goal
    moment("converted_at"),
    *subject(),
    UniqueConstraint("campaign", "contact_id", "occurrence", "entry"),
    Index(None, "contact_id"),
    Index(
        "ix_enrollments_due",
        "due_at",
        "id",
        sqlite_where=sql("status = 'active'"),
        postgresql_where=sql("status = 'active'"),
    ),
    Index("ix_enrollments_woken", "id", sqlite_where=sql("woken = 1"), postgresql_where=sql("woken = 1")),
    Index(
        "ix_enrollments_lease",
        "lease_until",
        sqlite_where=sql("owner IS NOT NULL"),
        postgresql_where=sql("owner IS NOT NULL"),
    ),
    Index(None, "campaign", "status", "step"),
    Index("ix_enrollments_entered", "campaign", "entered_at"),
    Index(
        "ix_enrollments_ended",
        "campaign",
        "end_reason",
        sqlite_where=sql("status = 'ended'"),
        postgresql_where=sql("status = 'ended'"),
    ),
    Index(
        "ix_enrollments_converted",
        "campaign",
        sqlite_where=sql("converted_at IS NOT NULL"),
        postgresql_where=sql("converted_at IS NOT NULL"),
    ),
)

refusals = Table(
    "refusals",
    metadata,
    own_id(),
    text("campaign", null=False),
    of_contact(),
    text("occurrence", null=False),
    moment("at", null=False),  # when they came to the door
    moment("decided_at", null=False),
    text("reason", null=False),
    Index(None, "contact_id"),
    Index(None, "campaign", "reason"),
)

decisions = Table(
    "decisions",
    metadata,
    own_id(),
    of_contact(),
    Column("enrollment_id", BIG, nullable=False),
    Column("message_id", BIG),
    text("step"),
    moment("at", null=False),
    text("what", null=False),  # entered, waits, sends, postponed, skipped, branch, over, ended
    text("reason"),
    moment("until"),
    text("detail"),
    Index(None, "enrollment_id"),
    Index(None, "contact_id", "at"),
    Index(
        "ix_decisions_postponed",
        "message_id",
        "reason",
        sqlite_where=sql("what = 'postponed'"),
        postgresql_where=sql("what = 'postponed'"),
    ),
)
