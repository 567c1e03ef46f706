"""Every table of the store. Moments are microseconds UTC, amounts ten-thousandths, dates text, yes 1, no 0.

people      contacts, contact_keys, subscriptions, consents, suppressions, suppression_changes
happenings  events, event_facts, carts, orders, refunds, items, purchases, products
loyalty     point_moves, lots, expiries, rewards, answers, answer_days
belonging   touched, segment_looks, segment_sizes, segment_moves, members, source_rows, source_staged,
            source_reads
journeys    campaign_states, enrollments, refusals, decisions, splits, webhook_calls
outgoing    outgoing_targets, outgoing_calls
mail        messages, attempts, feedback, hits, coupon_codes
pacing      route_rates, route_days, send_counts, delivery_days
results     result_days, entry_days, result_states, result_news
house       revisions, leases, workers, routes, destinations, notes, api_keys
relation    relation_cohorts, relation_steps, relation_flows, relation_points
accounts    users, sessions, one_time_links, recovery_codes, sign_in_guesses, audit_log
"""

from __future__ import annotations

from penfriend.storage.tables.accounts import (
    audit_log,
    one_time_links,
    recovery_codes,
    sessions,
    sign_in_guesses,
    users,
)
from penfriend.storage.tables.base import metadata
from penfriend.storage.tables.belonging import (
    members,
    segment_looks,
    segment_moves,
    segment_sizes,
    source_reads,
    source_rows,
    source_staged,
    touched,
)
from penfriend.storage.tables.happenings import (
    carts,
    event_facts,
    events,
    items,
    orders,
    products,
    purchases,
    refunds,
)
from penfriend.storage.tables.house import (
    api_keys,
    destinations,
    leases,
    notes,
    revisions,
    routes,
    workers,
)
from penfriend.storage.tables.journeys import (
    campaign_states,
    decisions,
    enrollments,
    refusals,
    splits,
    webhook_calls,
)
from penfriend.storage.tables.loyalty import answer_days, answers, expiries, lots, point_moves, rewards
from penfriend.storage.tables.mail import attempts, coupon_codes, feedback, hits, messages
from penfriend.storage.tables.outgoing import outgoing_calls, outgoing_targets
from penfriend.storage.tables.pacing import delivery_days, route_days, route_rates, send_counts
from penfriend.storage.tables.people import (
    consents,
    contact_keys,
    contacts,
    subscriptions,
    suppression_changes,
    suppressions,
)
from penfriend.storage.tables.relationship import (
    relation_cohorts,
    relation_flows,
    relation_points,
    relation_steps,
)
from penfriend.storage.tables.results import entry_days, result_days, result_news, result_states

__all__ = [
    "answer_days",
    "answers",
    "api_keys",
    "attempts",
    "audit_log",
    "campaign_states",
    "carts",
    "consents",
    "contact_keys",
    "contacts",
    "coupon_codes",
    "decisions",
    "delivery_days",
    "destinations",
    "enrollments",
    "entry_days",
    "event_facts",
    "events",
    "expiries",
    "feedback",
    "hits",
    "items",
    "leases",
    "lots",
    "members",
    "messages",
    "metadata",
    "notes",
    "one_time_links",
    "orders",
    "outgoing_calls",
    "outgoing_targets",
    "point_moves",
    "products",
    "purchases",
    "recovery_codes",
    "refunds",
    "refusals",
    "relation_cohorts",
    "relation_flows",
    "relation_points",
    "relation_steps",
    "result_days",
    "result_news",
    "result_states",
    "revisions",
    "rewards",
    "route_days",
    "route_rates",
    "routes",
    "segment_looks",
    "segment_moves",
    "segment_sizes",
    "send_counts",
    "sessions",
    "sign_in_guesses",
    "source_reads",
    "source_rows",
    "source_staged",
    "splits",
    "subscriptions",
    "suppression_changes",
    "suppressions",
    "touched",
    "users",
    "webhook_calls",
    "workers",
]
