"""The way in for what the service itself hears back: who leaves, answers, clicks, what a provider reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import Answer, Own

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House


def own_events(house: House) -> Callable[[Sequence[tuple[EventIn, Own]]], list[Answer]]:
    """Takes them by what is live then: whoever has it may last for long."""
    return lambda changes: house.ingester().ingest_own(changes)
