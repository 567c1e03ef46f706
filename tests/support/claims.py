"""How often a worker asks the store for more."""

from __future__ import annotations

from typing import Any

import pytest


def claims_of(log: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many each claim of a log gets from now on, one number for each."""
    claims: list[int] = []
    claim = log.claim

    def counted(*wanted: Any) -> list[Any]:
        found: list[Any] = claim(*wanted)
        claims.append(len(found))
        return found

    monkeypatch.setattr(log, "claim", counted)
    return claims
