"""SPF (RFC 7208): the record of a domain, and how many questions it costs a receiver to follow it.

Nothing is said about one sending address: which a relay sends from is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_network

from penfriend.domain.names import Found, Names

MOST_LOOKUPS = 10
"""A receiver gives up at more of them (RFC 7208 4.6.4)."""
MOST_VOIDS = 2
"""So many may find nothing (RFC 7208 4.6.4)."""
MOST_EXCHANGES = 10
"""Hosts of one `mx` (RFC 7208 4.6.4)."""

_VERSION = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
_TERM = re.compile(
    r"(?P<sign>[+\-?~]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)(?::(?P<of>[^/]*))?(?P<bits>/.*)?",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"(?P<name>[a-z][a-z0-9_.\-]*)=(?P<of>.*)", re.IGNORECASE)


@dataclass(slots=True)
class Spf:
    """What a walk through a domain's record has found."""

    records: tuple[str, ...] = ()
    """The records that call themselves SPF: one is right."""
    lookups: int = 0
    """What a receiver asks, in the worst case; counting stops one above what is allowed."""
    voids: list[str] = field(default_factory=list)
    """The names that were asked for and have nothing."""
    ends: str = ""
    """The sign before `all`: `-`, `~`, `?` or `+`; empty where it does not end so."""
    errors: list[str] = field(default_factory=list)
    """What makes a receiver give up (permerror), each in a clause."""
    unknown: str = ""
    """Why the DNS did not say, where it did not."""


def walk_spf(domain: str, names: Names) -> Spf:
    """Follow the record of `domain` through its includes."""
    spf = Spf()
    answer = names.texts(domain)
    if answer.found is Found.UNKNOWN:
        spf.unknown = answer.why
        return spf
    spf.records = spf_records(answer.records)
    if len(spf.records) == 1:
        _Walk(names, spf).follow(domain, spf.records[0], outermost=True)
    return spf


def spf_records(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the TXT records that are SPF's (RFC 7208 4.5)."""
    return tuple(text for text in texts if _VERSION.match(text))


class _Walk:
    def __init__(self, names: Names, spf: Spf) -> None:
        self._names, self._spf = names, spf

    def follow(self, domain: str, record: str, *, outermost: bool = False) -> None:
        """Count what a receiver asks that follows every term of the record."""
        redirect = ""
        for term in record.split()[1:]:
            if self._spf.lookups > MOST_LOOKUPS:
                return
            if mechanism := _TERM.fullmatch(term):
                name, of = mechanism["name"].lower(), mechanism["of"] or ""
                if name == "all":
                    if outermost:
                        self._spf.ends = mechanism["sign"] or "+"
                    return  # what stands behind it is never looked at
                if name in ("ip4", "ip6"):
                    self._address(domain, name, of + (mechanism["bits"] or ""))
                else:
                    self._mechanism(domain, name, of)
            elif modifier := _MODIFIER.fullmatch(term):
                if modifier["name"].lower() == "redirect":
                    redirect = modifier["of"]
            else:
                self._spf.errors.append(f'"{term}" of {domain} is no term of SPF')
        if redirect:
            self._redirect(redirect, outermost)

    def _address(self, domain: str, name: str, of: str) -> None:
        try:
            known = ip_network(of, strict=False).version == int(name[-1])
        except ValueError:
            known = False
        if not known:
            self._spf.errors.append(f'"{name}:{of}" of {domain} is no address')

    def _mechanism(self, domain: str, name: str, of: str) -> None:
        self._spf.lookups += 1
        target = of or domain
        if "%" in target or name == "ptr" or self._spf.lookups > MOST_LOOKUPS:
            return  # depends on the mail, or is not looked at any more
        match name:
            case "include":
                if not of:
                    self._spf.errors.append(f"an include of {domain} names no domain")
                    return
                self._nested(target, outermost=False)
            case "mx":
                self._exchanges(target)
            case _:
                self._count_void(target, self._names.addresses(target).found)

    def _exchanges(self, target: str) -> None:
        answer = self._names.exchanges(target)
        self._count_void(target, answer.found)
        if len(answer.records) > MOST_EXCHANGES:
            self._spf.errors.append(f"mx of {target} are more than {MOST_EXCHANGES} hosts")

    def _redirect(self, target: str, outermost: bool) -> None:
        self._spf.lookups += 1
        if "%" not in target and self._spf.lookups <= MOST_LOOKUPS:
            self._nested(target, outermost=outermost)

    def _nested(self, target: str, *, outermost: bool) -> None:
        answer = self._names.texts(target)
        self._count_void(target, answer.found)
        records = spf_records(answer.records)
        if answer.found is Found.UNKNOWN:
            self._spf.unknown = answer.why
        elif len(records) != 1:
            what = "has no SPF record" if not records else f"has {len(records)} SPF records"
            self._spf.errors.append(f"{target}, which it includes, {what}")
        else:
            self.follow(target, records[0], outermost=outermost)

    def _count_void(self, target: str, found: Found) -> None:
        if found is Found.NONE:
            self._spf.voids.append(target)
