"""Reads `results`: to which mail a goal is credited."""

from __future__ import annotations

from penfriend.domain.results import USUAL, Credit, Results
from penfriend.language import section_keys
from penfriend.language.nodes import Entry, Sequence
from penfriend.language.quoting import quote
from penfriend.language.reading import Reading


def read_results(entry: Entry | None, reading: Reading) -> Results:
    """What is usual, where nothing is said."""
    if entry is None:
        return Results()
    found = reading.table(entry.value, section_keys.RESULTS)
    credit = found.get("credit")
    return Results() if credit is None else Results(_credit(credit, reading) or USUAL)


def _credit(entry: Entry, reading: Reading) -> tuple[Credit, ...]:
    items = reading.items(entry.value, '"credit"', or_one=True)
    if not items and isinstance(entry.value, Sequence):
        reading.error(entry.value, '"credit" names nothing; leave it out for [clicked, opened, sent].')
    words: list[Credit] = []
    for item in items:
        word = reading.value(item, section_keys.CREDIT, '"credit"')
        if word is None:
            continue
        if Credit(word) in words:
            reading.error(item, f"{quote(word)} stands here twice: the first that fits decides.")
        words.append(Credit(word))
    return tuple(words)
