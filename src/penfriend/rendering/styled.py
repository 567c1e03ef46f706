"""A finished letter as elements, and what its style sheets and style attributes say of each: enough to know
what is seen, in which colour, on what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from penfriend.rendering.css import Declaration, StyleRule, declarations, read_sheet
from penfriend.rendering.html_reader import HtmlReader, TooManyUnended
from penfriend.rendering.selectors import Element, Selector, Specificity, read_selector
from penfriend.rendering.text_part import VOID

DARK = "prefers-color-scheme"
_LOOKED_AT = frozenset(
    {
        "color",
        "background",
        "background-color",
        "background-image",
        "font-size",
        "font-weight",
        "font",
        "display",
        "visibility",
        "opacity",
    }
)
_CLOSED_BY_NEXT = {"li": {"li"}, "p": {"p"}, "td": {"td", "th"}, "th": {"td", "th"}, "tr": {"tr", "td", "th"}}
_WITHOUT_TEXT = frozenset({"style", "script", "title", "head"})


class Letter(HtmlReader):
    """Reads HTML into elements; what is for Outlook alone is left out."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {}, None)
        self.sheets: list[str] = []
        self._open = self.root
        with suppress(TooManyUnended):  # the lint of the template tells of those
            self.feed(html)
            self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One more element."""
        if self._open.name in _CLOSED_BY_NEXT.get(tag, ()) and self._open.parent is not None:
            self._open = self._open.parent
        values = {name: value or "" for name, value in attrs}
        element = Element(tag, values, self._open, classes=frozenset(values.get("class", "").split()))
        self._open.children.append(element)
        if tag not in VOID:
            self._open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<br/>`, and what an author closes so."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Closes the nearest element of that name, where one is open."""
        at: Element | None = self._open
        while at is not None and at.name != tag:
            at = at.parent
        if at is not None and at.parent is not None:
            self._open = at.parent

    def handle_data(self, data: str) -> None:
        """Text, or a style sheet."""
        if self._open.name == "style":
            self.sheets.append(data)
        elif self._open.name not in _WITHOUT_TEXT:
            self._open.children.append(data)


def elements(root: Element) -> Iterator[Element]:
    """All below an element."""
    waiting = [root]
    while waiting:
        below = [child for child in waiting.pop().children if isinstance(child, Element)]
        yield from below
        waiting += reversed(below)


class Styles:
    """The style sheets of a letter, by light or in the dark."""

    def __init__(self, sheets: Iterable[str], *, dark: bool) -> None:
        self._by_key: dict[str, list[tuple[Specificity, int, Selector, tuple[Declaration, ...]]]] = {}
        self.has_dark = False
        order = 0
        for sheet in sheets:
            for rule in read_sheet(sheet).rules:
                is_dark = any(DARK in one and "dark" in one for one in rule.within)
                self.has_dark = self.has_dark or is_dark
                if _holds(rule, dark=dark):
                    order += 1
                    self._add(rule, order)

    def _add(self, rule: StyleRule, order: int) -> None:
        said = tuple(one for one in rule.declarations if one.name in _LOOKED_AT)
        for text in rule.selectors if said else ():
            selector = read_selector(text)
            if selector is not None:
                entry = (selector.specificity, order, selector, said)
                self._by_key.setdefault(selector.key, []).append(entry)

    def of(self, element: Element) -> dict[str, str]:
        """What is said of the element itself, the winner of each property. `background` and
        `background-color` are told in the order in which they take effect, the last the strongest."""
        keys = (*(f".{one}" for one in element.classes), element.name, "*")
        fitting = [
            (specificity, order, said)
            for key in keys
            for specificity, order, selector, said in self._by_key.get(key, ())
            if selector.fits(element)
        ]
        own = [one for one in declarations(element.attributes.get("style", "")) if one.name in _LOOKED_AT]
        if not fitting:
            ranked = sorted(own, key=lambda one: one.important)
        else:
            weighed = [
                ((one.important, False, specificity, order), one)
                for specificity, order, said in fitting
                for one in said
            ]
            weighed += [((one.important, True, (0, 0, 0), 0), one) for one in own]
            ranked = [one for _, one in sorted(weighed, key=lambda pair: pair[0])]
        found: dict[str, str] = {}
        for one in ranked:
            found.pop(one.name, None)
            found[one.name] = one.value
        return found


def _holds(rule: StyleRule, *, dark: bool) -> bool:
    """Whether the rule holds on a wide screen, by light or in the dark."""
    for one in rule.within:
        media = one.lower()
        if DARK in media:
            if not dark or "dark" not in media.replace(DARK, "") or "width" in media:
                return False
        elif not media.startswith("@media") or _narrows(media):
            return False
    return True


def _narrows(media: str) -> bool:
    """Whether a media query asks for more than any screen."""
    words = media.removeprefix("@media").replace("only", " ").replace("and", " ").split()
    return any(word.strip(",") not in ("all", "screen") for word in words)
