"""Reads `theme` of a brand: a small set of colours, fonts and a logo, and whether they can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from penfriend.domain.theme import COLOURS, CONTRAST, Palette, Theme, dark_for, faint_pairs
from penfriend.language import section_keys
from penfriend.language.brand_shapes import COLOUR, FONT, LOGO, LOGO_WIDTH, RADIUS
from penfriend.language.nodes import Entry, is_null
from penfriend.language.quoting import quote
from penfriend.language.reading import Reading
from penfriend.language.shapes import LINE


def read_theme(entry: Entry | None, usual: Theme, reading: Reading) -> Theme:
    """How letters look; what is not said is as in `usual`."""
    if entry is None:
        return usual
    found = reading.table(entry.value, section_keys.THEME)
    inner = found.get("dark")
    of_dark: Mapping[str, Entry] = (
        {} if inner is None else reading.table(inner.value, section_keys.DARK, inner.key)
    )
    light = _palette(found, usual.light, reading)
    dark = _palette(of_dark, dark_for(light, usual.light, usual.dark), reading)
    _warn_of_faint("", light, found, reading)
    _warn_of_faint("dark.", dark, {**found, **of_dark}, reading)
    radius, width = (
        reading.word(found.get("radius"), RADIUS),
        reading.word(found.get("logo_width"), LOGO_WIDTH),
    )
    return Theme(
        light=light,
        dark=dark,
        font=reading.word(found.get("font"), FONT) or usual.font,
        small_font=reading.word(found.get("small_font"), FONT) or usual.small_font,
        radius=usual.radius if radius is None else radius,
        logo=reading.word(found.get("logo"), LOGO) or usual.logo,
        logo_alt=reading.word(found.get("logo_alt"), LINE) or usual.logo_alt,
        logo_width=usual.logo_width if width is None else width,
    )


def _palette(found: Mapping[str, Entry], usual: Palette, reading: Reading) -> Palette:
    colours = {name: _colour(found[name], reading) for name in COLOURS if name in found}
    return replace(usual, **{name: colour for name, colour in colours.items() if colour is not None})


def _colour(entry: Entry, reading: Reading) -> str | None:
    if is_null(entry.value):
        name = entry.key.text
        reading.error(
            entry.value,
            f'{quote(name)} has no value. A colour stands in quotes, {name}: "#1F6F54"; behind a bare # YAML'
            " reads a comment.",
        )
        return None
    return reading.word(entry, COLOUR)


def _warn_of_faint(mode: str, palette: Palette, said: Mapping[str, Entry], reading: Reading) -> None:
    """Warns of pairs that cannot be read well, as far as one of the two was said here."""
    for front, back, ratio in faint_pairs(palette):
        entry = said.get(front) or said.get(back)
        if entry is not None:
            text = f"{mode}{front} on {mode}{back} has a contrast of {ratio:.1f}, and text needs {CONTRAST}."
            reading.report.warning(entry.value, text)
