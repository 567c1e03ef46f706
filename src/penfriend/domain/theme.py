"""How the letters of a brand look: colours for light and dark, fonts, a logo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

CONTRAST = 4.5
"""What WCAG 2.2 (1.4.3) asks of text."""
_LIGHTENED = 7.0
"""The contrast that a primary made for dark has."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours, as `#RRGGBB` in capitals; these are the light ones of the sample shop."""

    primary: str = "#2C5E43"
    """Buttons and links."""
    button_text: str = "#FFFFFF"
    background: str = "#F3F2ED"
    """The page around the sheet."""
    sheet: str = "#FFFFFF"
    """What the letter stands on."""
    text: str = "#22261F"
    quiet: str = "#5E6459"
    """Small print."""
    line: str = "#DEDED4"
    tint: str = "#EEF2EA"
    """Panels, and the places of pictures."""


DARK = Palette(
    primary="#A3D0B0",
    button_text="#14201A",
    background="#151915",
    sheet="#1E231E",
    text="#ECEEE6",
    quiet="#B1B8AA",
    line="#3A423A",
    tint="#2A322B",
)
COLOURS = tuple(one.name for one in fields(Palette))
_READ_ON = (
    ("button_text", "primary"),
    ("primary", "sheet"),
    ("primary", "background"),
    ("primary", "tint"),
    ("text", "sheet"),
    ("text", "tint"),
    ("quiet", "sheet"),
    ("quiet", "background"),
)
"""What is read on what."""


@dataclass(frozen=True, slots=True)
class Theme:
    """One brand's. Where nothing is said it is the sample shop's."""

    light: Palette = Palette()
    dark: Palette = DARK
    font: str = "Georgia, 'Times New Roman', serif"
    small_font: str = "'Helvetica Neue', Helvetica, Arial, sans-serif"
    """Of buttons and small print."""
    radius: int = 3
    """Of corners, in pixels."""
    logo: str | None = None
    """The address of a picture that stands for the brand's name."""
    logo_alt: str | None = None
    """What it says where it is not shown; None is the brand's name."""
    logo_width: int = 160
    """In pixels."""


def lightened(colour: str, sheet: str) -> str:
    """A colour with as much white in it as it takes to be read well on a dark sheet."""
    for share in range(21):
        mixed = _mixed(colour, share / 20)
        if contrast(mixed, sheet) >= _LIGHTENED:
            return mixed
    return "#FFFFFF"


def dark_for(light: Palette, usual: Palette, dark: Palette) -> Palette:
    """The dark colours where only the light ones say a new primary: a lighter one."""
    if light.primary == usual.primary:
        return dark
    return replace(dark, primary=lightened(light.primary, dark.sheet))


def faint_pairs(palette: Palette) -> Iterator[tuple[str, str, float]]:
    """What cannot be read well: colour, what it stands on, their contrast."""
    for front, back in _READ_ON:
        found = contrast(getattr(palette, front), getattr(palette, back))
        if found < CONTRAST:
            yield front, back, found


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_light(one), _light(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _light(colour: str) -> float:
    parts = [value / 255 for value in _channels(colour)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _mixed(colour: str, white: float) -> str:
    return "#" + "".join(f"{round(value + (255 - value) * white):02X}" for value in _channels(colour))
