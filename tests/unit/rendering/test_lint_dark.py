"""Contrast in the dark: what the style sheet of prefers-color-scheme makes of a letter."""

from __future__ import annotations

import pytest

from tests.unit.rendering.sound_letter import HERE, Written, found_in


def in_the_dark(rules: str) -> str:
    return f"@media (prefers-color-scheme: dark) {{ {rules} }}"


@pytest.mark.parametrize(
    ("rules", "ground", "where"),
    [
        (".a div { color: #EEEEEE !important }", 'container-background-color="#FFF"', "<mj-text"),
        (".a { background: #111111 !important }", 'container-background-color="#FFF"', "<mj-text"),
        (".a > div b { color: #222 !important }", 'container-background-color="#000" color="#FFF"', "<b>"),
    ],
)
def test_a_text_that_is_faint_in_the_dark_alone_is_found(rules: str, ground: str, where: str) -> None:
    content = "y <b>x</b>" if where == "<b>" else "x"
    letter = Written(f'<mj-text css-class="a" {ground}>{content}</mj-text>', style=in_the_dark(rules))
    [found] = found_in(letter)
    assert (found.code, found.level) == ("low-contrast-dark", "warning")
    assert str(found.place) == f"{HERE}:5:{letter.text.splitlines()[4].index(where) + 1}"


@pytest.mark.parametrize(
    "style",
    [
        in_the_dark(".a { background: #000 !important } .a div { color: #FFF !important }"),
        in_the_dark(".a { background: #000 } .a div { color: #FFF !important }"),
        in_the_dark(".b div { color: #FFF !important }"),
        in_the_dark(".a:hover div { color: #FFF !important }"),
        "@media (prefers-color-scheme: light) { .a div { color: #FFF !important } }",
        "@media (max-width: 400px) { .a div { color: #FFF !important } }",
        ".a div { color: #FFF }",
    ],
)
def test_a_style_that_does_not_hold_or_goes_with_its_ground_is_not_found(style: str) -> None:
    text = '<mj-text css-class="a" container-background-color="{}">x</mj-text>'
    ground = "#000" if "background: #000 }" in style else "#FFF"
    if ground == "#000":
        text = text.replace("<mj-text ", '<mj-text color="#FFF" ')
    assert found_in(Written(text.format(ground), style=style)) == []
