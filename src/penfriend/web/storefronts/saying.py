"""What a shop system says, read with care: its fields may be missing, or of another type than documented."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Said = Mapping[str, Any]  # Any: JSON of others
Row = dict[str, Any]
"""An event as `POST /v1/events` takes it."""
Mapped = Callable[[Said, str], Iterator[Row]]
"""The events that a body comes to; the shop's own address goes in with it."""


@dataclass(frozen=True, slots=True)
class Storefront:
    """A shop system: where its signature, its topic and its shop stand (headers in lower case), and what
    becomes of each topic. Others are taken, and nothing follows."""

    name: str
    title: str
    signature: str
    topic: str
    shop: str
    topics: Mapping[str, Mapped]


def part(said: Said, *names: str) -> Said:
    """The object below these names; an empty one where there is none."""
    for name in names:
        found = said.get(name)
        said = found if isinstance(found, Mapping) else {}
    return said


def parts(said: Said, name: str) -> Iterator[Said]:
    """The objects in the list of that name."""
    found = said.get(name)
    return (one for one in (found if isinstance(found, list) else ()) if isinstance(one, Mapping))


def word(said: Said, *names: str) -> str | None:
    """The first of these that is a text or a whole number, as a text; None where none is."""
    for name in names:
        found = said.get(name)
        if isinstance(found, str | int) and not isinstance(found, bool) and str(found).strip():
            return str(found).strip()
    return None


def known(**fields: object) -> Row:
    """What is given, without what is not."""
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def who(key: str | None, email: str | None) -> Row | None:
    """The contact; None where nobody is named."""
    return known(id=key, email=email) or None


def event(key: str, name: str, at: str | None, properties: Row, contact: Row | None = None) -> Row:
    """An event; without a contact that of a product."""
    row = {"id": key, "name": name, "at": at, "properties": properties}
    return row if contact is None else {**row, "contact": contact}


def person(shop: str, key: str | None, email: str | None, at: str | None, **fields: object) -> Iterator[Row]:
    """Who a customer of the shop is, as far as it says."""
    contact, properties = who(key, email), known(**fields)
    if key is not None and contact is not None and properties:
        yield event(f"{shop}:customer:{key}:{at}", "contact_updated", at, properties, contact)
