"""What a consent was given to and by which address; and who was erased, to be found."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, text

from penfriend.storage.columns import TEXT

revision, down_revision = "0023", "0022"


def upgrade() -> None:
    """Add the columns and the index."""
    op.add_column("consents", Column("address", TEXT))
    op.add_column("consents", Column("text_version", TEXT))
    erased = text("erased_at IS NOT NULL")
    op.create_index(
        "ix_contacts_erased", "contacts", ["erased_at"], sqlite_where=erased, postgresql_where=erased
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_contacts_erased", "contacts")
    op.drop_column("consents", "text_version")
    op.drop_column("consents", "address")
