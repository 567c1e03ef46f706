"""`POST /webhooks/shopify` and `/webhooks/woocommerce`: what a shop system tells of itself becomes events.

200 once it is stored, 503 where it may come again. What we cannot take is told in the log, and not to the
shop: it would send the same again and again, and then nothing more.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import Answer, Duplicate, Refused, Taken
from penfriend.domain.plain_text import one_line
from penfriend.engine.intake import Intake, Overrun
from penfriend.web.answers import RETRY_SECONDS, not_found, problem
from penfriend.web.bodies import read_body
from penfriend.web.event_bodies import brought
from penfriend.web.storefronts import STOREFRONTS, Storefront

_log = logging.getLogger("penfriend.shops")


class ShopHookRoutes:
    """The routes. `secrets` by the system's name, several with commas between them; `zone` gives the brand's
    clock, for moments without a zone."""

    def __init__(self, secrets: Mapping[str, str], intake: Intake, zone: Callable[[], ZoneInfo]) -> None:
        self._secrets = {
            name: [one.strip().encode() for one in secrets.get(name, "").split(",") if one.strip()]
            for name in STOREFRONTS
        }
        self._intake, self._zone = intake, zone

    def router(self) -> APIRouter:
        """The routes; each is there, and says 404 where no secret is set."""
        router = APIRouter(tags=["webhooks"])
        for shop in STOREFRONTS.values():
            router.add_api_route(
                f"/webhooks/{shop.name}",
                self._taker(shop),
                methods=["POST"],
                name=f"take_{shop.name}",
                summary=f"{shop.title} tells of orders, carts, customers and products",
                response_model=dict[str, int],
                responses={
                    403: {"description": "The signature is missing or wrong"},
                    404: {"description": "No secret is set"},
                    503: {"description": "The store is busy; the same again may do"},
                },
            )
        return router

    def _taker(self, shop: Storefront) -> Callable[[Request], object]:
        async def take(request: Request) -> Response:
            return await self._take(shop, request)

        return take

    async def _take(self, shop: Storefront, request: Request) -> Response:
        secrets = self._secrets[shop.name]
        if not secrets:  # before a body is read for nothing
            raise not_found()
        body = await read_body(request)
        given = request.headers.get(shop.signature, "").encode("latin-1", "replace")
        if not any(hmac.compare_digest(given, _signed(secret, body)) for secret in secrets):
            if not given and body.startswith(b"webhook_id="):
                return Response()  # WooCommerce asks whether somebody is there when a webhook is saved
            return problem(HTTPStatus.FORBIDDEN, "the signature is missing or wrong")
        topic = request.headers.get(shop.topic, "").lower()
        events, refused = self._read(shop, topic, body, request.headers.get(shop.shop, ""))
        try:
            answers = await asyncio.wrap_future(self._intake.offer(events, shop.name)) if events else []
        except Overrun:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": RETRY_SECONDS})
        # where an order has changed since, what it was when it was placed stays
        refused += [one.reason for one in answers if isinstance(one, Refused) and not one.conflict]
        for reason in refused:
            _log.warning("%s, %s: an event was not taken: %s", shop.title, one_line(topic), one_line(reason))
        taken = sum(isinstance(one, Taken) for one in answers)
        known = sum(
            isinstance(one, Duplicate) or (isinstance(one, Refused) and one.conflict) for one in answers
        )
        return JSONResponse({"taken": taken, "repeated": known, "rejected": len(refused)})

    def _read(
        self, shop: Storefront, topic: str, body: bytes, address: str
    ) -> tuple[list[EventIn], list[str]]:
        """The events, and why others are none."""
        mapped = shop.topics.get(topic)
        if mapped is None:
            return [], []
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            return [], ["the body is no JSON"]
        if not isinstance(said, Mapping):
            return [], ["the body is no object"]
        zone = self._zone()
        found = [brought(row, zone) for row in mapped(said, address)]
        events = [one.event for one in found if one.event is not None]
        return events, [one.fault for one in found if one.event is None]


def _is_known(answer: Answer) -> bool:
    return isinstance(answer, Duplicate) or (isinstance(answer, Refused) and answer.conflict)


def _signed(secret: bytes, body: bytes) -> bytes:
    return base64.b64encode(hmac.digest(secret, body, "sha256"))
