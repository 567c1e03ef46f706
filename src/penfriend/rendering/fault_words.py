"""What Python says when values do not go together, in the words of those who write letters."""

from __future__ import annotations

import re

_KINDS = {
    "Money": "an amount",
    "int": "a number",
    "float": "a number",
    "Decimal": "a number",
    "str": "a text",
    "Markup": "a text",
    "NoneType": "an empty value",
    "list": "a list",
    "tuple": "a list",
    "bool": "yes or no",
    "dict": "a group of names",
    "datetime.datetime": "a moment",
    "datetime": "a moment",
    "datetime.date": "a date",
    "date": "a date",
}
_FAULTS = (
    (
        re.compile(r"unsupported operand type\(s\) for (\S+?): '([\w.]+)' and '([\w.]+)'"),
        "{1} and {2} do not go together with {0}",
    ),
    (
        re.compile(r"can only concatenate (\w+) \(not \"([\w.]+)\"\) to \w+"),
        "{0} and {1} do not go together with +",
    ),
    (
        re.compile(r"'(\S+)' not supported between instances of '([\w.]+)' and '([\w.]+)'"),
        "{1} and {2} cannot be compared",
    ),
    (re.compile(r"'([\w.]+)' object is not iterable"), "{0} has no entries to go through"),
    (re.compile(r"object of type '([\w.]+)' has no len\(\)"), "{0} has no length"),
)


def in_words(text: str) -> str:
    """The sentence, where it is one of those that are known; else as it is."""
    for pattern, words in _FAULTS:
        found = pattern.match(text)
        if found:
            return words.format(*(_KINDS.get(part, part) for part in found.groups())) + "."
    return text
