"""Messages: claimed in batches and decided about. What leaves the house is `penfriend.storage.handover_log`.

A status moves only by an UPDATE that names the old one (`penfriend.domain.message.ALLOWED_MOVES`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update

from penfriend.domain.definitions import Definitions
from penfriend.domain.enrollment import Enrollment
from penfriend.domain.facts import Frozen
from penfriend.domain.letter import Needs
from penfriend.domain.message import Status
from penfriend.domain.outbox import NO_LANES, Carried, DueMessage, Lanes, SendBackground, Verdict
from penfriend.domain.reasons import End
from penfriend.domain.send_policy import PostponeIt, SkipIt, TakeAsSent
from penfriend.domain.standing import Ending
from penfriend.domain.timing import Moment
from penfriend.storage.columns import BIG
from penfriend.storage.database import Database
from penfriend.storage.enrollment_claim import IS_ACTIVE, WOKEN_BY_NOBODY, row_of
from penfriend.storage.letter_facts import gather
from penfriend.storage.life import until_settled
from penfriend.storage.many import among, execute_many
from penfriend.storage.message_claim import claim_due
from penfriend.storage.message_states import NEVER_TRIED, WILL_NOT_BE_SENT
from penfriend.storage.outgoing import ending_enrollments, tell_of_ends, tell_of_messages
from penfriend.storage.pausing import stopped
from penfriend.storage.people import load_contacts, locked_versions
from penfriend.storage.rate_holds import hold_for_rate
from penfriend.storage.revisions import is_behind
from penfriend.storage.story import ending_line, verdict_line
from penfriend.storage.tables import decisions, enrollments, messages
from penfriend.storage.taken_as_sent import take_as_sent
from penfriend.storage.touches import touch

COUNTED = (Status.SENT.value, Status.UNKNOWN.value, Status.SENDING.value)
"""What counts under `at_most`: sent or unknown, and what is on its way."""

_m = messages.c


class MessageLog:
    """The messages of one store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def claim(
        self,
        now: Moment,
        owner: str,
        lease_until: Moment,
        revision: int,
        limit: int,
        carried: Carried | None = None,
        lanes: Lanes = NO_LANES,
    ) -> list[DueMessage]:
        """At most `limit` messages that are due, by priority, due time and id; now held by `owner` until
        `lease_until`. Of each of the `lanes` at most so many, of others none.

        Those that a later revision than `revision` has made are left to whoever runs that one, and those that
        are not `carried` to other routes.
        """
        return self._db.run(
            lambda connection: claim_due(connection, now, owner, lease_until, revision, limit, carried, lanes)
        )

    def background(
        self, held: Sequence[DueMessage], definitions: Definitions, since: Moment
    ) -> SendBackground:
        """Contacts, enrollments and recent mails for these messages; mails before `since` count under no cap.

        A contact that was joined with another since the claim is missing.
        """
        with self._db.read() as connection:
            people = load_contacts(connection, [message.contact for message in held], definitions.brand)
            ids = [message.enrollment for message in held]
            rows = connection.execute(_ENROLLMENTS, {"ids": ids}).mappings().all()
            recent = _recent(connection, held, since)
            resting = stopped(connection)
        return SendBackground(
            contacts=people,
            enrollments={row["id"]: row_of(row) for row in rows},
            ended={
                row["id"]: row["end_reason"] for row in rows if _stops_mail(row["status"], row["end_reason"])
            },
            recent=recent,
            stopped=resting,
        )

    def facts(
        self, wanted: Sequence[Enrollment], needs: Needs, definitions: Definitions, now: Moment
    ) -> dict[int, dict[str, Frozen]]:
        """The facts of letters by enrollment id, as they are at `now` (`penfriend.storage.letter_facts`)."""
        with self._db.read() as connection:
            return gather(connection, wanted, needs, definitions, now)

    def settle(
        self,
        verdicts: Sequence[Verdict],
        owner: str,
        now: Moment,
        revision: int,
        *,
        touch_ended: bool = False,
    ) -> None:
        """Write skips and postponements; an ending that came before the mail ends its enrollment, and touches
        the contact where that is wanted. In one transaction."""
        if verdicts:
            self._db.run(lambda connection: _settle(connection, verdicts, owner, now, revision, touch_ended))

    def hold_for_rate(self, now: Moment, revision: int, limit: int, carried: Carried | None = None) -> int:
        """Of the messages that are due and wait for the transport's rate, say so of at most `limit` that do
        not say it yet; how many. In one transaction."""
        return self._db.run(lambda connection: hold_for_rate(connection, now, revision, limit, carried))

    def release(self, owner: str) -> None:
        """Give back all that `owner` has claimed and not begun; it is due again."""
        with self._db.write() as connection:
            connection.execute(_GIVE_BACK.where(_m.owner == owner))

    def give_back(self, ids: Iterable[int], owner: str) -> None:
        """Make these claimed messages due again at once, to be decided about anew."""
        with self._db.write() as connection:
            connection.execute(
                _GIVE_BACK_THESE,
                {"ids": list(ids), "of_owner": owner},
            )


