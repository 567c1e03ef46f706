"""How old a join or an event may be to let somebody in: `max_lateness` of the campaign, else of the brand."""

from __future__ import annotations

from sqlalchemy import FromClause, case

from penfriend.domain.campaign import Campaign, PolicyWhen
from penfriend.domain.definitions import DEFAULT_MAX_LATENESS, Definitions
from penfriend.domain.moments import FromNow
from penfriend.domain.timing import Duration
from penfriend.storage.segment_sql import Compiler
from penfriend.storage.segment_sql_compare import sure
from penfriend.storage.segment_sql_json import Expr
from penfriend.storage.segment_sql_moments import Bound, LookBinder
from penfriend.storage.segment_sql_scope import Scope


def cutoff(campaign: Campaign, definitions: Definitions, binder: LookBinder, contact: FromClause) -> Expr:
    """What came before this moment is too late; the last `when` that holds for the contact wins."""
    lateness, whens = _rules(campaign, definitions)
    compiler = Compiler(definitions, binder)
    cases = []
    for when in reversed(whens):
        if when.policy.max_lateness is not None:
            holds = sure(compiler.holds(when.condition, Scope(contact)))
            cases.append((holds, _before(when.policy.max_lateness, binder)))
    usual = _before(lateness, binder)
    return case(*cases, else_=usual) if cases else usual


def _rules(campaign: Campaign, definitions: Definitions) -> tuple[Duration, tuple[PolicyWhen, ...]]:
    """In the order of `penfriend.domain.send_policy.rules_for`."""
    brand, own = definitions.policy, campaign.policy
    usual = own.max_lateness if own.max_lateness is not None else brand.max_lateness
    return usual or DEFAULT_MAX_LATENESS, (*brand.when, *own.when)


def _before(lateness: Duration, binder: LookBinder) -> Expr:
    return binder.bound(Bound(FromNow(lateness, -1)))
