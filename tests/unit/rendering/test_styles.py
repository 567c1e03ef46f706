"""How the lint reads style sheets: declarations and rules with their places, selectors, colours, and what
holds in the dark."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.rendering.colours import background, colour
from penfriend.rendering.css import declarations, read_sheet
from penfriend.rendering.selectors import Element, read_selector
from penfriend.rendering.styled import Letter, Styles, elements


def test_declarations_have_their_place_and_end_outside_of_brackets_and_quotes() -> None:
    text = "color: red !important; /* a;b */ background:url(data:a;b) ;content: ';'; broken"
    found = declarations(text, 100)
    assert [(one.name, one.value, one.important) for one in found] == [
        ("color", "red", True),
        ("background", "url(data:a;b)", False),
        ("content", "';'", False),
    ]
    assert [text[one.at - 100 :].startswith(one.name) for one in found] == [True] * 3


def test_a_sheet_has_rules_within_media_and_statements() -> None:
    text = "@import url(a.css);\na, b > c { a: 1 }\n@media print { @supports (x) { d { a: 1 } } }\ne{top:1}"
    sheet = read_sheet(text)
    assert [(one.selectors, one.within) for one in sheet.rules] == [
        (("a", "b > c"), ()),
        (("d",), ("@media print", "@supports (x)")),
        (("e",), ()),
    ]
    assert sheet.statements == (("@import url(a.css)", 0),)


@given(st.text("{}();:@/*'\" ab\n", max_size=60))
def test_no_style_sheet_is_too_broken_to_be_read(text: str) -> None:
    for rule in read_sheet(text).rules:
        assert all(text[one.at :].lower().startswith(one.name) for one in rule.declarations)
        for selector in rule.selectors:
            read_selector(selector)


def tree(html: str) -> Element:
    """The element with the id x."""
    return next(one for one in elements(Letter(html).root) if one.attributes.get("id") == "x")


@pytest.mark.parametrize(
    ("selector", "fits"),
    [
        ("b", True),
        ("i", False),
        (".k", True),
        (".k.l", True),
        (".k.m", False),
        ("#x", True),
        ("div b", True),
        ("div > b", False),
        ("div > p > b", True),
        ("table div b", False),
        ("section p > b", True),
        ("[data-a]", True),
        ('[data-a="1"]', True),
        ("[data-a^=2]", False),
        ("*", True),
        ("b:hover", None),
        ("p + b", None),
        ("b::after", None),
        ("", None),
        ("&", None),
    ],
)
def test_a_selector_fits_or_not(selector: str, fits: bool | None) -> None:
    html = '<section><div><div><p><b class="k l" id="x" data-a="1">t</b></p></div></div></section>'
    read = read_selector(selector)
    assert (None if read is None else read.fits(tree(html))) is fits


def test_the_stronger_rule_wins_then_the_later_one_and_a_style_attribute_over_both() -> None:
    html = '<div><b class="k" id="x">t</b></div>'
    sheet = (
        "b { color: red; background: red } .k { color: green } div b { color: blue } .k { background: blue }"
    )
    assert Styles([sheet], dark=False).of(tree(html)) == {"color": "green", "background": "blue"}
    styled = html.replace("<b", '<b style="color: black"')
    assert Styles([sheet], dark=False).of(tree(styled))["color"] == "black"
    loud = sheet + " b { color: white !important }"
    assert Styles([loud], dark=False).of(tree(styled))["color"] == "white"


@pytest.mark.parametrize(
    ("media", "light", "dark"),
    [
        ("(prefers-color-scheme: dark)", False, True),
        ("(prefers-color-scheme: light)", False, False),
        ("(prefers-color-scheme: dark) and (max-width: 400px)", False, False),
        ("only screen", True, True),
        ("all", True, True),
        ("print", False, False),
        ("(max-width: 400px)", False, False),
    ],
)
def test_a_media_query_holds_on_a_wide_screen_by_light_or_in_the_dark(
    media: str, light: bool, dark: bool
) -> None:
    element = tree('<b id="x">t</b>')
    sheets = [f"@media {media} {{ b {{ color: red }} }}"]
    assert ("color" in Styles(sheets, dark=False).of(element)) is light
    assert ("color" in Styles(sheets, dark=True).of(element)) is dark


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("#abc", "#AABBCC"),
        ("#A1B2C3", "#A1B2C3"),
        (" White ", "#FFFFFF"),
        ("rgb(1, 2, 3)", "#010203"),
        ("rgb(100% 0% 0% / 1)", "#FF0000"),
        ("rgba(0,0,0,.5)", "#000000"),
        ("var(--a)", None),
        ("#12345", None),
        ("currentcolor", None),
        ("rgb(a, b, c)", None),
    ],
)
def test_a_colour_is_read(text: str, shown: str | None) -> None:
    found = colour(text)
    assert (None if found is None else str(found)) == shown


@pytest.mark.parametrize(
    ("text", "opacity", "shown"),
    [
        ("#FFF", 1, "#FFFFFF"),
        ("#f3f2ed none repeat 0 0", 1, "#F3F2ED"),
        ("none", 0, "#000000"),
        ("repeat-x gold", 1, "#FFD700"),
    ],
)
def test_the_colour_of_a_background_is_read(text: str, opacity: float, shown: str) -> None:
    found = background(text)
    assert found is not None
    assert (found.opacity, str(found)) == (opacity, shown)


@pytest.mark.parametrize("text", ["url(a.png) #FFF", "linear-gradient(#FFF, #000)", "var(--a)"])
def test_what_lies_behind_a_picture_is_not_known(text: str) -> None:
    assert background(text) is None


def test_a_colour_that_lets_through_is_mixed_with_what_lies_behind() -> None:
    front, back = colour("rgba(0, 0, 0, 0.5)"), colour("#FFF")
    assert front is not None
    assert back is not None
    assert str(front.over(back)) == "#808080"
