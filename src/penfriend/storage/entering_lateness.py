"""How old a join or an event may be to let somebody in: `max_lateness` of the campaign, else of the brand, by
the contact's clock."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from sqlalchemy import Connection, FromClause, Update, bindparam, case, or_, update

from penfriend.domain.campaign import Campaign, PolicyWhen
from penfriend.domain.definitions import DEFAULT_MAX_LATENESS, Definitions
from penfriend.domain.reasons import NotEntered
from penfriend.domain.timing import Duration, Moment
from penfriend.storage import tables as t
from penfriend.storage.columns import BIG
from penfriend.storage.entering_clocks import shift_by_own_clock
from penfriend.storage.looks_tables import look_arrivals
from penfriend.storage.segment_sql import Compiler
from penfriend.storage.segment_sql_compare import sure
from penfriend.storage.segment_sql_json import Expr
from penfriend.storage.segment_sql_moments import LookBinder
from penfriend.storage.segment_sql_scope import Scope, there_is


class Lateness:
    """The lateness that one campaign allows at its door."""

    def __init__(self, campaign: Campaign, definitions: Definitions) -> None:
        self._definitions = definitions
        self._usual, self._whens = _rules(campaign, definitions)
        self._binder = LookBinder(definitions.brand.zone)

    @property
    def durations(self) -> Iterator[Duration]:
        """Every lateness that may count for somebody."""
        yield self._usual
        for when in self._whens:
            if when.policy.max_lateness is not None:
                yield when.policy.max_lateness

    def refuse_the_late(self, connection: Connection, now: Moment) -> None:
        """Write `too_late` beside the arrivals that are; who must not or does not want to be written to keeps
        that reason. After `know_clocks`."""
        statement = self._refuse  # compiled first: only then the binder knows its moments
        connection.execute(statement, {**self._binder.values(now), "now": now})

    @cached_property
    def _refuse(self) -> Update:
        contact = t.contacts.alias("contact")
        own = contact.c.id == look_arrivals.c.contact_id
        now = bindparam("now", type_=BIG)
        late = there_is(contact, where=[own, self._too_late_at(contact) < now])
        reason = look_arrivals.c.reason
        asked_later = or_(reason.is_(None), reason == NotEntered.CONDITION_FALSE.value)
        which = [look_arrivals.c.at < now, asked_later, late]
        return update(look_arrivals).where(*which).values(reason=NotEntered.TOO_LATE.value)

    def _too_late_at(self, contact: FromClause) -> Expr:
        """What came longer ago than this leads to is too late; the last `when` that holds for the contact
        wins."""
        compiler, at = Compiler(self._definitions, self._binder), look_arrivals.c.at
        cases = []
        for when in reversed(self._whens):
            if when.policy.max_lateness is not None:
                holds = sure(compiler.holds(when.condition, Scope(contact)))
                cases.append((holds, shift_by_own_clock(at, when.policy.max_lateness, contact)))
        usual = shift_by_own_clock(at, self._usual, contact)
        return case(*cases, else_=usual) if cases else usual


def _rules(campaign: Campaign, definitions: Definitions) -> tuple[Duration, tuple[PolicyWhen, ...]]:
    """In the order of `penfriend.domain.send_policy.rules_for`."""
    brand, own = definitions.policy, campaign.policy
    usual = own.max_lateness if own.max_lateness is not None else brand.max_lateness
    return usual or DEFAULT_MAX_LATENESS, (*brand.when, *own.when)
