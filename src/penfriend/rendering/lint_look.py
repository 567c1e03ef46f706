"""What a reader sees of a finished letter that carries numbers: texts too faint, in light and in the dark,
and letters that say what they say in pictures."""

from __future__ import annotations

from collections.abc import Sequence

from penfriend.domain.problems import Place, Problem
from penfriend.rendering.contrast import UNKNOWN_DARK, Look, faint, has_text, shown
from penfriend.rendering.findings import Problems
from penfriend.rendering.numbered import number_of
from penfriend.rendering.selectors import Element
from penfriend.rendering.styled import Letter, Styles, elements

_FEWEST_WORDS = 10
_WORDS_OF_A_FRAME = 100
"""A layout has fewer; where it is not known which words are the layout's, so many are needed."""
_SMALLEST_PICTURE = 100
"""Pixels in width: smaller ones are icons and logos."""
_FRAME = "templates/_layouts/"


class LookLint:
    """Looks at one letter, made of `file`. `places` are those of its numbers; without them what is found is
    roughly right and has no place, which is enough to know that nothing is wrong."""

    def __init__(self, html: str, file: str, places: Sequence[Place] = ()) -> None:
        self._letter = Letter(html)
        self._places, self._file, self._problems = places, file, Problems()

    def look(self, footer: Sequence[str]) -> tuple[Problem, ...]:
        """What is found; `footer` are texts and addresses that only a footer has."""
        light = Styles(self._letter.sheets, dark=False)
        by_day = {id(element): (element, look) for element, look in shown(self._letter.root, light, Look())}
        for element, look in by_day.values():
            if has_text(element, look) and faint(look):
                self._tell_faint("low-contrast", element, look, "")
        if light.has_dark:
            dark = Styles(self._letter.sheets, dark=True)
            for element, look in shown(self._letter.root, dark, UNKNOWN_DARK):
                _, day = by_day.get(id(element), (element, None))
                if (
                    has_text(element, look)
                    and faint(look)
                    and (day is None or (day.ink, day.paper) != (look.ink, look.paper))
                ):
                    self._tell_faint("low-contrast-dark", element, look, " in the dark")
        self._look_at_pictures(list(by_day.values()), footer)
        return self._problems.all

    def _place(self, element: Element) -> Place:
        number = number_of(element) if self._places else None
        return Place(self._file) if number is None else self._places[number]

    def _tell_faint(self, code: str, element: Element, look: Look, when: str) -> None:
        ink = None if look.ink is None or look.paper is None else look.ink.over(look.paper)
        text = (
            f"this text has a contrast of {look.ratio:.2f}{when} ({ink} on {look.paper}); "
            f"it needs {look.needed:g}."
        )
        self._problems.find(code, self._place(element), text)

    def _look_at_pictures(self, seen: Sequence[tuple[Element, Look]], footer: Sequence[str]) -> None:
        pictures = [one for one, _ in seen if self._is_large(one)]
        if not pictures:
            return
        words, few = 0, _FEWEST_WORDS if self._places else _WORDS_OF_A_FRAME
        for element, look in seen:
            if words >= few or not has_text(element, look):
                continue
            if not self._place(element).file.startswith(_FRAME) and not _in_footer(element, footer):
                words += sum(len(child.split()) for child in element.children if isinstance(child, str))
        if words < few:
            text = (
                f"the letter has a picture and {words or 'no'} words beside it; where pictures are off it"
                " says nothing."
            )
            self._problems.find("text-in-images", self._place(pictures[0]), text)

    def _is_large(self, element: Element) -> bool:
        if element.name != "img" or self._place(element).file.startswith(_FRAME):
            return False
        width = element.attributes.get("width", "").removesuffix("px")
        return not width.isdigit() or int(width) > _SMALLEST_PICTURE


def _in_footer(element: Element, footer: Sequence[str]) -> bool:
    """Whether the cell or paragraph around the element holds what only a footer has."""
    around = element
    while around.parent is not None and around.name not in ("td", "th", "p", "div"):
        around = around.parent
    held = [around, *elements(around)]
    said = "".join(child for one in held for child in one.children if isinstance(child, str))
    return any(mark in said or any(mark in one.attributes.get("href", "") for one in held) for mark in footer)
