"""Connections to PostgreSQL that outlive the stores of a test, for the next test in the same database.

The server starts a process for each connection, which reads the catalogs of each table it meets anew: more
work than most tests ask of it. When a store is closed, its idle connections are therefore kept here, and the
next store gets them as good as new (DISCARD ALL), but for what they know of the catalogs.
"""

from __future__ import annotations

import os
import select
import threading
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

KEPT = 4
"""So many of one database wait for the next store."""
OURS = "penfriend"
"""The program's own connections say so; those of sources are another matter."""
Connection = psycopg.Connection[Any]


class WarmConnections:
    """The idle connections of this process, by the name of the database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[str, list[Connection]] = {}
        self._emptiers: dict[str, Connection] = {}
        self._process = os.getpid()

    def keep_those_of(self, database: str) -> None:
        """From now on connections to this database are kept."""
        self._idle.setdefault(database, [])

    def let_go(self, database: str) -> None:
        """Close them: nobody may be connected to a database that is copied."""
        with self._lock:
            idle = self._idle.get(database, [])[:]
            self._idle.get(database, []).clear()
            emptier = self._emptiers.pop(database, None)
        for one in idle if emptier is None else [*idle, emptier]:
            one.close()

    def forget(self, database: str) -> None:
        """Close them, and keep no more."""
        self.let_go(database)
        self._idle.pop(database, None)

    def emptier(self, url: str, database: str) -> Connection:
        """The connection that empties the database: a new one would have to learn all tables each time."""
        found = self._emptiers.get(database)
        if found is None:
            found = self._emptiers[database] = psycopg.connect(url, autocommit=True)
        return found

    def processes(self, database: str) -> list[int]:
        """The server's processes behind those that are idle."""
        with self._lock:
            return [one.info.backend_pid for one in self._idle.get(database, ())]

    def connect(self, *arguments: Any, **options: Any) -> Connection:
        """What `psycopg.connect` gives, or one that somebody has given back."""
        if options.get("application_name") == OURS and os.getpid() == self._process:
            while (kept := self._take(str(options.get("dbname")))) is not None:
                there = str(options.get("port")) == str(kept.info.port)  # a proxy stands at another one
                if there and not kept.closed and not select.select([kept.fileno()], [], [], 0)[0]:
                    return kept
                kept.close()  # or the server has said good-bye meanwhile
        return psycopg.connect(*arguments, **options)

    def _take(self, database: str) -> Connection | None:
        with self._lock:
            idle = self._idle.get(database)
            return idle.pop() if idle else None

    def close(self, connection: Connection) -> None:
        """Keep it, as good as new, or close it."""
        if not self._kept(connection):
            connection.close()

    def _kept(self, connection: Connection) -> bool:
        if connection.closed or connection.info.transaction_status != TransactionStatus.IDLE:
            return False
        options = connection.info.get_parameters()
        database = options.get("dbname", "")
        if options.get("application_name") != OURS or database not in self._idle:
            return False
        with suppress(psycopg.Error):
            as_new(connection)
            with self._lock:
                idle = self._idle.get(database)
                if idle is not None and len(idle) < KEPT:
                    idle.append(connection)
                    return True
        return False


def as_new(connection: Connection) -> None:
    """Nothing is left of what its session was told. Raises psycopg.Error where it is broken."""
    connection.set_autocommit(True)
    connection.execute("DISCARD ALL", prepare=False)
    # psycopg sees that only where something was prepared the time before, and would ask for what is gone
    connection._prepared.clear()
    connection._prepared._to_flush.clear()
    connection._notice_handlers.clear()
    connection.set_read_only(None)
    connection.set_isolation_level(None)
    connection.set_autocommit(False)


WARM = WarmConnections()
