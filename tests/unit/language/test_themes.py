"""`theme` of a brand: what is said, what stays, and what could not be read."""

from __future__ import annotations

from penfriend.domain.definitions import Brand
from penfriend.domain.theme import DARK, Palette, Theme, lightened
from penfriend.language import load
from tests.unit.language.support import defined


def brands(text: str) -> tuple[dict[str, Brand], list[str]]:
    """The brands of a file by name, the common one under none; and the warnings."""
    loaded = load({"c.yaml": text}, "c.yaml", {}, None)
    assert loaded.definitions is not None, loaded.problems
    warnings = [str(problem).removeprefix("c.yaml:") for problem in loaded.problems]
    return {"": loaded.definitions.brand, **loaded.definitions.brands}, warnings


def test_without_one_it_is_the_sample_shops() -> None:
    assert defined("").brand.theme == Theme(Palette(), DARK)


def test_what_is_said_replaces_and_the_rest_stays() -> None:
    found, warnings = brands(
        'brand: {theme: {primary: "#b00020", text: "#111", font: Verdana, radius: 0,'
        ' logo: "https://shop.example/l.png", logo_alt: Shop, logo_width: 200, dark: {sheet: "#000000"}}}\n'
        'brands: {oak: {theme: {small_font: \'"Open Sans", sans-serif\', dark: {primary: "#FFCCCC"}}},'
        " same: {}}\n"
    )
    assert warnings == []
    own = found[""].theme
    assert own.light == Palette(primary="#B00020", text="#111111")
    assert (own.dark.primary, own.dark.sheet) == (lightened("#B00020", DARK.sheet), "#000000")
    assert (own.font, own.radius, own.logo_width) == ("Verdana", 0, 200)
    assert (own.logo, own.logo_alt) == ("https://shop.example/l.png", "Shop")
    assert found["same"].theme == own
    oak = found["oak"].theme
    assert (oak.light, oak.font, oak.small_font) == (own.light, "Verdana", "'Open Sans', sans-serif")
    assert (oak.dark.primary, oak.dark.sheet) == ("#FFCCCC", "#000000")


def test_colours_that_cannot_be_read_are_a_warning_at_what_was_said() -> None:
    _, warnings = brands(
        'brand:\n  theme:\n    primary: "#4CAF50"\n    dark:\n      text: "#333333"\nbrands: {same: {}}\n'
    )
    assert warnings == [
        "3:14: warning: button_text on primary has a contrast of 2.8, and text needs 4.5.",
        "3:14: warning: primary on background has a contrast of 2.5, and text needs 4.5.",
        "3:14: warning: primary on sheet has a contrast of 2.8, and text needs 4.5.",
        "3:14: warning: primary on tint has a contrast of 2.5, and text needs 4.5.",
        "5:13: warning: dark.text on dark.sheet has a contrast of 1.3, and text needs 4.5.",
        "5:13: warning: dark.text on dark.tint has a contrast of 1.0, and text needs 4.5.",
    ]
