"""Lists in pages: `limit` says how many, `cursor` where the page before ended. The `next` of an answer is the
address of the page behind it, also in the header `Link` (RFC 8288)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from http import HTTPStatus
from urllib.parse import quote, urlencode

from fastapi import HTTPException, Request
from starlette.responses import JSONResponse

from penfriend.bootstrap.reading import Part, Place
from penfriend.domain.coercion import shown
from penfriend.domain.problems import did_you_mean

USUAL, MOST = 100, 1_000
LONGEST_CURSOR = 1_000


def only(request: Request, *names: str) -> None:
    """The question has no other parameters: one that is ignored would show more than was asked for. Raises
    HTTPException 422."""
    for name in request.query_params:
        if name not in names:
            known = did_you_mean(name, names) or (f" It is one of: {', '.join(names)}." if names else "")
            why = f"there is no parameter {shown(name)} here.{known}"
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, why)


def limit_of(request: Request) -> int:
    """How many are wanted. Raises HTTPException 422."""
    only(request, "limit", "cursor")
    said = request.query_params.get("limit", str(USUAL))
    limit = int(said) if said.isascii() and said.isdigit() and len(said) < 5 else 0
    if not 1 <= limit <= MOST:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, f"limit: a number from 1 to {MOST}")
    return limit


def cursor_of(request: Request, *shape: type) -> Place | None:
    """Behind what the page comes: values of these types. Raises HTTPException 422."""
    said = request.query_params.get("cursor")
    if said is None:
        return None
    try:
        found = json.loads(urlsafe_b64decode(said[:LONGEST_CURSOR] + "=="))
    except ValueError:
        found = None
    if not isinstance(found, list) or [type(one) for one in found] != list(shape):
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, "cursor: is none; take the next of an answer")
    return _checked(found)


def _checked(found: list[object]) -> Place:
    """No text that no database takes, and no number that is too large for it."""
    for one in found:
        if isinstance(one, int) and abs(one) >= 1 << 62:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, "cursor: is none of ours")
        if isinstance(one, str) and any(sign == "\x00" or "\ud800" <= sign <= "\udfff" for sign in one):
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, "cursor: is none of ours")
    return found


def answer(request: Request, part: Part, limit: int) -> JSONResponse:
    """The page, with the address of the next one."""
    if part.end is None:
        return JSONResponse({**part.document, "next": None})
    told = urlsafe_b64encode(json.dumps(list(part.end)).encode()).decode().rstrip("=")
    following = f"{quote(request.url.path)}?{urlencode({'limit': limit, 'cursor': told})}"
    return JSONResponse({**part.document, "next": following}, headers={"Link": f'<{following}>; rel="next"'})
