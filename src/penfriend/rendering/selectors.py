"""Selectors of style sheets: names, classes, ids and attributes, below or right below each other. Others
(`:hover`, `+`) match nothing, since a letter at rest is looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

_PART = re.compile(
    r"""(?P<name>[a-zA-Z][\w-]*|\*)|\.(?P<class>[\w-]+)|\#(?P<id>[\w-]+)
      | \[\s*(?P<attribute>[\w-]+)\s*(?:(?P<sign>[~|^$*]?=)\s*["']?(?P<value>[^"'\]]*)["']?\s*)?\]""",
    re.VERBOSE,
)
_STEP = re.compile(r"\s*([>+~])\s*|\s+")

Specificity = tuple[int, int, int]


@dataclass(slots=True)
class Element:
    """An element of a finished letter."""

    name: str
    attributes: dict[str, str]
    parent: Element | None
    children: list[Element | str] = field(default_factory=list)
    """Elements and runs of text, in their order."""
    classes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Compound:
    name: str
    classes: frozenset[str]
    ids: frozenset[str]
    attributes: tuple[tuple[str, str, str], ...]

    def fits(self, element: Element) -> bool:
        return (
            (self.name in ("", "*") or self.name == element.name)
            and self.classes <= element.classes
            and all(element.attributes.get("id") == one for one in self.ids)
            and all(_has(element, *one) for one in self.attributes)
        )


@dataclass(frozen=True, slots=True)
class Selector:
    """One selector. `key` is a class or name that the element itself must have, to find it quickly."""

    compounds: tuple[_Compound, ...]
    child_only: tuple[bool, ...]
    """For each step between two compounds, whether the second must stand right below the first."""

    @property
    def specificity(self) -> Specificity:
        """As CSS weighs it: ids, classes and attributes, names."""
        ids = sum(len(one.ids) for one in self.compounds)
        classes = sum(len(one.classes) + len(one.attributes) for one in self.compounds)
        return ids, classes, sum(one.name not in ("", "*") for one in self.compounds)

    @property
    def key(self) -> str:
        """`.class` or a name; `*` where anything may fit."""
        last = self.compounds[-1]
        return f".{min(last.classes)}" if last.classes else last.name or "*"

    def fits(self, element: Element) -> bool:
        """Whether the element is meant."""
        return self.compounds[-1].fits(element) and self._fits_above(element, len(self.compounds) - 2)

    def _fits_above(self, element: Element, number: int) -> bool:
        if number < 0:
            return True
        above = element.parent
        while above is not None:
            if self.compounds[number].fits(above) and self._fits_above(above, number - 1):
                return True
            if self.child_only[number]:
                return False
            above = above.parent
        return False


def _has(element: Element, name: str, sign: str, wanted: str) -> bool:
    value = element.attributes.get(name)
    if value is None or not sign:
        return value is not None
    match sign:
        case "=":
            return value == wanted
        case "~=":
            return wanted in value.split()
        case "^=":
            return bool(wanted) and value.startswith(wanted)
        case "$=":
            return bool(wanted) and value.endswith(wanted)
        case "*=":
            return bool(wanted) and wanted in value
        case _:
            return value == wanted or value.startswith(f"{wanted}-")


@lru_cache(maxsize=2048)
def read_selector(text: str) -> Selector | None:
    """The selector, or None where it is of a kind that is not looked at."""
    compounds: list[_Compound] = []
    steps: list[bool] = []
    at = 0
    text = text.strip()
    while True:
        compound, end = _compound(text, at)
        if end == at:
            return None
        compounds.append(compound)
        if end == len(text):
            return Selector(tuple(compounds), tuple(steps))
        step = _STEP.match(text, end)
        if step is None or step[1] in ("+", "~"):
            return None
        steps.append(step[1] == ">")
        at = step.end()


def _compound(text: str, at: int) -> tuple[_Compound, int]:
    name, classes, ids, attributes = "", set(), set(), []
    while found := _PART.match(text, at):
        at = found.end()
        if found["name"]:
            name = found["name"].lower()
        elif found["class"]:
            classes.add(found["class"])
        elif found["id"]:
            ids.add(found["id"])
        else:
            attributes.append((found["attribute"].lower(), found["sign"] or "", found["value"] or ""))
    return _Compound(name, frozenset(classes), frozenset(ids), tuple(attributes)), at
