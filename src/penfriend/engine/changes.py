"""Carries out update steps: as events of the contact, so that facts, touches and history come out as for any
other change.

The event's id is made of the enrollment and the step: however often a step is carried out, it happens once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from penfriend.domain.enrollment import Enrollment
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import Own, Refused
from penfriend.domain.standing import Change
from penfriend.engine.ingest import Ingester

log = logging.getLogger("penfriend.changes")


class Changes:
    """Carries changes out through the one way in (the port `penfriend.domain.ports.Changes`)."""

    def __init__(self, ingester: Ingester) -> None:
        self._ingester = ingester

    def carry_out(self, changes: Sequence[tuple[Enrollment, Change]]) -> None:
        """Each once, however often it is asked. An erased contact takes nothing up, which is no fault."""
        events = [pair for row, change in changes for pair in _events(row, change)]
        for (event, own), answer in zip(events, self._ingester.ingest_own(events), strict=True):
            # a conflict: it was carried out before, by a revision that said something else
            if isinstance(answer, Refused) and not answer.conflict:
                log.warning(
                    "%s of enrollment %s was refused: %s", event.name, own.enrollment_id, answer.reason
                )


def _events(row: Enrollment, change: Change) -> Iterator[tuple[EventIn, Own]]:
    step, own = change.step, Own(row.contact, row.id)
    key = f"penfriend:update:{row.id}:{step.id}"
    if step.attributes:
        attributes = {field.key: value for field, value in step.attributes}
        yield EventIn("contact_updated", None, None, change.at, {"attributes": attributes}, key), own
    for topic in step.leave:
        properties = {"topic": topic, "proof": f"campaign {row.campaign}, step {step.id}"}
        yield EventIn("unsubscribed", None, None, change.at, properties, f"{key}:{topic}"), own
