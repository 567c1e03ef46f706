"""Gathers what templates can name about a person, as frozen facts: a fixed number of queries for a batch, and
only what is needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, case, func, select

from penfriend.domain.campaign import Send, walk_steps
from penfriend.domain.counting import COUNTS
from penfriend.domain.definitions import Definitions
from penfriend.domain.enrollment import Enrollment
from penfriend.domain.events import BUILT_IN
from penfriend.domain.facts import Frozen, frozen_day, frozen_moment, frozen_money
from penfriend.domain.letter import Needs
from penfriend.domain.timing import Moment
from penfriend.storage import letter_things
from penfriend.storage.letter_counts import counts_of
from penfriend.storage.letter_rows import rows_of
from penfriend.storage.letter_values import Facts, Person, typed
from penfriend.storage.many import among
from penfriend.storage.people import TOPICS, known_zone
from penfriend.storage.tables import answers, contacts, enrollments, event_facts, messages


def gather(
    connection: Connection, wanted: Sequence[Enrollment], needs: Needs, definitions: Definitions, now: Moment
) -> dict[int, Facts]:
    """The facts by enrollment id: what the templates can read, as it is at `now`."""
    rows = {
        row.id: row
        for row in connection.execute(
            _CONTACTS, {"ids": sorted({enrollment.contact for enrollment in wanted})}
        )
    }
    people = [
        Person(enrollment, rows[enrollment.contact], definitions)
        for enrollment in wanted
        if enrollment.contact in rows
    ]
    facts: dict[int, Facts] = {person.enrollment.id: {"contact": _contact(person)} for person in people}
    for name, load in _LOADERS.items():
        if name in needs.names:
            for enrollment, value in load(connection, people).items():
                facts[enrollment][name] = value
    for name in sorted(needs.names & definitions.segments.keys()):
        if definitions.segments[name].select is not None:
            for enrollment, value in rows_of(connection, people, name).items():
                facts[enrollment][name] = value
    if needs.counts:
        for enrollment, counts in counts_of(connection, people, needs.counts, now).items():
            facts[enrollment][COUNTS] = counts
    return facts


def _contact(person: Person) -> Frozen:
    row, types = person.contact, person.definitions.data.contact
    plain = ("email", "first_name", "last_name", "country", "tier")
    return {
        **{name: getattr(row, name) for name in plain},
        "id": row.key,
        "locale": row.locale or person.definitions.brand.locale,
        "timezone": known_zone(row.timezone, person.definitions.brand.timezone),
        "frequency": row.frequency or "all",
        "birthday": frozen_day(row.birthday),
        "tier_until": frozen_day(row.tier_until),
        "created_at": frozen_moment(row.created_at),
        "subscribed_at": frozen_moment(row.subscribed_at),
        "last_opened_at": frozen_moment(row.last_opened_at),
        "last_clicked_at": frozen_moment(row.last_clicked_at),
        "rfm": {
            "recency": row.rfm_recency,
            "frequency": row.rfm_frequency,
            "monetary": row.rfm_monetary,
        },
        "attributes": typed(row.attributes or {}, types),
    }


def _orders(_: Connection, people: Sequence[Person]) -> dict[int, Frozen]:
    return {
        p.enrollment.id: {
            "count": p.contact.orders_count,
            "total": frozen_money(p.contact.orders_total or 0, p.definitions.brand.currency),
            "average": frozen_money(p.contact.orders_average, p.definitions.brand.currency),
            "first_at": frozen_moment(p.contact.orders_first_at),
            "last_at": frozen_moment(p.contact.orders_last_at),
        }
        for p in people
    }


def _rewards(_: Connection, people: Sequence[Person]) -> dict[int, Frozen]:
    return {
        p.enrollment.id: {
            "available_count": p.contact.rewards_available,
            "next_cost": p.contact.rewards_next_cost,
            "last_at": frozen_moment(p.contact.rewards_last_at),
        }
        for p in people
    }


def _events(connection: Connection, people: Sequence[Person]) -> dict[int, Frozen]:
    ids = sorted({p.contact.id for p in people})
    found = connection.execute(_EVENT_FACTS, {"ids": ids}).mappings()
    by_contact: dict[int, dict[str, Frozen]] = {}
    for row in found:
        by_contact.setdefault(row["contact_id"], {})[row["name"]] = {
            "count": row["count"],
            "first_at": frozen_moment(row["first_at"]),
            "last_at": frozen_moment(row["last_at"]),
        }
    none = {"count": 0, "first_at": None, "last_at": None}
    return {
        p.enrollment.id: {
            **dict.fromkeys((*BUILT_IN, *p.definitions.data.events), none),
            **by_contact.get(p.contact.id, {}),
        }
        for p in people
    }


def _survey(connection: Connection, people: Sequence[Person]) -> dict[int, Frozen]:
    """This enrollment's own answer, and under each survey's name the contact's latest."""
    found = connection.execute(_ANSWERS, {"ids": sorted({p.contact.id for p in people})}).all()
    own = {row.enrollment_id: row for row in found}
    named = {(row.contact_id, row.survey): row for row in found}
    return {
        p.enrollment.id: {
            **{name: _answer(named.get((p.contact.id, name))) for name in p.definitions.surveys},
            **_answer(own.get(p.enrollment.id)),
        }
        for p in people
    }


