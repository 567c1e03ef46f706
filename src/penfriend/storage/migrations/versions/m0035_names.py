"""Two indexes by which people are found by how their names begin: nobody has to read a million names."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision, down_revision = "0035", "0034"


def upgrade() -> None:
    """Make them."""
    op.create_index("ix_contacts_first_name", "contacts", [text("lower(first_name)")])
    op.create_index("ix_contacts_last_name", "contacts", [text("lower(last_name)")])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_contacts_last_name", "contacts")
    op.drop_index("ix_contacts_first_name", "contacts")
