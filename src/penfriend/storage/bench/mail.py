"""The runs through campaigns, their mails, what people did with them and beside them: each range of numbers
by a statement for each table.

Of a hundred mails three were skipped, one was refused; of the others each third was opened and each ninth
clicked. What is not about the mail is an order after each fifth, or a look at a product.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from penfriend.domain.bench_data import APART, FIRST_MAIL, BenchPlan, Slot
from penfriend.domain.timing import DAY, MINUTE, SECOND
from penfriend.storage.bench import statements
from penfriend.storage.bench.bulk import execute, numbers, quoted, set_sequences
from penfriend.storage.database import Database
from penfriend.storage.engines import to_json

AT_ONCE = 400_000
ROUTE = "default"
PRODUCTS = 5_000
"""So many products are looked at."""


def make_mail(db: Database, plan: BenchPlan) -> Iterator[int]:
    """Write runs, mails and events; after each transaction, how many mails it wrote."""
    texts = Texts(plan)
    for low in range(1, plan.messages + 1, AT_ONCE):
        high = min(low + AT_ONCE - 1, plan.messages)
        with db.write() as connection:
            execute(connection, "SET LOCAL work_mem = '256MB'", only="postgresql")
            for statement in texts.of_mails(connection, low, high):
                execute(connection, statement)
        yield high - low + 1
    with db.write() as connection:
        for statement in texts.rest(connection):
            execute(connection, statement)
        set_sequences(connection, ("contacts", "events", "enrollments", "messages"))


class Texts:
    """The statements of a plan."""

    def __init__(self, plan: BenchPlan) -> None:
        self._plan = plan
        self._slots = _slots(plan)
        self._known = {
            "begin": plan.begin,
            "now": plan.now,
            "pace": plan.span // max(plan.runs, 1),
            "view_pace": plan.span // max(plan.events - plan.of_people - plan.messages * plan.each, 1),
            "campaigns": plan.campaigns,
            "cycle": len(plan.slots),
            "domain": plan.domain,
            "revision": plan.revision,
            "locale": quoted(plan.locale),
            "currency": quoted(plan.currency),
            "slots": self._slots,
            "first": FIRST_MAIL,
            "apart": APART,
            "day": DAY,
            "minute": MINUTE,
            "soon": 20 * MINUTE,
            "later": 40 * MINUTE,
            "second": SECOND,
            "route": ROUTE,
            "products": PRODUCTS,
            "people": plan.of_people,
            "contact": f"n.i * {plan.stride} % {plan.contacts} + 1",
            "contact_of_run": f"m.run * {plan.stride} % {plan.contacts} + 1",
            "entry": f"(n.i - 1) / {plan.contacts} + 1",
            "slow": f"{plan.begin} + (n.i - {plan.runs} - 1) * {plan.span // max(plan.held_out, 1)}",
            # what an order came to, by the id of its event
            "cents": f"((e.id * 2654435761 + {plan.seed}) % 4294967296 / 65536 % 20000 + 500)",
            "each": max(plan.each, 1),
        }

    def of_mails(self, connection: Connection, low: int, high: int) -> Iterator[str]:
        """For the mails of these numbers, and the runs that begin with one of them."""
        yield self._filled(statements.RUNS, connection, self._run(low - 1) + 1, self._run(high))
        yield self._filled(statements.MESSAGES, connection, low, high)
        between = f"m.id BETWEEN {low} AND {high}"
        yield self._filled(statements.ATTEMPTS, connection, between=between)
        yield self._filled(statements.HITS, connection, between=between)
        yield self._filled(statements.EVENTS, connection, 1, self._plan.each, between=between)
        first, last = (self._plan.of_people + number * self._plan.each for number in (low - 1, high))
        yield self._filled(statements.ORDERS, connection, between=f"e.id > {first} AND e.id <= {last}")

    def rest(self, connection: Connection) -> Iterator[str]:
        """Which campaigns were active, who was held out, and the events that stand for no mail."""
        plan = self._plan
        if plan.runs:
            yield self._filled(statements.STATES, connection)
        if plan.held_out:
            yield self._filled(statements.HELD_OUT, connection, plan.runs + 1, plan.runs + plan.held_out)
        made = plan.of_people + plan.messages * plan.each
        for low in range(made + 1, plan.events + 1, AT_ONCE):
            yield self._filled(
                statements.VIEWS, connection, low, min(low + AT_ONCE - 1, plan.events), made=made
            )

    def _run(self, message: int) -> int:
        """The run of that mail."""
        if message == 0:
            return 0
        whole, rest = divmod(message - 1, len(self._plan.slots))
        return whole * self._plan.campaigns + self._plan.slots[rest].run + 1

    def _filled(
        self, statement: str, connection: Connection, low: int = 0, high: int = 0, **more: object
    ) -> str:
        sqlite = connection.dialect.name == "sqlite"
        table = numbers(connection, low, high) if high else ""
        known = {**self._known, "numbers": table, "json": "" if sqlite else "::jsonb", **more}
        return statement.format(**known)


def _slots(plan: BenchPlan) -> str:
    last = {one.run: one.place for one in plan.slots}
    rows = ", ".join(f"({number}, {_slot(one, last[one.run])})" for number, one in enumerate(plan.slots))
    names = "slot, run, place, last, campaign, step, template, topic, transactional, priority, has_goal, said"
    return f"(WITH s({names}) AS (VALUES {rows}) SELECT * FROM s) AS s"  # noqa: S608 - our own names


def _slot(one: Slot, last: int) -> str:
    texts = ", ".join(quoted(text) for text in (one.campaign, one.step, one.template, one.topic))
    said = quoted(to_json({"campaign": one.campaign, "step": one.step, "topic": one.topic}))
    flags = f"{int(one.transactional)}, {one.priority}, {int(one.has_goal)}"
    return f"{one.run}, {one.place}, {last}, {texts}, {flags}, {said}"
