"""Who may use the API: a key in `Authorization: Bearer` (RFC 6750), and what it may do."""

from __future__ import annotations

from http import HTTPStatus
from typing import Protocol

from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool

from penfriend.domain.api_keys import ApiKey, Scope


class Ring(Protocol):
    """Knows the keys (`penfriend.bootstrap.api_keys.KeyRing`)."""

    def remembered(self, shown: str) -> ApiKey | None:
        """The key, where it was looked up a moment ago."""

    def key(self, shown: str) -> ApiKey | None:
        """The key; None where it is none of ours. Raises StoreUnavailable."""


class Keyholders:
    """Lets in who has a key."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring

    async def let_in(self, request: Request, scope: Scope) -> ApiKey:
        """The key of the request. Before the body is read it raises HTTPException: 401 without a valid key,
        403 where it may not do that."""
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        key = None
        if scheme.lower() == "bearer":
            shown = shown.strip()
            key = self._ring.remembered(shown) or await run_in_threadpool(self._ring.key, shown)
        if key is None:
            said = ', error="invalid_token"' if shown else ""
            raise HTTPException(
                HTTPStatus.UNAUTHORIZED,
                "a key of `penfriend apikey create` is needed: Authorization: Bearer pf_...",
                {"WWW-Authenticate": f'Bearer realm="penfriend"{said}'},
            )
        if scope not in key.scopes:
            raise HTTPException(
                HTTPStatus.FORBIDDEN,
                f"the key may not do that; it takes the scope {scope}",
                {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
            )
        return key
