"""What is known of the reading of each segment with `sql`: one row of `source_reads`."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select

from penfriend.domain.sources import ReadState
from penfriend.storage import tables as t


def read_states(connection: Connection) -> dict[str, ReadState]:
    """What is known of each segment that was ever tried."""
    rows = connection.execute(select(t.source_reads)).mappings()
    return {row["segment"]: ReadState(**{**row, "let_pass": bool(row["let_pass"])}) for row in rows}


def write_state(connection: Connection, state: ReadState) -> None:
    """Write it in place of what was there."""
    connection.execute(delete(t.source_reads).where(t.source_reads.c.segment == state.segment))
    connection.execute(insert(t.source_reads).values({**asdict(state), "let_pass": int(state.let_pass)}))
