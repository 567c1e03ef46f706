"""The segments, and that none of them refers to itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from penfriend.domain.segment import InSegment, Segment, Things, walk
from penfriend.language import keys
from penfriend.language.conditions import MAX_TESTS, NEVER, read_condition
from penfriend.language.field_names import known_event, read_key
from penfriend.language.nodes import Entry, MappingNode, Node, Scalar
from penfriend.language.quoting import listing, quote
from penfriend.language.reading import AlreadyReportedError, Found, Reading
from penfriend.language.renames import Renames
from penfriend.language.scope import MadeOf, Scope
from penfriend.language.shapes import NAME, OF, TEXT, parse_of
from penfriend.language.sources import read_select
from penfriend.language.untracked import heed_event
from penfriend.language.words import WordError

MAX_LEVELS = 20
"""How deep segments can name segments: each is one more level of the SELECT."""


def made_of(node: Node) -> MadeOf | None:
    """What a segment is made of, as far as it can be told before its conditions are read."""
    if isinstance(node, MappingNode) and {"source", "sql"} & node.entries.keys():
        return MadeOf(Things.ROWS)
    of = node.value("of") if isinstance(node, MappingNode) else None
    if of is None:
        return MadeOf()
    try:
        return MadeOf(*parse_of(of.text)) if isinstance(of, Scalar) else None
    except WordError:
        return None


def read_segments(node: Node | None, reading: Reading) -> dict[str, Segment]:
    """All segments that can be read."""
    renames = Renames("segment", reading)
    segments = {
        entry.key.text: _segment(entry, renames, reading) for entry in reading.named(node, "segments", NAME)
    }
    renames.check(reading.names.segments)
    _refuse_circles(segments, reading)
    return segments


def _segment(entry: Entry, renames: Renames, reading: Reading) -> Segment:
    found = reading.table(entry.value, keys.SEGMENT, entry.key)
    if {"source", "sql"} & found.keys():
        return _of_rows(entry, found, renames, reading)
    made = _made_of(found.get("of"), reading)
    key = _key(found.get("key"), made, reading)
    description = reading.word(found.get("description"), TEXT)
    scope = Scope(None, None) if made is None else Scope(made.things, made.event)
    where = read_condition(found["where"].value, scope, reading) if "where" in found else NEVER
    made = made or MadeOf()
    return Segment(
        name=entry.key.text,
        where=where,
        of=made.things,
        event=made.event,
        key=key,
        description=description or "",
        was=renames.read(found.get("was")),
        place=entry.key.place,
    )


def _of_rows(entry: Entry, found: Found, renames: Renames, reading: Reading) -> Segment:
    """A segment that a SELECT finds in a database of the company."""
    return Segment(
        name=entry.key.text,
        of=Things.ROWS,
        select=read_select(entry, found, reading),
        description=reading.word(found.get("description"), TEXT) or "",
        was=renames.read(found.get("was")),
        place=entry.key.place,
    )


def _made_of(entry: Entry | None, reading: Reading) -> MadeOf | None:
    """What the segment is made of; None where that is broken."""
    if entry is None:
        return MadeOf()
    made = reading.word(entry, OF)
    if made is None:
        return None
    things, event = made
    if things is Things.EVENTS:
        try:
            known_event(event, reading)
        except AlreadyReportedError:
            return None
        except WordError as error:
            reading.error(entry.value, str(error))
            return None
        heed_event(event, entry.value, reading)
    return MadeOf(things, event)


def _key(entry: Entry | None, made: MadeOf | None, reading: Reading) -> str:
    """The property of which the latest event each is a thing."""
    if entry is None or made is None:
        return ""
    if made.things is not Things.EVENTS:
        reading.error(entry.key, '"key" goes with events: of: events.NAME.')
        return ""
    return read_key(entry, made.event, reading)


@dataclass(frozen=True, slots=True)
class _Weight:
    """How much a segment comes to with all that it names written out."""

    levels: int = 0
    tests: int = 0


def _refuse_circles(segments: Mapping[str, Segment], reading: Reading) -> None:
    """Reports each circle, and each segment that is too much with all that it names written out."""
    weights: dict[str, _Weight] = {}
    for start in segments:
        if start not in weights:
            _visit(start, segments, weights, reading)


def _visit(
    start: str, segments: Mapping[str, Segment], weights: dict[str, _Weight], reading: Reading
) -> None:
    """Goes through all that `start` names, without recursion: a file can hold a chain of thousands."""
    path: dict[str, Iterator[str]] = {start: iter(_named_in(segments[start]))}
    while path:
        current = next(reversed(path))
        name = next(path[current], None)
        if name is None:
            weights[current] = _weigh(segments[current], segments, weights, reading)
            del path[current]
        elif name in path:
            way = list(path)
            circle = [*way[way.index(name) :], name]
            _report(name, f"refers to itself: {listing(circle, ' -> ')}.", segments, reading)
        elif name in segments and name not in weights:
            path[name] = iter(_named_in(segments[name]))


def _weigh(
    segment: Segment, segments: Mapping[str, Segment], weights: Mapping[str, _Weight], reading: Reading
) -> _Weight:
    """The weight; one that is too much is reported once and counts as nothing for those that name it."""
    leaves = list(walk(segment.where))
    parts = [weights.get(leaf.name, _Weight()) for leaf in leaves if isinstance(leaf, InSegment)]
    own = len(leaves)
    tests = own + sum(part.tests for part in parts)
    levels = 1 + max((part.levels for part in parts), default=0)
    if levels <= MAX_LEVELS and tests <= MAX_TESTS:
        return _Weight(levels, tests)
    if own > MAX_TESTS:  # its own condition is too long, which is reported there
        return _Weight()
    limit = f"at most {MAX_LEVELS} levels and {MAX_TESTS} tests"
    _report(segment.name, f"is too much with all the segments that it names: {limit}.", segments, reading)
    return _Weight()


def _report(name: str, text: str, segments: Mapping[str, Segment], reading: Reading) -> None:
    place = segments[name].place
    if place is not None:
        reading.report.error(place, f"the segment {quote(name)} {text}")


def _named_in(segment: Segment) -> list[str]:
    return list(dict.fromkeys(leaf.name for leaf in walk(segment.where) if isinstance(leaf, InSegment)))
