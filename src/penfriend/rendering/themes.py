"""What templates know as `theme`."""

from __future__ import annotations

from dataclasses import asdict

from markupsafe import Markup

from penfriend.domain.definitions import Brand


def theme_names(brand: Brand) -> dict[str, object]:
    """The names of one brand's theme: light colours beside the others, the dark ones under `dark`."""
    theme = brand.theme
    return {
        **asdict(theme.light),
        "dark": asdict(theme.dark),
        "font": _font(theme.font),
        "small_font": _font(theme.small_font),
        "radius": f"{theme.radius}px",
        "logo": theme.logo,
        "logo_alt": theme.logo_alt or brand.name,
        "logo_width": str(theme.logo_width),
    }


def _font(names: str) -> str:
    """Not escaped, so that it is right in an attribute and in a style sheet."""
    return Markup(names)  # noqa: S704 - letters, digits, commas, hyphens and single quotes alone
