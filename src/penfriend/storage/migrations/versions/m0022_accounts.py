"""Accounts of the dashboard, and the audit log."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKey

from penfriend.storage.columns import BIG, JSON_TEXT, TEXT

revision, down_revision = "0022", "0021"
TABLES = ("audit_log", "sign_in_guesses", "recovery_codes", "one_time_links", "sessions", "users")


def upgrade() -> None:
    """Make the tables."""
    _people()
    _proofs()
    _log()


def _people() -> None:
    op.create_table(
        "users",
        Column("id", BIG, primary_key=True, autoincrement=True),
        Column("name", TEXT, nullable=False),
        Column("role", TEXT, nullable=False),
        Column("email", TEXT),
        Column("password", TEXT),
        Column("totp", TEXT),
        Column("totp_pending", TEXT),
        Column("totp_step", BIG),
        Column("oidc_subject", TEXT),
        Column("made_at", BIG, nullable=False),
        Column("signed_in_at", BIG),
    )
    op.create_index("ix_users_name", "users", ["name"], unique=True)
    op.create_index("ix_users_email", "users", ["email"], unique=True)


def _proofs() -> None:
    op.create_table(
        "sessions",
        Column("id", BIG, primary_key=True, autoincrement=True),
        Column("digest", TEXT, nullable=False),
        Column("former_digest", TEXT),
        Column("user_id", BIG, ForeignKey("users.id"), nullable=False),
        Column("stage", TEXT, nullable=False),
        Column("made_at", BIG, nullable=False),
        Column("renewed_at", BIG, nullable=False),
        Column("seen_at", BIG, nullable=False),
        Column("network", TEXT, nullable=False),
        Column("browser", TEXT, nullable=False),
    )
    op.create_index("ix_sessions_digest", "sessions", ["digest"], unique=True)
    op.create_index("ix_sessions_former_digest", "sessions", ["former_digest"])
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "one_time_links",
        Column("digest", TEXT, primary_key=True),
        Column("user_id", BIG, ForeignKey("users.id"), nullable=False),
        Column("made_at", BIG, nullable=False),
        Column("until", BIG, nullable=False),
    )
    op.create_index("ix_one_time_links_user_id", "one_time_links", ["user_id"])
    op.create_table(
        "recovery_codes",
        Column("digest", TEXT, primary_key=True),
        Column("user_id", BIG, ForeignKey("users.id"), nullable=False),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])


def _log() -> None:
    op.create_table(
        "sign_in_guesses",
        Column("bucket", TEXT, primary_key=True),
        Column("wrong", BIG, nullable=False, server_default="0"),
        Column("last_at", BIG, nullable=False),
        Column("until", BIG, nullable=False),
    )
    op.create_index("ix_sign_in_guesses_last_at", "sign_in_guesses", ["last_at"])
    op.create_table(
        "audit_log",
        Column("id", BIG, primary_key=True, autoincrement=True),
        Column("at", BIG, nullable=False),
        Column("who", TEXT, nullable=False),
        Column("way", TEXT, nullable=False),
        Column("network", TEXT, nullable=False),
        Column("deed", TEXT, nullable=False),
        Column("about", TEXT, nullable=False),
        Column("details", JSON_TEXT),
    )
    op.create_index("ix_audit_log_about", "audit_log", ["about"])


def downgrade() -> None:
    """Drop them."""
    for table in TABLES:
        op.drop_table(table)