def _recent(connection: Connection, held: Sequence[DueMessage], since: Moment) -> dict[int, list[Moment]]:
    """When counted mails went out, by contact. What an earlier try may have delivered counts as well, except
    for itself."""
    about = {
        "contacts": sorted({message.contact for message in held}),
        "held": [message.id for message in held],
        "since": since,
    }
    found = connection.execute(_RECENT, about)
    recent: dict[int, list[Moment]] = {}
    for contact, moment in found:
        recent.setdefault(contact, []).append(moment)
    return recent


def _stops_mail(status: str, reason: str | None) -> bool:
    """Whoever came to the end of the steps may still be sent again what was in doubt."""
    return status != "active" and reason != End.COMPLETED.value


def _settle(
    connection: Connection,
    verdicts: Sequence[Verdict],
    owner: str,
    now: Moment,
    revision: int,
    touch_ended: bool,
) -> None:
    if is_behind(connection, revision):
        ids = [verdict.message.id for verdict in verdicts]
        connection.execute(_GIVE_BACK_THESE, {"ids": ids, "of_owner": owner})
        return
    if touch_ended or any(isinstance(one.decision, TakeAsSent) for one in verdicts):
        # contacts before messages, as everybody locks them
        locked_versions(connection, [one.message.contact for one in verdicts])
    held = claimed_by(connection, [verdict.message.id for verdict in verdicts], owner)
    kept = [verdict for verdict in verdicts if held.get(verdict.message.id) == verdict.message.contact]
    if not kept:
        return
    skipped = [(one.message, one.decision) for one in kept if isinstance(one.decision, SkipIt)]
    postponed = [(one.message, one.decision) for one in kept if isinstance(one.decision, PostponeIt)]
    postponed = until_settled(connection, postponed, now)
    taken = [(one.message, one.decision) for one in kept if isinstance(one.decision, TakeAsSent)]
    endings = [(message, skip.ending) for message, skip in skipped if skip.ending is not None]
    take_as_sent(connection, taken, now)
    if skipped:
        execute_many(connection, _SKIP, [_skip_values(message, skip, now) for message, skip in skipped])
    if postponed:
        execute_many(connection, _POSTPONE, [_postpone_values(*one) for one in postponed])
    tell_of_messages(connection, [message.id for message, _ in skipped], now)
    if endings:
        ended = ending_enrollments(
            connection, enrollments.c.id.in_([message.enrollment for message, _ in endings]), IS_ACTIVE
        )
        execute_many(connection, _END, [_ending_values(*one) for one in endings])
    told = [verdict_line(message, skip, now) for message, skip in skipped]
    told += [verdict_line(message, wait, now) for message, wait in postponed if not wait.told]
    if told:
        execute_many(connection, _TELL, told)
    if endings:
        tell_of_ends(connection, ended, now)
        connection.execute(_TELL, [ending_line(message, end) for message, end in endings])
        if touch_ended:
            whose = sorted({message.contact for message, _ in endings})
            touch(connection, [(contact, None) for contact in whose], now)
    over = [message for message, skip in skipped if skip.ending is None] + [message for message, _ in taken]
    wake(connection, [message.enrollment for message in over])


