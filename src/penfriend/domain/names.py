"""What is asked of the DNS, and how an answer may turn out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol


class Found(Enum):
    """How a question ended."""

    SOME = auto()
    """There are records."""
    NONE = auto()
    """There is no such name, or it has no record of the kind: for certain."""
    UNKNOWN = auto()
    """No answer, or one that says nothing (SERVFAIL)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The records of one kind under one name, in an order that does not change from time to time. Names are
    without their last dot, in small letters."""

    found: Found
    records: tuple[str, ...] = ()
    why: str = ""
    """In words, where it is unknown."""


class Names(Protocol):
    """The DNS."""

    def texts(self, name: str) -> Answer:
        """The TXT records, each with its strings joined."""

    def addresses(self, name: str) -> Answer:
        """The IPv4 and IPv6 addresses."""

    def exchanges(self, name: str) -> Answer:
        """The hosts of the MX records, the preferred first; the null MX (RFC 7505) is an empty name."""

    def names_of(self, address: str) -> Answer:
        """The names that an IP address has (PTR)."""


def tags_of(record: str) -> dict[str, str] | None:
    """The `tag=value` list of a DKIM or DMARC record (RFC 6376 3.2), tags in small letters; None where it is
    none, or a tag comes twice."""
    tags: dict[str, str] = {}
    for part in record.split(";"):
        if not part.strip():
            continue
        name, equals, value = part.partition("=")
        if not equals or name.strip().lower() in tags:
            return None
        tags[name.strip().lower()] = value.strip()
    return tags


def is_below(name: str, domain: str) -> bool:
    """Whether `name` is `domain` or below it."""
    return name == domain or name.endswith(f".{domain}")
