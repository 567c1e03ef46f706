"""Databases of the company, and the segments whose members a SELECT finds there."""

from __future__ import annotations

import re

import yaml

from penfriend.domain.fields import FIELDS
from penfriend.domain.sources import Source, SqlSelect
from penfriend.domain.timing import Duration, Moment, Unit, shift, zone_of
from penfriend.language import section_keys
from penfriend.language.addresses import parse_sql_file
from penfriend.language.nodes import Entry, Node
from penfriend.language.quoting import quote
from penfriend.language.reading import Found, Reading
from penfriend.language.select_statement import check_select
from penfriend.language.shapes import DURATION, NAME, ROWS, SOURCE_URL, SQL_FILE
from penfriend.language.tree import LOADER
from penfriend.language.words import WordError

TAKEN = frozenset(FIELDS) | {
    "topic", "waited", "coupon", "brand", "links", "locale", "dir", "subject", "loop", "range", "namespace",
    "money", "date", "number", "gettext", "ngettext",
}  # fmt: skip
"""Names that mean something else in a letter, so that no segment with `sql` can have them."""
_SHORTEST = Duration(1, Unit.MINUTES)
_NAMES_A_FILE = re.compile(r"""["']?\bsql["']?\s*:""")


def sql_files_of(text: str) -> tuple[str, ...]:
    """The .sql files that the segments of a campaign file name, without the rest being checked; what is wrong
    with them is for `load` to say. Never raises."""
    if not _NAMES_A_FILE.search(text):
        return ()
    try:
        root = yaml.compose(text.removeprefix("\ufeff"), Loader=LOADER)
        segments = [value for key, value in _pairs(root) if key.value == "segments"]
        named = [
            part.value
            for section in segments
            for _, segment in _pairs(section)
            for key, part in _pairs(segment)
            if key.value == "sql" and isinstance(part, yaml.ScalarNode)
        ]
    except (yaml.YAMLError, RecursionError):
        return ()
    return tuple(dict.fromkeys(name.strip() for name in named if _is_path(name)))


def _pairs(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return list(node.value) if isinstance(node, yaml.MappingNode) else []


def _is_path(name: str) -> bool:
    try:
        parse_sql_file(name)
    except WordError:
        return False
    return True


def read_sources(node: Node | None, reading: Reading) -> dict[str, Source | None]:
    """All databases by name; None for one that is broken."""
    sources: dict[str, Source | None] = {}
    for entry in reading.named(node, "sources", NAME):
        found = reading.table(entry.value, section_keys.SOURCE, entry.key)
        usual = Source("", "")
        url = reading.word(found.get("url"), SOURCE_URL)
        sources[entry.key.text] = (
            None
            if url is None
            else Source(
                name=entry.key.text,
                url=url,
                timeout=_elapsed(found.get("timeout"), usual.timeout, reading),
                max_rows=reading.word(found.get("max_rows"), ROWS) or usual.max_rows,
                every=_elapsed(found.get("every"), usual.every, reading, at_least=_SHORTEST),
                max_cost=reading.word(found.get("max_cost"), ROWS),
                place=entry.key.place,
            )
        )
    return sources


def _elapsed(
    entry: Entry | None, usual: Duration, reading: Reading, at_least: Duration | None = None
) -> Duration:
    """A duration that is not of the calendar."""
    duration = reading.word(entry, DURATION)
    if entry is None or duration is None:
        return usual
    if at_least is not None and _is_shorter(duration, at_least):
        reading.error(entry.value, f"{duration} is too often; at the least {at_least}.")
    return duration


def _is_shorter(duration: Duration, other: Duration) -> bool:
    utc = zone_of("UTC")
    return shift(Moment(0), duration, utc) < shift(Moment(0), other, utc)


def read_select(segment: Entry, found: Found, reading: Reading) -> SqlSelect | None:
    """The SELECT of a segment; None where it cannot be had, which is in the report then."""
    _refuse_what_is_beside(segment, found, reading)
    for key, other in (("source", "sql"), ("sql", "source")):
        if key in found and found.lacks(other):
            reading.error(found[key].key, f'"{key}" goes with "{other}": {_MEANING[other]}.')
    source = reading.reference(found.get("source"), "source", reading.names.sources, "sources")
    path = reading.word(found.get("sql"), SQL_FILE)
    if source is None or path is None:
        return None
    text, database = reading.files.get(path), reading.names.sources[source]
    if text is None:
        reading.error(found["sql"].value, f"the file {quote(path)} cannot be read, or is not there.")
    if text is None or database is None:
        return None
    return check_select(SqlSelect(source, path, text), database.url.partition(":")[0], reading.report)


_MEANING = {"sql": "a file with one SELECT", "source": "the database that it reads"}


def _refuse_what_is_beside(segment: Entry, found: Found, reading: Reading) -> None:
    for key in ("of", "key"):
        if key in found:
            reading.error(found[key].key, f'"{key}" does not go with "sql": its rows are what it is made of.')
    if "where" in found:
        reading.error(
            found["where"].key,
            '"where" does not go with "sql": write it into the SELECT, or make a second segment of both: '
            f"where: [{{segment: {segment.key.text}}}, ...].",
        )
    if segment.key.text in TAKEN:
        reading.error(
            segment.key,
            f"a segment with sql cannot be called {quote(segment.key.text)}: its columns stand under its name"
            " in letters, and there that means something else.",
        )
