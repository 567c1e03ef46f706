"""What follows in the store from the results of attempts, and from those that never were."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import (
    Connection,
    Integer,
    RowMapping,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    null,
    or_,
    select,
    update,
)

from penfriend.domain.delivery import Fault, Outcome
from penfriend.domain.message import FINAL, OVER, Status
from penfriend.domain.outbox import Finished
from penfriend.domain.retry import LONGEST_WISH
from penfriend.domain.timing import SECOND, Moment
from penfriend.storage.delivery_days import count_fates
from penfriend.storage.destinations import rest_destination, revive_destinations
from penfriend.storage.feedback_effects import keep_refusals, settle_doubts
from penfriend.storage.mail_events import note_sent
from penfriend.storage.many import among, execute_many
from penfriend.storage.message_log import wake
from penfriend.storage.message_states import NEVER_TRIED
from penfriend.storage.news_of_tries import news_of_tries, uncount_unheard
from penfriend.storage.outgoing import tell_of_messages
from penfriend.storage.people import locked_versions
from penfriend.storage.route_days import uncount_handed
from penfriend.storage.routes import rest_route, revive_route
from penfriend.storage.send_counts import count_sends
from penfriend.storage.story import waits_line
from penfriend.storage.tables import attempts, decisions, messages

log = logging.getLogger("penfriend.send")

REJECTED = "rejected"
"""Why a message failed."""

_m = messages.c
_IN_DOUBT = exists().where(
    attempts.c.message_id == _m.id,
    (attempts.c.outcome == Outcome.UNKNOWN.value) | (attempts.c.outcome == Outcome.ACCEPTED.value),
)
WHAT_IT_WAS_MADE_OF = case((_IN_DOUBT, _m.facts), else_=null())
"""What an earlier try may have delivered keeps its bytes; what surely did not arrive is made anew, of the
facts as they are then."""


def withdraw(connection: Connection, begun: Sequence[tuple[int, int]], owner: str) -> None:
    """Take back messages (message id, attempt id) that were begun and have not come to the dot."""
    never_were = connection.execute(_NEVER_WERE, {"ids": [attempt for _, attempt in begun]}).all()
    execute_many(connection, _WITHDRAW, [{"of_id": message, "of_owner": owner} for message, _ in begun])
    uncount_handed(connection, Counter((row.route, row.started_at) for row in never_were))


def record(connection: Connection, finished: Sequence[Finished], owner: str, route: str) -> None:
    """Write results and what follows from them.

    A result that comes after the lease has ended and `recover` has called the message unknown still settles
    it; an acceptance also where it was to be sent again and no other has begun to.
    """
    arrived = [done.message for done in finished if done.consequence.status is Status.SENT]
    found = _waiting_for_results(connection, [done.message for done in finished], owner, arrived)
    uncount_unheard(connection, finished)
    counts, fates = news_of_tries(connection, finished)
    execute_many(connection, _CLOSE_ATTEMPT, [_attempt_values(done) for done in finished])
    settled = [done for done in finished if done.message in found]
    if settled:
        execute_many(connection, _OUTCOME, [_message_values(done, owner) for done in settled])
    note_sent(
        connection, {done.message: done.at for done in settled if done.consequence.status is Status.SENT}
    )
    fates += keep_refusals(
        connection, [(done, found[done.message]) for done in settled if _has_bounced(done)]
    )
    wake(
        connection,
        [found[done.message]["enrollment_id"] for done in settled if done.consequence.status in OVER],
    )
    # what was unknown before and is so again is no news
    news = [
        done.message
        for done in settled
        if done.consequence.status in OVER and done.consequence.status.value != found[done.message]["status"]
    ]
    tell_of_messages(connection, news, max(done.at for done in finished))
    doubted = {done.message for done in settled if done.result.outcome is Outcome.UNKNOWN}
    settle_doubts(connection, doubted, max(done.at for done in finished))
    _tell_what_waits(connection, settled, found)
    _tell_route(connection, finished, route)
    _tell_destinations(connection, finished, route)
    count_fates(connection, fates)  # last: all workers write to the same few rows
    count_sends(connection, counts)


def _has_bounced(done: Finished) -> bool:
    return done.consequence.status is Status.FAILED and done.result.fault is Fault.RECIPIENT


def _tell_what_waits(
    connection: Connection, settled: Sequence[Finished], found: Mapping[int, RowMapping]
) -> None:
    """Whose try the route failed waits for the route, as those do that had no try."""
    lines = [
        waits_line(found[done.message], done)
        for done in settled
        if done.consequence.held_by is not None and found[done.message]["status"] == Status.SENDING.value
    ]
    if lines:
        connection.execute(insert(decisions), lines)


def _tell_route(connection: Connection, finished: Sequence[Finished], route: str) -> None:
    """A fault rests the route and an acceptance revives it, in the order in which they came."""
    works = False
    for done in finished:
        if done.consequence.pause_route:
            rests_until = done.consequence.rests_until or done.consequence.due_at
            rest_route(connection, route, done.result.text, done.at, rests_until)
            works = False
        elif done.result.outcome is Outcome.ACCEPTED and not works:
            if revive_route(connection, route):
                log.info("transport %s works again", route)
            works = True


def _tell_destinations(connection: Connection, finished: Sequence[Finished], route: str) -> None:
    """Of each destination what came last holds."""
    last: dict[str, Finished] = {}
    for done in finished:
        for domain in (done.rests, done.revives):
            if domain is not None:
                last[domain] = done
    revive_destinations(connection, route, [name for name, done in last.items() if done.revives == name])
    for domain, done in sorted(last.items()):
        if done.rests == domain:
            rest_destination(connection, route, domain, done.result.text, done.at, _asked_for(done))


def _asked_for(done: Finished) -> Moment:
    """Until when the server asked to be left alone."""
    return Moment(done.at + int(min((done.result.retry_after or 0) * SECOND, LONGEST_WISH)))


def _waiting_for_results(
    connection: Connection, ids: Sequence[int], owner: str, arrived: Sequence[int]
) -> dict[int, RowMapping]:
    """The messages that take a result, by id; locked until its end."""
    # in the order in which `begin` locks them
    locked_versions(connection, connection.execute(_CONTACTS, {"ids": list(ids)}).scalars().all())
    connection.execute(_SEND_NO_MORE, {"ids": list(arrived)})
    found = connection.execute(_TAKING_RESULTS, {"ids": list(ids), "of_owner": owner})
    return {row["id"]: row for row in found.mappings()}


_NEVER_WERE = (
    delete(attempts)
    .where(among(attempts.c.id, "ids"), attempts.c.ended_at.is_(None))
    .returning(attempts.c.route, attempts.c.started_at)
)
_CONTACTS = select(_m.contact_id).where(among(_m.id, "ids"))
_TAKING_RESULTS = (
    select(
        _m.id,
        _m.enrollment_id,
        _m.contact_id,
        _m.step,
        _m.status,
        _m.address,
        _m.route,
        _m.dated_at,
        _m.sent_at,
    )
    .where(
        among(_m.id, "ids"),
        or_(
            (_m.status == Status.SENDING.value) & (_m.owner == bindparam("of_owner")),
            _m.status == Status.UNKNOWN.value,
        ),
    )
    .order_by(_m.id)
    .with_for_update()
)
_WITHDRAW = (
    update(messages)
    .where(_m.id == bindparam("of_id"), _m.status == Status.SENDING.value, _m.owner == bindparam("of_owner"))
    .values(
        status=Status.DUE.value,
        owner=None,
        lease_until=None,
        attempts=_m.attempts - 1,
        facts=WHAT_IT_WAS_MADE_OF,
    )
)
_SEND_NO_MORE = (
    update(messages)
    .where(
        among(_m.id, "ids"),
        _m.status.in_((Status.DUE.value, Status.CLAIMED.value)),
        ~NEVER_TRIED,
    )
    .values(status=Status.UNKNOWN.value, owner=None, lease_until=None)
)
"""What was to be sent again and has arrived after all: settled at once, as every doubt."""
_CLOSE_ATTEMPT = (
    update(attempts)
    .where(attempts.c.id == bindparam("of_id"))
    .values(
        ended_at=bindparam("at"),
        stage=bindparam("new_stage"),
        outcome=bindparam("new_outcome"),
        code=bindparam("new_code"),
        enhanced=bindparam("new_enhanced"),
        text=bindparam("new_text"),
        server=bindparam("new_server"),
        fault=bindparam("new_fault"),
    )
)
_OUTCOME = (
    update(messages)
    .where(
        _m.id == bindparam("of_id"),
        or_(
            (_m.status == Status.SENDING.value) & (_m.owner == bindparam("of_owner")),
            (_m.status == Status.UNKNOWN.value) & (bindparam("final", type_=Integer) == 1),
        ),
    )
    .values(
        status=bindparam("new_status"),
        due_at=func.coalesce(bindparam("new_due_at", type_=_m.due_at.type), _m.due_at),
        # the step was over when its mail became unknown
        over_at=func.coalesce(_m.over_at, bindparam("new_over_at", type_=_m.over_at.type)),
        sent_at=bindparam("new_sent_at"),
        attempts=_m.attempts - bindparam("uncounted", type_=_m.attempts.type),
        provider_id=bindparam("new_provider_id"),
        note=bindparam("new_note"),
        reason=bindparam("new_reason"),
        # what held it up before is not what holds it up now
        held_by=case((bindparam("again", type_=Integer) == 1, bindparam("new_held_by")), else_=_m.held_by),
        postponed=_m.postponed + bindparam("postponed_more", type_=_m.postponed.type),
        facts=case((bindparam("keep_facts", type_=Integer) == 1, _m.facts), else_=WHAT_IT_WAS_MADE_OF),
        owner=None,
        lease_until=None,
    )
)


def _attempt_values(done: Finished) -> dict[str, object]:
    result = done.result
    return {
        "of_id": done.attempt,
        "at": done.at,
        "new_stage": result.stage.value,
        "new_outcome": result.outcome.value,
        "new_code": result.code,
        "new_enhanced": result.enhanced,
        "new_text": result.text,
        "new_server": result.server,
        "new_fault": result.fault.value,
    }


def _message_values(done: Finished, owner: str) -> dict[str, object]:
    status, held_by = done.consequence.status, done.consequence.held_by
    return {
        "of_id": done.message,
        "of_owner": owner,
        "new_status": status.value,
        "final": int(status in FINAL),
        "new_due_at": done.consequence.due_at,
        "new_over_at": done.at if status in OVER else None,
        "new_sent_at": done.at if status is Status.SENT else None,
        "uncounted": int(done.consequence.uncounted),
        "new_provider_id": done.result.provider_id,
        "new_note": done.result.text or None,
        "new_reason": REJECTED if status is Status.FAILED else None,
        "again": int(status is Status.DUE),
        "new_held_by": held_by and held_by.value,
        "postponed_more": int(held_by is not None),
        "keep_facts": int(done.result.outcome in (Outcome.ACCEPTED, Outcome.UNKNOWN)),
    }
