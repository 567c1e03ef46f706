"""Defaults of mj-attributes with values in them: where no element takes one, nothing is lost."""

from __future__ import annotations

import pytest

from tests.unit.rendering.letters import HEAD, letter, renderer


@pytest.mark.parametrize(
    ("default", "element", "shown"),
    [
        (
            '<mj-button background-color="{{ locale }}" />',
            '<mj-button href="https://a.example">x</mj-button>',
            'bgcolor="en"',
        ),
        (
            '<mj-class name="note" color="{{ locale }}" />',
            '<mj-text mj-class="big note">x</mj-text>',
            "color:en",
        ),
    ],
)
def test_a_default_that_no_element_takes_is_left_out(default: str, element: str, shown: str) -> None:
    head = f"<mjml><mj-head><mj-attributes>{default}</mj-attributes></mj-head>"
    body = (
        "<mj-body><mj-section><mj-column><mj-text>only</mj-text>{}</mj-column></mj-section></mj-body></mjml>"
    )
    for elements in (element, ""):
        known = renderer(HEAD + head + body.format(elements))
        assert not known.uses_fallback("welcome/hello")
        assert (shown in known.fill(letter())[1]) is bool(elements)
