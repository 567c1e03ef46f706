"""The keys of the API on record: made, looked up, revoked."""

from __future__ import annotations

import hmac

from sqlalchemy import Connection, RowMapping, insert, or_, select, update

from penfriend.domain.api_keys import ApiKey, Scope, digest_of, label_of
from penfriend.domain.timing import MINUTE, Moment
from penfriend.storage.tables import api_keys

_k = api_keys.c


def keep_key(connection: Connection, key: str, name: str, scopes: frozenset[Scope], now: Moment) -> None:
    """Put a new key on record: its hash and what it may do."""
    connection.execute(
        insert(api_keys).values(
            label=label_of(key),
            name=name,
            digest=digest_of(key),
            scopes=" ".join(sorted(scopes)),
            made_at=now,
        )
    )


def all_keys(connection: Connection) -> list[ApiKey]:
    """Every key, the earliest first, revoked ones as well."""
    rows = connection.execute(select(api_keys).order_by(_k.made_at, _k.label)).mappings()
    return [_key(row) for row in rows]


def valid_key(connection: Connection, key: str) -> ApiKey | None:
    """The key on record; None for what was never made, or was revoked."""
    found = connection.execute(select(api_keys).where(_k.label == label_of(key))).mappings().first()
    # the label is no secret: only the comparison of the hashes must not tell how far it came
    if found is None or found["revoked_at"] is not None:
        return None
    return _key(found) if hmac.compare_digest(found["digest"], digest_of(key)) else None


def revoke_key(connection: Connection, name: str, now: Moment) -> int:
    """Let the key of that name or label be valid no more; how many that were."""
    wanted = (or_(_k.name == name, _k.label == name), _k.revoked_at.is_(None))
    return connection.execute(update(api_keys).where(*wanted).values(revoked_at=now)).rowcount


def note_use(connection: Connection, label: str, now: Moment) -> None:
    """The key was used now: written once a minute at most."""
    old = or_(_k.used_at.is_(None), _k.used_at < now - MINUTE)
    connection.execute(update(api_keys).where(_k.label == label, old).values(used_at=now))


def _key(row: RowMapping) -> ApiKey:
    known = {scope.value for scope in Scope}
    return ApiKey(
        label=row["label"],
        name=row["name"],
        scopes=frozenset(Scope(one) for one in row["scopes"].split() if one in known),
        made_at=Moment(row["made_at"]),
        used_at=None if row["used_at"] is None else Moment(row["used_at"]),
        revoked_at=None if row["revoked_at"] is None else Moment(row["revoked_at"]),
    )
