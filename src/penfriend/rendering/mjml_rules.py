"""What MJML allows: elements, their attributes and children. The compiler (mrml) accepts nearly anything, so
this is asked before.

`mjml_table.json` was generated from the reference implementation, npm `mjml` 4.18.0: every component of
`mjml-preset-core` with its `allowedAttributes` and `endingTag`, and the preset's `dependencies` as children.
Left out is what mrml does not have (mj-html-attributes, mj-include); mj-all and mj-class take every
attribute.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from penfriend.domain.problems import did_you_mean

ANYWHERE = frozenset({"css-class", "mj-class"})
"""Attributes that every element of the body takes."""
UTM = "data-utm"
"""Ours: `off` on an element with a link keeps parameters from its address."""
TRACK = "data-track"
"""Ours: `off` on an element with a link lets it lead straight to its address."""
OURS = frozenset({UTM, TRACK})
"""Attributes that MJML does not have and no mail holds."""
_HINTS = {
    "mj-include": 'Use {% include "_partials/..." %}.',
    "mj-html-attributes": "It is not supported.",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One element: attribute names with their types, allowed children, whether its content is HTML."""

    attributes: dict[str, str]
    children: frozenset[str]
    ending: bool


def _read_table() -> dict[str, Rule]:
    text = resources.files(__package__).joinpath("mjml_table.json").read_text(encoding="utf-8")
    table: dict[str, dict[str, object]] = json.loads(text)
    rules = {}
    for name, entry in table.items():
        attributes, children = entry["attributes"], entry["children"]
        if isinstance(attributes, dict) and isinstance(children, list):
            rules[name] = Rule(attributes, frozenset(children), bool(entry["ending"]))
    return rules


RULES = _read_table()
ENDING = frozenset(name for name, rule in RULES.items() if rule.ending)
"""Elements whose content is HTML or text and no MJML."""


def unknown_element(name: str) -> str | None:
    """What is wrong with an element of that name, or None."""
    if name in RULES:
        return None
    hint = f" {_HINTS[name]}" if name in _HINTS else did_you_mean(name, RULES)
    return f"unknown element <{name}>.{hint}"


def may_carry(element: str) -> bool:
    """Whether the link of an element may carry parameters and be tracked. That of a social network leads to
    strangers, and may hold an address within the address."""
    return "href" in RULES[element].attributes and element != "mj-social-element"


def misplaced(child: str, parent: str) -> str | None:
    """What is wrong with `child` inside `parent`; both are known."""
    if child in RULES[parent].children:
        return None
    parents = sorted(
        name for name, rule in RULES.items() if child in rule.children and name != "mj-attributes"
    )
    where = " or ".join(f"<{name}>" for name in parents) or "no other element"
    return f"<{child}> cannot stand in <{parent}>; it belongs in {where}."


def wrong_attribute(element: str, attribute: str) -> str | None:
    """What is wrong with an attribute of a known element, or None."""
    known = RULES[element].attributes
    if attribute in known or (attribute in ANYWHERE and element != "mjml"):
        return None
    if attribute in OURS and may_carry(element):
        return None
    hint = did_you_mean(attribute, known)
    return f'<{element}> has no attribute "{attribute}".{hint}'


def wrong_value(element: str, attribute: str, value: str) -> str | None:
    """What is wrong with a written value of a known attribute, or None. Colours and free text are not looked
    at."""
    kind = "enum(off)" if attribute in OURS else RULES[element].attributes.get(attribute, "string")
    pattern, meaning = _pattern(kind)
    if pattern is None or pattern.fullmatch(value):
        return None
    return f'{attribute}="{value}" is not right for <{element}>; it is {meaning}.'


@lru_cache(maxsize=256)
def _pattern(kind: str) -> tuple[re.Pattern[str] | None, str]:
    if kind == "boolean":
        return re.compile("true|false"), "true or false"
    if kind == "integer":
        return re.compile(r"\d+"), "a whole number"
    inside = re.search(r"\((.*?)\)", kind)
    words = inside.group(1).split(",") if inside else []
    if kind.startswith("enum"):
        return re.compile("|".join(map(re.escape, words))), "one of: " + ", ".join(
            word for word in words if word
        )
    if kind.startswith("unit"):
        units = [word for word in words if word != "auto"]
        number = r"-?[\d.]+" if kind.startswith("unitWithNegative") else r"[\d.]+"
        one = rf"(?:{number}(?:{'|'.join(map(re.escape, units))})|0{'|auto' if 'auto' in words else ''})"
        most = 4 if "{1,4}" in kind else 1
        names = ", ".join(unit or "a bare number" for unit in words)
        count = "one to four lengths" if most > 1 else "a length"
        return re.compile(rf"{one}(?:\s+{one}){{0,{most - 1}}}"), f"{count} in {names}"
    return None, ""
