"""What results say that was not known of their tries before: for what monitoring and pages count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, select

from penfriend.domain.deliverability import fate_of_try
from penfriend.domain.outbox import Finished
from penfriend.domain.retry import came_before_any_mail
from penfriend.storage.delivery_days import Piece
from penfriend.storage.many import among
from penfriend.storage.route_days import uncount_handed
from penfriend.storage.tables import attempts, messages

_m = messages.c


def news_of_tries(
    connection: Connection, finished: Sequence[Finished]
) -> tuple[Counter[tuple[str, str]], list[Piece]]:
    """How many tries by route and outcome have an outcome that is not on record yet, and how each fared. What
    was unknown and is known now counts under both."""
    results = {done.attempt: done.result for done in finished}
    counts: Counter[tuple[str, str]] = Counter()
    fates: list[Piece] = []
    for id_, route, known, started_at, address in connection.execute(_OUTCOMES, {"ids": list(results)}):
        result = results[id_]
        if known == result.outcome.value:
            continue
        counts[route, result.outcome.value] += 1
        fate = fate_of_try(result.outcome, result.fault)
        if fate is not None:
            fates.append(Piece(route, started_at, address or "", fate))
    return counts, fates


def uncount_unheard(connection: Connection, finished: Sequence[Finished]) -> None:
    """A server that could not be reached has seen nothing of us: its day's limit is untouched."""
    ids = [done.attempt for done in finished if came_before_any_mail(done.result)]
    if ids:
        open_ones = connection.execute(_OPEN_TRIES, {"ids": ids})
        uncount_handed(connection, Counter((row.route, row.started_at) for row in open_ones))


_OPEN_TRIES = select(attempts.c.route, attempts.c.started_at).where(
    among(attempts.c.id, "ids"), attempts.c.ended_at.is_(None)
)
_OUTCOMES = (
    select(attempts.c.id, attempts.c.route, attempts.c.outcome, attempts.c.started_at, _m.address)
    .join(messages, _m.id == attempts.c.message_id)
    .where(among(attempts.c.id, "ids"))
)
