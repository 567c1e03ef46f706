"""What a letter fetches: no font that it does not name itself."""

from __future__ import annotations

import re

import pytest

from tests.unit.rendering.letters import HEAD, filled, text_letter


@pytest.mark.parametrize("around", ["%s", "{% if contact.first_name %}%s{% endif %}"])
def test_a_letter_fetches_no_font_that_it_does_not_name(around: str) -> None:
    column = '<mj-column><mj-text font-family="Roboto, Ubuntu">x</mj-text></mj-column>'
    mjml = f"{HEAD}<mjml><mj-body><mj-section>{around.replace('%s', column)}</mj-section></mj-body></mjml>"
    html = filled(mjml)[1]
    assert "Roboto" in html
    assert not re.search(r"<link|@import|googleapis", html)


def test_a_font_that_a_letter_names_is_fetched_from_where_it_says() -> None:
    font = '<mj-head><mj-font name="Oak" href="https://fonts.example/oak.css" /></mj-head>'
    mjml = text_letter('<b style="font-family:Oak">x</b>').replace("<mj-body>", f"{font}<mj-body>")
    html = filled(mjml.replace("<mj-text>", '<mj-text font-family="Oak">'))[1]
    assert set(re.findall(r"https://[^)\"]*", html)) >= {"https://fonts.example/oak.css"}
    assert "googleapis" not in html