def _answer(row: Row[Any] | None) -> dict[str, Frozen]:
    if row is None:
        return dict.fromkeys(("score", "comment", "answered_at"))
    return {"score": row.score, "comment": row.comment, "answered_at": frozen_moment(row.answered_at)}


def _topic(connection: Connection, people: Sequence[Person]) -> dict[int, Frozen]:
    found = connection.execute(TOPICS, {"ids": sorted({p.contact.id for p in people})})
    subscribed = {(row.contact_id, row.topic) for row in found}
    return {
        p.enrollment.id: {name: (p.contact.id, name) in subscribed for name in p.definitions.topics}
        for p in people
    }


def _message(connection: Connection, people: Sequence[Person]) -> dict[int, Frozen]:
    """Whether any mail of this enrollment was sent, opened, clicked, and the same under the name of each
    step."""
    found = connection.execute(_MAILS, {"ids": [p.enrollment.id for p in people]})
    done: dict[int, set[tuple[str | None, str]]] = {p.enrollment.id: set() for p in people}
    for row in found:
        for what, moment in (("sent", row.sent_at), ("opened", row.opened_at), ("clicked", row.clicked_at)):
            if moment is not None:
                done[row.enrollment_id] |= {(None, what), (row.step, what)}
    return {p.enrollment.id: _mails(p, done[p.enrollment.id]) for p in people}


def _mails(person: Person, done: set[tuple[str | None, str]]) -> Frozen:
    campaign = person.definitions.campaigns.get(person.enrollment.campaign)
    steps = [step.id for step in walk_steps(campaign.steps) if isinstance(step, Send)] if campaign else []

    def of(step: str | None) -> dict[str, bool]:
        return {what: (step, what) in done for what in ("sent", "opened", "clicked")}

    return {**{step: of(step) for step in steps}, **of(None)}


def _campaign(connection: Connection, people: Sequence[Person]) -> dict[int, Frozen]:
    """Under the name of each campaign, whether the contact is in it and when it last entered."""
    found = connection.execute(_INSIDE, {"ids": sorted({p.contact.id for p in people})})
    known = {
        (contact, campaign): {"inside": bool(inside), "entered_at": frozen_moment(entered)}
        for contact, campaign, entered, inside in found
    }
    never = {"inside": False, "entered_at": None}
    return {
        p.enrollment.id: {name: known.get((p.contact.id, name), never) for name in p.definitions.campaigns}
        for p in people
    }


def _waited(_: Connection, people: Sequence[Person]) -> dict[int, Frozen]:
    return {p.enrollment.id: p.enrollment.standing.waited for p in people}


_e = enrollments.c
_CONTACTS = select(contacts).where(among(contacts.c.id, "ids"))
_EVENT_FACTS = select(event_facts).where(among(event_facts.c.contact_id, "ids"))
_ANSWERS = (
    select(answers).where(among(answers.c.contact_id, "ids")).order_by(answers.c.answered_at, answers.c.id)
)
_MAILS = select(
    messages.c.enrollment_id,
    messages.c.step,
    messages.c.sent_at,
    messages.c.opened_at,
    messages.c.clicked_at,
).where(among(messages.c.enrollment_id, "ids"))
_INSIDE = (
    select(
        _e.contact_id,
        _e.campaign,
        func.max(_e.entered_at),
        func.max(case((_e.status == "active", 1), else_=0)),
    )
    .where(among(_e.contact_id, "ids"))
    .group_by(_e.contact_id, _e.campaign)
)
_LOADERS: dict[str, Callable[[Connection, Sequence[Person]], dict[int, Frozen]]] = {
    "cart": letter_things.carts_of,
    "order": letter_things.orders_of,
    "points": letter_things.points_of,
    "reward": letter_things.rewards_of,
    "purchase": letter_things.purchases_of,
    "product": letter_things.products_of,
    "event": letter_things.events_of,
    "orders": _orders,
    "rewards": _rewards,
    "events": _events,
    "survey": _survey,
    "topic": _topic,
    "message": _message,
    "campaign": _campaign,
    "waited": _waited,
}