def claimed_by(connection: Connection, ids: Sequence[int], owner: str) -> dict[int, int]:
    """Which of these messages `owner` holds and has not begun, each with its contact; locked until the end of
    the transaction."""
    found = connection.execute(_CLAIMED_BY, {"ids": list(ids), "of_owner": owner})
    return {row.id: row.contact_id for row in found}


def wake(connection: Connection, ids: Sequence[int]) -> None:
    """The mail that these enrollments waited for is over: they go on."""
    if ids:
        connection.execute(_WAKE, {"ids": list(ids)})


_ENROLLMENTS = select(enrollments).where(among(enrollments.c.id, "ids"))
_TELL = insert(decisions)
_WENT_OUT = func.coalesce(_m.sent_at, _m.over_at, _m.dated_at)
_TRIED = and_(
    _m.status.in_((Status.DUE.value, Status.CLAIMED.value)),
    ~NEVER_TRIED,
    ~among(_m.id, "held"),
)
_RECENT = select(_m.contact_id, _WENT_OUT).where(
    among(_m.contact_id, "contacts"),
    or_(_m.status.in_(COUNTED), _TRIED),
    _m.transactional == 0,
    bindparam("since", type_=BIG) < _WENT_OUT,
)
_CLAIMED_BY = (
    select(_m.id, _m.contact_id)
    .where(among(_m.id, "ids"), _m.owner == bindparam("of_owner"), _m.status == Status.CLAIMED.value)
    .order_by(_m.id)
    .with_for_update()
)
_WAKE = (
    update(enrollments)
    .where(among(enrollments.c.id, "ids"), enrollments.c.status == "active")
    .values(WOKEN_BY_NOBODY)
)
_GIVE_BACK = (
    update(messages)
    .where(_m.status == Status.CLAIMED.value)
    .values(status=Status.DUE.value, owner=None, lease_until=None)
)
_GIVE_BACK_THESE = _GIVE_BACK.where(among(_m.id, "ids"), _m.owner == bindparam("of_owner"))
_SKIP = (
    update(messages)
    .where(_m.id == bindparam("of_id"), _m.status == Status.CLAIMED.value)
    .values(WILL_NOT_BE_SENT)
)
_POSTPONE = (
    update(messages)
    .where(_m.id == bindparam("of_id"), _m.status == Status.CLAIMED.value)
    .values(
        status=Status.DUE.value,
        due_at=bindparam("until"),
        held_by=bindparam("why"),
        postponed=_m.postponed + bindparam("more", type_=_m.postponed.type),
        lane=None,
        owner=None,
        lease_until=None,
    )
)
_END = (
    update(enrollments)
    .where(enrollments.c.id == bindparam("of_id"), enrollments.c.status == "active")
    .values(
        status="ended",
        ended_at=bindparam("at"),
        end_reason=bindparam("why"),
        end_word=bindparam("word"),
        due_at=None,
        due_wall=None,
        due_zone=None,
        **WOKEN_BY_NOBODY,  # looked at once more: the goal may have been reached
    )
)


def _skip_values(message: DueMessage, skip: SkipIt, now: Moment) -> dict[str, object]:
    return {"of_id": message.id, "why": skip.reason, "detail": skip.detail or None, "at": now}


def _postpone_values(message: DueMessage, postponement: PostponeIt) -> dict[str, object]:
    return {
        "of_id": message.id,
        "why": postponement.reason.value,
        "until": postponement.until,
        "more": int(not postponement.told),
    }


def _ending_values(message: DueMessage, end: Ending) -> dict[str, object]:
    return {"of_id": message.enrollment, "at": end.at, "why": end.reason.value, "word": end.word}
