"""Whatever stands in a file, `check` tells problems and never raises."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.rendering.letters import HEAD, column_letter, problems, text_letter

SOUND = (
    '---\nsubject: Hi {{ contact.first_name or "x" }}\npreview: p\n---\n{% set a = 1 %}<mjml>'
    '<mj-head><mj-title>t</mj-title></mj-head><mj-body><mj-section><mj-column width="50%">'
    '{% for i in cart.items %}<mj-text align="left">a <b>{{ i.title }}</b></mj-text>{% endfor %}'
    '<mj-button href="{{ brand.public_url }}/x">{% trans %}go{% endtrans %}</mj-button>'
    "</mj-column></mj-section><!-- c --></mj-body></mjml>"
)
BITS = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "<",
    ">",
    "</",
    "<mj-text>",
    "</mj-text>",
    "<mj-raw>",
    "{% if 1 %}",
    "{% endif %}",
    "{% block a %}",
    "{% include 'x' %}",
    "{% raw %}",
    '"',
    "'",
    "<!--",
    "-->",
    "&",
    "---\n",
    "\r",
    "\x00",
    "\ud800",
    "é",
    "{{ x",
    "|",
    "=",
]


def test_the_letter_that_is_broken_here_is_sound() -> None:
    assert problems(SOUND) == []


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(SOUND)), st.integers(0, 25), st.sampled_from(BITS))
def test_a_letter_with_something_cut_out_or_put_in_never_raises(at: int, cut: int, bit: str) -> None:
    problems(SOUND[:at] + bit + SOUND[at + cut :])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(BITS), max_size=30))
def test_a_letter_of_bits_never_raises(bits: list[str]) -> None:
    problems(HEAD + "".join(bits))


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=200))
def test_any_text_as_a_letter_or_catalog_never_raises(text: str) -> None:
    problems(text, {"locale/tr/LC_MESSAGES/messages.po": text})


@pytest.mark.parametrize(
    "mjml",
    [
        text_letter("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}"),
        text_letter("{% if 1 %}" * 3000 + "x" + "{% endif %}" * 3000),
        text_letter("<b>" * 5000 + "x" + "</b>" * 5000),
        column_letter("<mj-group>" * 5000 + "</mj-group>" * 5000),
        text_letter("{{ " + "-" * 5000 + "1 }}"),
        text_letter("{{ a" + ".a" * 5000 + " }}"),
        text_letter("{{ 1" + " ~ 1" * 5000 + " }}"),
        text_letter("{{ 1" + " + 1" * 5000 + " }}"),
        text_letter("{{ 'x'" + " | upper" * 5000 + " }}"),
    ],
    ids=["brackets", "ifs", "bold", "groups", "minus", "dots", "joins", "sums", "filters"],
)
def test_endless_nesting_is_told_and_never_raises(mjml: str) -> None:
    for line in problems(mjml):
        assert line.startswith("templates/welcome/hello.mjml:")
