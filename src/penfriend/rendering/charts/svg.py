"""What Vega has drawn, made fit for a page: nothing but shapes and text, in the colours of the style sheet.

The drawing is read as XML and written anew from what is on the list. Text of people was only ever data to
Vega, which escapes it; should anything else come out all the same, the drawing is refused.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from penfriend.rendering.charts.sheet import HUES, INK, LINE, QUIET

_ELEMENTS = frozenset({"svg", "g", "path", "line", "rect", "text", "circle"})
_ATTRIBUTES = frozenset(
    [
        "d",
        "dx",
        "dy",
        "fill",
        "fill-opacity",
        "font-size",
        "height",
        "opacity",
        "stroke",
        "stroke-dasharray",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-miterlimit",
        "stroke-opacity",
        "stroke-width",
        "text-anchor",
        "transform",
        "viewBox",
        "width",
        "x",
        "x1",
        "x2",
        "y",
        "y1",
        "y2",
    ]
)
_PLAIN = re.compile(r"[-+.,#%() \w]*")
"""Values of attributes: numbers, paths, colours, and the names of transforms."""
_COLOURS = {hue: f"var(--hue-{number})" for number, hue in enumerate(HUES, 1)}
_COLOURS |= {INK: "var(--ink)", QUIET: "var(--quiet)", LINE: "var(--line)"}
_SPACE = "{http://www.w3.org/2000/svg}"


class UnfitDrawing(ValueError):
    """A drawing that has something in it that no chart has."""


def fit_for_page(drawn: str, width: int) -> str:
    """The SVG element for a page; `width` names its class. Raises UnfitDrawing."""
    if "<!" in drawn or "<?" in drawn:
        raise UnfitDrawing("the drawing has a declaration.")
    try:
        root = ET.fromstring(drawn)  # noqa: S314  # without a declaration there are no entities
    except ET.ParseError as error:
        raise UnfitDrawing(f"the drawing is no XML: {error}.") from None
    made = _made(root)
    made.set("class", f"at-{width}")
    made.set("direction", "ltr")
    made.set("aria-hidden", "true")
    return ET.tostring(made, encoding="unicode")


def _made(given: ET.Element) -> ET.Element:
    name = str(given.tag).removeprefix(_SPACE)
    if name not in _ELEMENTS:
        raise UnfitDrawing(f"the drawing has an element {name!r}.")
    made = ET.Element(name)
    for key, value in given.attrib.items():
        if key in _ATTRIBUTES:
            made.set(key, _value(key, value))
    told = given.get("aria-label")
    if told and name == "path":
        ET.SubElement(made, "title").text = told
    if name == "text":
        made.text = given.text
    for child in given:
        if child.get("display") != "none" and not _is_nothing(child):
            made.append(_made(child))
    return made


def _is_nothing(given: ET.Element) -> bool:
    """What Vega draws behind and in front of everything, and what nobody would see."""
    return given.get("class") in ("background", "foreground") and given.get("stroke") is None


def _value(key: str, value: str) -> str:
    if not _PLAIN.fullmatch(value):
        raise UnfitDrawing(f"the drawing has the value {value!r} of {key}.")
    return _COLOURS.get(value, value)
