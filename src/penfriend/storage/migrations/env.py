"""What Alembic runs for each command: the connection is the caller's, and so is the transaction."""

from __future__ import annotations

from alembic import context

from penfriend.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can, too: a migration that fails leaves nothing behind
)
context.run_migrations()
