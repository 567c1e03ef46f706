"""Which texts of a finished letter are hard to read on what they stand on (WCAG 2.2, 1.4.3), as far as
colours can be known: behind a picture or gradient nothing is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from penfriend.domain.theme import CONTRAST, contrast
from penfriend.rendering.colours import BLACK, LINK, TRANSPARENT, WHITE, Colour, background, colour
from penfriend.rendering.selectors import Element
from penfriend.rendering.styled import Styles

_LARGE_CONTRAST = 3.0
_LARGE, _LARGE_BOLD = 24.0, 18.66
"""Pixels from which text is large: 18 points, or 14 points where it is bold."""
_UNSEEN = re.compile(r"[\s\u200b-\u200f\u034f\u00ad\ufeff\u2060]*")
_SIZE = re.compile(r"(\d*\.?\d+)(px|pt|em|rem|%)?")
_PIXELS = {"px": 1.0, "": 1.0, "pt": 4 / 3, "rem": 16.0}
_TAG_BOLD = frozenset({"b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"})
_BOLD = frozenset({"bold", "bolder", "600", "700", "800", "900"})
_TAG_SIZES = {"h1": 32.0, "h2": 24.0, "h3": 18.72}


@dataclass(frozen=True, slots=True)
class Look:
    """How text looks at one place; None is what cannot be known."""

    ink: Colour | None = BLACK
    paper: Colour | None = WHITE
    size: float = 16.0
    bold: bool = False
    shown: bool = True

    @property
    def ratio(self) -> float | None:
        """The contrast of its colours."""
        if self.ink is None or self.paper is None:
            return None
        return contrast(str(self.ink.over(self.paper)), str(self.paper))

    @property
    def needed(self) -> float:
        """The contrast that text of this size needs."""
        large = self.size >= _LARGE or (self.bold and self.size >= _LARGE_BOLD)
        return _LARGE_CONTRAST if large else CONTRAST


UNKNOWN_DARK = Look(ink=None, paper=None)
"""In the dark each program has a page and an ink of its own."""


def shown(element: Element, styles: Styles, look: Look) -> Iterator[tuple[Element, Look]]:
    """Each element that is seen, and how its text looks; `look` is what it inherits."""
    waiting = [(element, look)]
    while waiting:
        at, own = waiting.pop()
        if own.shown:
            yield at, own
            below = [child for child in reversed(at.children) if isinstance(child, Element)]
            waiting += [(child, _inside(child, styles.of(child), own)) for child in below]


def has_text(element: Element, look: Look) -> bool:
    """Whether words stand in the element itself."""
    words = (child for child in element.children if isinstance(child, str))
    return look.size > 0 and any(not _UNSEEN.fullmatch(one) for one in words)


def faint(look: Look) -> bool:
    """Whether a text is hard to read."""
    ratio = look.ratio
    return ratio is not None and ratio < look.needed - 0.005


def _inside(element: Element, said: dict[str, str], look: Look) -> Look:
    return replace(
        look,
        ink=_ink(element, said, look),
        paper=_paper(element, said, look),
        size=_size(said.get("font-size"), _TAG_SIZES.get(element.name, look.size), look.size),
        bold=_bold(element, said, look),
        shown=look.shown and _shown(element, said),
    )


def _ink(element: Element, said: dict[str, str], look: Look) -> Colour | None:
    written = said.get("color") or (element.attributes.get("color") if element.name == "font" else None)
    if written is None:
        is_link = element.name == "a" and "href" in element.attributes
        return (LINK if look.ink is not None else None) if is_link else look.ink
    return look.ink if written in ("inherit", "currentcolor", "unset") else colour(written)


def _paper(element: Element, said: dict[str, str], look: Look) -> Colour | None:
    laid: Colour | None = TRANSPARENT
    if "bgcolor" in element.attributes:
        laid = colour(element.attributes["bgcolor"])
    for name, value in said.items():
        if name in ("background", "background-color"):
            laid = look.paper if value == "inherit" else background(value)
        elif name == "background-image" and value not in ("none", ""):
            laid = None
    if "background" in element.attributes:
        laid = None
    if laid is None or laid.opacity == 1:
        return laid
    return look.paper if laid.opacity == 0 or look.paper is None else laid.over(look.paper)


def _size(written: str | None, usual: float, around: float) -> float:
    found = _SIZE.fullmatch(written or "")
    if found is None:
        return usual
    number, unit = float(found[1]), found[2] or ""
    if unit in ("em", "%"):
        return number * around / (100 if unit == "%" else 1)
    return number * _PIXELS[unit]


def _bold(element: Element, said: dict[str, str], look: Look) -> bool:
    weight = said.get("font-weight")
    if weight is None:
        return look.bold or element.name in _TAG_BOLD
    return look.bold if weight == "inherit" else weight in _BOLD


def _shown(element: Element, said: dict[str, str]) -> bool:
    return (
        said.get("display") != "none"
        and said.get("visibility") != "hidden"
        and said.get("opacity") not in ("0", "0.0")
        and "hidden" not in element.attributes
    )
