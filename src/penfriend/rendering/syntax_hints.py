"""What a tag that Jinja cannot read was meant to be: other languages write it so, or a keyboard made it."""

from __future__ import annotations

import re

from penfriend.domain.problems import did_you_mean

_PAIRED = ("if", "for", "set", "with", "block", "trans", "macro", "call", "filter")
TAGS = frozenset(
    (*_PAIRED, *(f"end{tag}" for tag in _PAIRED), "elif", "else", "include", "extends", "pluralize")
)
_QUOTED = re.compile(r"""'[^']*'|"[^"]*\"""")
_SLIPS = (
    (re.compile(r"\{%-?\s*else\s+if\b|\{%-?\s*els(?:e|)if\b"), "Write {% elif ... %}."),
    (re.compile(r"\{%-?\s*unless\b"), "Write {% if not ... %}."),
    (re.compile(r"\{%-?\s*trans\b.*\{\{\s*\w+\s*[^\w\s}]", re.DOTALL),
     "A {% trans %} holds names alone; write {% trans name=... %}{{ name }}{% endtrans %}."),
    (re.compile("[\u201c-\u201f\u2018-\u201b\u00ab\u00bb]"), "Write straight quotes."),
    (re.compile(r"&&|\|\||!(?!=)"), "Write and, or, not."),
    (re.compile(r"=>|=<"), "Write >= or <=."),
    (re.compile(r"(?:\{%-?\s*(?:el)?if\b|\{\{)[^=(]*[^=(!<>]=(?!=)"), "Write == to compare."),
    (re.compile(r"\{%-?\s*set\b[^=]*=="), "Write one = to set."),
    (re.compile(r"\?"), "Write {{ one if this else other }}."),
    (re.compile(r"\{%-?\s*for\b.*\bof\b"), "Write {% for one in many %}."),
    (re.compile(r"\|\s*\w+\s*:"), "What a filter takes stands in brackets: date(...)."),
)  # fmt: skip
"""What such a tag has, quoted texts left out, and what would be right; the first that is found counts."""
_UNKNOWN = re.compile(r"Encountered unknown tag '(\w+)'")


def hint_for(tag: str, complaint: str) -> str:
    """What would be right, with a leading space; empty where nobody can tell."""
    plain = _QUOTED.sub("", tag)
    for pattern, right in _SLIPS:
        if pattern.search(plain):
            return f" {right}"
    unknown = _UNKNOWN.match(complaint)
    return did_you_mean(unknown[1], TAGS) if unknown else ""
