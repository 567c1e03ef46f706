"""Accounts of the dashboard: users, their sessions and what proves who they are, guesses, the audit log."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table

from penfriend.storage.columns import BIG, JSON_TEXT, TEXT, count, moment, own_id, text
from penfriend.storage.tables.base import metadata


def _of_user() -> Column[int]:
    return Column("user_id", BIG, ForeignKey("users.id"), nullable=False)


users = Table(
    "users",
    metadata,
    own_id(),
    text("name", null=False),
    text("role", null=False),
    text("email"),
    text("password"),  # argon2id in its own notation
    text("totp"),  # the secret of the second factor, sealed
    text("totp_pending"),  # one that was shown and not yet proved, sealed
    Column("totp_step", BIG),  # the last step that a code was taken of: it is taken once
    text("oidc_subject"),  # who they are at the provider of OpenID Connect, since they first came from there
    moment("made_at", null=False),
    moment("signed_in_at"),
    Index(None, "name", unique=True),
    Index(None, "email", unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    own_id(),
    text("digest", null=False),
    text("former_digest"),  # of the token before, for requests that are under way
    _of_user(),
    text("stage", null=False),
    moment("made_at", null=False),
    moment("renewed_at", null=False),
    moment("seen_at", null=False),
    text("network", null=False),
    text("browser", null=False),
    Index(None, "digest", unique=True),
    Index(None, "former_digest"),
    Index(None, "user_id"),
)

one_time_links = Table(
    "one_time_links",
    metadata,
    Column("digest", TEXT, primary_key=True),
    _of_user(),
    moment("made_at", null=False),
    moment("until", null=False),
    Index(None, "user_id"),
)
"""A link that was used is deleted: whoever deletes it has used it."""

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("digest", TEXT, primary_key=True),
    _of_user(),
    Index(None, "user_id"),
)
"""Likewise."""

sign_in_guesses = Table(
    "sign_in_guesses",
    metadata,
    Column("bucket", TEXT, primary_key=True),
    count("wrong"),
    moment("last_at", null=False),
    moment("until", null=False),
    Index(None, "last_at"),
)

audit_log = Table(
    "audit_log",
    metadata,
    own_id(),
    moment("at", null=False),
    text("who", null=False),
    text("way", null=False),
    text("network", null=False),
    text("deed", null=False),
    text("about", null=False),
    Column("details", JSON_TEXT),
    Index(None, "about"),
)
"""Only ever added to."""
