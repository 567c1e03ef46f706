"""What a letter fetches: no font that it does not name itself, and no icon without a warning."""

from __future__ import annotations

import re

import pytest

from tests.unit.rendering.letters import HEAD, column_letter, filled, problems, text_letter


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


SOCIAL = '<mj-social><mj-social-element name="github"%s>Us</mj-social-element></mj-social>'
CAROUSEL = '<mj-carousel%s><mj-carousel-image src="https://shop.example/a.png" alt="Oak" /></mj-carousel>'
ACCORDION = (
    "<mj-accordion%s><mj-accordion-element><mj-accordion-title>A</mj-accordion-title>"
    "<mj-accordion-text>B</mj-accordion-text></mj-accordion-element></mj-accordion>"
)
PICTURE = "https://shop.example/i.png"


@pytest.mark.parametrize(
    ("element", "name", "host", "attributes"),
    [
        (SOCIAL, "mj-social-element", "www.mailjet.com", ("src",)),
        (CAROUSEL, "mj-carousel", "i.imgur.com", ("left-icon", "right-icon")),
        (ACCORDION, "mj-accordion", "i.imgur.com", ("icon-wrapped-url", "icon-unwrapped-url")),
    ],
)
def test_icons_that_mjml_fetches_from_strangers_are_warned_of_until_others_are_named(
    element: str, name: str, host: str, attributes: tuple[str, ...]
) -> None:
    (warning,) = problems(column_letter(element % ""))
    assert f"warning: <{name}> fetches its icons from {host}" in warning
    assert warning.endswith(f"give it {' and '.join(attributes)}.")
    given = "".join(f' {attribute}="{PICTURE}"' for attribute in attributes)
    assert problems(column_letter(element % given)) == []
