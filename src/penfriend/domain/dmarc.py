"""DMARC (RFC 9989, which replaces RFC 7489): the record that holds for a domain, and whose names belong
together.

The organizational domain is found by walking up the DNS, as RFC 9989 4.10 has it; no list of public suffixes
is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from penfriend.domain.names import Found, Names, is_below, tags_of

MOST_LABELS = 8
"""Of a longer name the walk skips to its last seven after the first question (RFC 9989 4.10)."""
_VERSION = re.compile(r"v\s*=\s*DMARC1\s*(?:;|$)")


@dataclass(frozen=True, slots=True)
class Policy:
    """A record, read."""

    domain: str
    """Where it stands: under `_dmarc.` of this domain."""
    record: str
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def psd(self) -> str:
        """`y`: a registry's domain; `n`: the highest of an organization; `u`, the default: neither is
        said."""
        return self.tags.get("psd", "u").lower()

    def is_strict(self, tag: str) -> bool:
        """Whether `adkim` or `aspf` wants the very same domain."""
        return self.tags.get(tag, "r").lower() == "s"

    def wanted_of(self, sender: str) -> str:
        """What it asks of receivers for mail from `sender`: none, quarantine or reject."""
        inherited = self.tags.get("sp") if sender != self.domain else None
        return (inherited or self.tags.get("p") or "none").lower()


@dataclass(frozen=True, slots=True)
class Dmarc:
    """What the DNS says of a domain."""

    policy: Policy | None = None
    """The one that holds for it."""
    organization: str = ""
    """The organizational domain; the domain itself where no record tells."""
    twice: str = ""
    """A domain with several records: receivers take none of them."""
    unknown: str = ""
    """Why the DNS did not say, where it did not."""


def discover(domain: str, names: Names) -> Dmarc:
    """The record that holds for mail from `domain`, and its organizational domain."""
    found: list[Policy] = []
    twice = ""
    for place in _walk(domain):
        answer = names.texts(f"_dmarc.{place}")
        if answer.found is Found.UNKNOWN:
            return Dmarc(organization=domain, unknown=answer.why)
        records = [text for text in answer.records if _VERSION.match(text)]
        if len(records) > 1:  # as if there were none (RFC 9989 4.10.1)
            twice = twice or place
        elif records:
            policy = Policy(place, records[0], tags_of(records[0]) or {})
            found.append(policy)
            if policy.psd == "n" or (policy.psd == "y" and place != domain):
                break
    if not found:
        return Dmarc(organization=domain, twice=twice)
    return Dmarc(_holding(domain, found), _organization(domain, found))


def _holding(domain: str, found: list[Policy]) -> Policy | None:
    """That of the domain itself, else that of the organization, else that of the registry."""
    organization = _organization(domain, found)
    for place in (domain, organization):
        for policy in found:
            if policy.domain == place:
                return policy
    return found[-1]


def _organization(domain: str, found: list[Policy]) -> str:
    highest = found[-1]
    if highest.psd == "y" and highest.domain != domain:
        below = domain.removesuffix(f".{highest.domain}").rpartition(".")[2]
        return f"{below}.{highest.domain}"
    return highest.domain


def _walk(domain: str) -> Iterator[str]:
    labels = domain.split(".")
    yield domain
    rest = labels[1:] if len(labels) <= MOST_LABELS else labels[-(MOST_LABELS - 1) :]
    for start in range(len(rest)):
        yield ".".join(rest[start:])


def aligned(one: str, other: str, *, strict: bool, names: Names) -> bool:
    """Whether two domains count as one sender: the same, or, unless `strict`, of the same organization.

    Where neither has a record yet it is asked whether one is above the other, which is what a record at the
    upper one would make of them.
    """
    if one == other:
        return True
    if strict:
        return False
    first, second = discover(one, names), discover(other, names)
    if first.policy is None and second.policy is None:
        return is_below(one, other) or is_below(other, one)
    return first.organization == second.organization


def report_targets(policy: Policy) -> tuple[str, ...]:
    """The domains that aggregate reports go to (`rua`)."""
    addresses = (address.strip() for address in policy.tags.get("rua", "").split(","))
    found = (re.match(r"mailto:[^@\s]+@([^\s!]+)", address, re.IGNORECASE) for address in addresses)
    return tuple(dict.fromkeys(one[1].lower() for one in found if one))
