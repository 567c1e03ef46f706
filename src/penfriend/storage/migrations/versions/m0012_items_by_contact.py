"""Items by contact and product: what an order changes of purchases is counted without reading all of them."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Widen the index."""
    op.drop_index("ix_items_contact_id", "items")
    op.create_index("ix_items_contact_id_product_key", "items", ["contact_id", "product_key"])


def downgrade() -> None:
    """Have the narrow one back."""
    op.drop_index("ix_items_contact_id_product_key", "items")
    op.create_index("ix_items_contact_id", "items", ["contact_id"])
