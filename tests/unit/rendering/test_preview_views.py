"""Views of a finished letter: dark, light, without pictures, with drawings for pictures that are nowhere."""

from __future__ import annotations

import pytest

from penfriend.rendering import TemplateRenderer
from penfriend.rendering.preview_views import (
    Scheme,
    in_scheme,
    parts_of,
    preview_text,
    with_drawings,
    without_pictures,
)
from tests.unit.rendering.letters import DEFINITIONS, KEY, letter, text_letter

STYLED = (
    '<meta name="color-scheme" content="light dark" /><style type="text/css">'
    ":root { color-scheme: light dark; supported-color-schemes: light dark; }"
    "@media (prefers-color-scheme: dark) { p { color: white } }</style>"
    "<p>(prefers-color-scheme: dark) is text</p>"
)


@pytest.mark.parametrize(
    ("scheme", "asked"), [("dark", "@media (min-width: 0)"), ("light", "@media (max-width: 0)")]
)
def test_scheme_is_the_wanted_one_on_every_screen(scheme: Scheme, asked: str) -> None:
    shown = in_scheme(STYLED, scheme)
    assert f"{asked} {{ p" in shown
    assert f"color-scheme: {scheme}; supported-color-schemes: {scheme};" in shown
    assert f'content="{scheme}"' in shown
    assert "<p>(prefers-color-scheme: dark) is text</p>" in shown


def test_pictures_are_taken_out_and_their_texts_stay() -> None:
    html = (
        '<td background="https://a.example/b.png" '
        "style=\"background:url('https://a.example/c.png') no-repeat\">"
        '<img alt="a > b" src="https://a.example/d.png" width="72" /></td><a href="https://a.example/">src=x</a>'
    )
    assert without_pictures(html) == (
        '<td style="background:none no-repeat"><img alt="a > b" width="72" /></td>'
        '<a href="https://a.example/">src=x</a>'
    )


def test_pictures_of_sample_things_are_drawn() -> None:
    drawn = with_drawings(
        '<img src="https://pictures.shop.example/oak-bread-board.jpg" /><img src="https://a.example/b.jpg" />'
    )
    assert drawn.startswith('<img src="data:image/svg+xml,%3Csvg')
    assert drawn.endswith('<img src="https://a.example/b.jpg" />')


def test_parts_and_preview_text_are_those_of_the_message() -> None:
    head = "---\nsubject: Hello\npreview: Tea & cake, {{ contact.first_name }}\n---\n"
    files = {"welcome/hello.mjml": text_letter("Łódź {{ contact.first_name }}", head)}
    email = TemplateRenderer(files, DEFINITIONS, KEY, 1).render(
        letter(facts={"contact": {"first_name": "Ann <3"}})
    )
    html, text = parts_of(email.content)
    assert "Łódź Ann &lt;3" in html
    assert "Łódź Ann <3" in text
    assert preview_text(html) == "Tea & cake, Ann <3"


def test_preview_text_is_empty_where_there_is_none() -> None:
    assert preview_text('<body style="x"><div class="page">Hello</div></body>') == ""
