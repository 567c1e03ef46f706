"""How the sample shop tells of what happened: the shape of INTERFACE.md, "Events are the way in"."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NotRequired, TypedDict

from penfriend.domain.events import Json

START = datetime(2026, 3, 2, tzinfo=UTC)
"""Where the month begins: a Monday. The clocks change in America on the 8th and in Europe on the 29th."""


class ShopEvent(TypedDict):
    """One event as JSON. `at` is ISO 8601 in UTC; only `product_updated` has no contact."""

    id: str
    contact: NotRequired[str]
    name: str
    at: str
    properties: dict[str, Json]


def iso(moment: datetime) -> str:
    """An aware moment as ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def event(contact: str, name: str, moment: datetime, about: str, **properties: Json) -> ShopEvent:
    """An event of a contact. `about` makes its id one of a kind among events of that name."""
    return {
        "id": f"{name}:{about}",
        "contact": contact,
        "name": name,
        "at": iso(moment),
        "properties": properties,
    }


def in_order(events: Iterable[ShopEvent]) -> list[ShopEvent]:
    """By time, and by id where the time is the same."""
    return sorted(events, key=lambda one: (one["at"], one["id"]))
