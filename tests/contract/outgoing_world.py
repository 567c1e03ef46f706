"""Who is told what happens, in the stores of contract tests."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from penfriend.domain.definitions import Outgoing
from penfriend.domain.outgoing import Kind
from penfriend.storage import tables as t
from penfriend.storage.database import Database
from penfriend.storage.outgoing import set_targets

REVISION = 1


def target(name: str, *kinds: Kind) -> Outgoing:
    """A system that asks for these kinds, or for all."""
    return Outgoing(name, f"https://{name}.example/hook", f"secret of {name}", kinds or tuple(Kind))


def ask(db: Database, *kinds: Kind, name: str = "crm") -> None:
    """One system is told from now on: of these kinds, or of all."""
    with db.write() as connection:
        set_targets(connection, {name: target(name, *kinds)}, REVISION)


def documents(db: Database) -> list[dict[str, Any]]:
    """What there is to tell, in the order in which it was written."""
    with db.read() as connection:
        bodies = connection.execute(select(t.outgoing_calls.c.body).order_by(t.outgoing_calls.c.id)).scalars()
        return [json.loads(body) for body in bodies]


def types(db: Database) -> list[str]:
    """The types of it."""
    return [document["type"] for document in documents(db)]


def reasons(db: Database) -> list[tuple[str, str | None]]:
    """Type and reason of it."""
    return [(document["type"], document["data"].get("reason")) for document in documents(db)]
