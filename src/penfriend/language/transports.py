"""Ways out: their addresses, how fast each may go, how a new one is warmed up, which one stands in for it."""

from __future__ import annotations

from collections.abc import Mapping

from penfriend.domain.outbox import DEFAULT_ROUTE
from penfriend.domain.pacing import Rate
from penfriend.domain.transport_plan import TransportPlan, WarmUp
from penfriend.language import section_keys
from penfriend.language.nodes import Entry, MappingNode, Node, is_null
from penfriend.language.quoting import quote
from penfriend.language.reading import Found, Reading
from penfriend.language.shapes import DOMAIN, NAME, TRANSPORT
from penfriend.language.transport_shapes import CONNECTIONS, GROWTH, MAILS, PACE


def ways_out(reading: Reading) -> tuple[str, ...]:
    """The names of all transports, that of PENFRIEND_TRANSPORT first."""
    return tuple(dict.fromkeys((DEFAULT_ROUTE, *reading.names.transports)))


def read_transports(node: Node | None, reading: Reading) -> dict[str, TransportPlan]:
    """Further ways out by name, and what is said of `default`."""
    plans: dict[str, TransportPlan] = {}
    fallbacks: dict[str, Entry] = {}
    for entry in reading.named(node, "transports", NAME):
        found = reading.table(entry.value, section_keys.TRANSPORT_KEYS, entry.key)
        name = entry.key.text
        fallback = reading.reference(found.get("fallback"), "transport", ways_out(reading), "transports")
        if fallback is not None:
            fallbacks[name] = found["fallback"]
        plan = TransportPlan(
            name=name,
            url=_url(entry, found, reading),
            rate=reading.word(found.get("rate"), PACE),
            connections=reading.word(found.get("connections"), CONNECTIONS),
            per_domain=_per_domain(found.get("per_domain"), reading),
            warm_up=_warm_up(found.get("warm_up"), reading),
            fallback=fallback,
        )
        _try_address(plan, found, reading)
        plans[name] = plan
    _ask_for_ends(plans, fallbacks, reading)
    return plans


def _url(entry: Entry, found: Found, reading: Reading) -> str | None:
    """All need an address but `default`, which has the one of PENFRIEND_TRANSPORT."""
    if entry.key.text == DEFAULT_ROUTE and "url" in found:
        reading.error(
            found["url"].key,
            '"default" is the transport of PENFRIEND_TRANSPORT, which has its address; give one with another'
            " address another name.",
        )
    elif entry.key.text != DEFAULT_ROUTE and found.lacks("url") and _may_have_keys(entry.value):
        reading.error(entry.key, 'a transport needs "url": the address, as PENFRIEND_TRANSPORT has it.')
    return reading.word(found.get("url"), TRANSPORT)


def _may_have_keys(node: Node) -> bool:
    return isinstance(node, MappingNode) or is_null(node)


def _try_address(plan: TransportPlan, found: Found, reading: Reading) -> None:
    """Whether a transport can be made of it; connections that its kind does not have are told where they
    stand."""
    if plan.url is None or reading.check_transport is None or plan.name == DEFAULT_ROUTE:
        return
    problem, at = reading.check_transport(plan.url), "url"
    if problem is None and plan.connections is not None:
        problem, at = reading.check_transport(plan.address(plan.url)), "connections"
    if problem is not None:
        reading.error(found[at].value, problem if problem.endswith(("?", ".")) else f"{problem}.")


def _per_domain(entry: Entry | None, reading: Reading) -> Mapping[str, Rate]:
    rates: dict[str, Rate] = {}
    if entry is None:
        return rates
    for one in reading.pairs(entry.value, '"per_domain"'):
        domain = reading.value(one.key, DOMAIN, "a domain")
        rate = reading.word(one, PACE)
        if domain in rates:
            reading.error(one.key, f"{quote(one.key.text)} stands here twice.")
        elif domain is not None and rate is not None:
            rates[domain] = rate
    return rates


def _warm_up(entry: Entry | None, reading: Reading) -> WarmUp | None:
    if entry is None:
        return None
    found = reading.table(entry.value, section_keys.WARM_UP, entry.key)
    start = reading.word(found.get("start"), MAILS)
    grow = reading.word(found.get("grow"), GROWTH)
    until = reading.word(found.get("until"), MAILS)
    if start is None or grow is None or until is None:
        return None
    if until <= start:
        reading.error(
            found["until"].value, f"{until} is not more than {start}, with which the first day starts."
        )
    return WarmUp(start, grow, until)


def _ask_for_ends(
    plans: Mapping[str, TransportPlan], fallbacks: Mapping[str, Entry], reading: Reading
) -> None:
    """No transport may come back to itself by way of fallbacks; each circle is told once."""
    told: set[str] = set()
    for name, entry in fallbacks.items():
        way = [name]
        while (following := plans[way[-1]].fallback if way[-1] in plans else None) is not None:
            if following in way:
                break
            way.append(following)
        if following == name and name not in told:
            told.update(way)
            reading.error(entry.value, f"the fallbacks go round in a circle: {', '.join((*way, following))}.")
