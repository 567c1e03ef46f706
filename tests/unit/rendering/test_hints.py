"""What validate says to typical slips: what would be right, at the place where it is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from penfriend.domain.definitions import DataTypes
from penfriend.domain.fields import FieldType
from tests.unit.rendering.letters import (
    DEFINITIONS,
    HEAD,
    column_letter,
    findings,
    problems,
    renderer,
    text_letter,
    told,
)

HERE = "templates/welcome/hello.mjml"


@pytest.mark.parametrize(
    ("tag", "hint"),
    [
        ("{% if contact.tier = 'gold' %}x{% endif %}", "Write == to compare."),
        ("{{ contact.tier = 3 }}", "Write == to compare."),
        ("{% set x == 3 %}", "Write one = to set."),
        ("{{ contact.tier or „gold“ }}", "Write straight quotes."),
        ("{% if contact.tier && contact.email %}x{% endif %}", "Write and, or, not."),
        ("{% if !contact.tier %}x{% endif %}", "Write and, or, not."),
        ("{% if orders.count => 3 %}x{% endif %}", "Write >= or <=."),
        ("{{ contact.tier ? 'a' : 'b' }}", "Write {{ one if this else other }}."),
        ("{{ contact.created_at | date: 'long' }}", "What a filter takes stands in brackets: date(...)."),
        ("{% for item of cart.items %}x{% endfor %}", "Write {% for one in many %}."),
        ("{% if 1 %}a{% elseif 2 %}b{% endif %}", "Write {% elif ... %}."),
        ("{% if 1 %}a{% elsif 2 %}b{% endif %}", "Write {% elif ... %}."),
        ("{% if 1 %}a{% else if 2 %}b{% endif %}", "Write {% elif ... %}."),
        ("{% unless contact.tier %}", "Write {% if not ... %}."),
        (
            "{% trans %}Dear {{ contact.first_name }}{% endtrans %}",
            "A {% trans %} holds names alone; write {% trans name=... %}{{ name }}{% endtrans %}.",
        ),
        ("{% inclde 'x' %}", 'Did you mean "include"?'),
    ],
)
def test_slip_in_a_tag_is_told_with_what_would_be_right(tag: str, hint: str) -> None:
    [problem] = problems(text_letter(tag))
    assert f" {hint} In: " in problem


@pytest.mark.parametrize(
    "tag",
    ["{{ points.earned(within='a' }}", "{{ contact.email 'a = b' }}", "{{ contact.email 'what?' }}"],
)
def test_nothing_is_guessed_from_what_stands_in_quotes_or_brackets(tag: str) -> None:
    [problem] = problems(text_letter(tag))
    assert "Write" not in problem


def test_end_that_is_misspelt_is_guessed() -> None:
    assert '4:59: {% endfi %} closes nothing. Did you mean "endif"?' in "\n".join(
        problems(text_letter("{% if 1 %}x{% endfi %}"))
    )


def test_filter_that_nobody_can_guess_leads_to_those_there_are() -> None:
    [problem] = problems(text_letter("{{ orders.total | currency }}"))
    assert problem.endswith('"currency". Ours are money, date, number and bdi; docs/templates.md has all.')


@pytest.mark.parametrize("style", ["lang", "shrot", "fulll", "dd.MM.yyyy", ""])
def test_date_has_no_other_styles(style: str) -> None:
    [problem] = problems(text_letter(f'{{{{ date(contact.created_at, "{style}") }}}}'))
    assert f'date has no style "{style}".' in problem
    assert "A style is short, medium, long, full, time or a skeleton such as MMMMd." in problem


def test_date_is_not_written_in_the_way_of_python() -> None:
    [problem] = problems(text_letter("{{ contact.created_at.strftime('%d') }}"))
    assert problem == f'{HERE}:4:48: a date has no "strftime"; write it by date(..., "long").'


def test_attribute_that_is_nearly_a_declared_one_is_a_slip() -> None:
    shop = replace(DEFINITIONS, data=DataTypes(contact={"came_from": FieldType.TEXT}))

    def of(name: str) -> list[str]:
        text = text_letter(f"{{{{ contact.attributes.{name} or 1 }}}}")
        return told(renderer(text, definitions=shop).check())

    assert of("came_form")[0].endswith('there is no "came_form". Did you mean "came_from"?')
    assert of("shoe_size") == []


A = "<mjml><mj-body>{% block top %}{% endblock %}{% block content %}{% endblock %}</mj-body></mjml>"
B = "{% extends '_layouts/a.mjml' %}{% block top %}{% block inner %}{% endblock %}{% endblock %}"
ROW = "<mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section>"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("contents", ' Did you mean "content"?'),
        ("foot", " It has: top, inner, content."),
        ("content", None),
        ("inner", None),
        ("top", None),
    ],
)
def test_block_that_no_layout_has_would_not_be_shown(name: str, hint: str | None) -> None:
    block = f"{{% block {name} %}}{ROW}{{% block own %}}{{% endblock %}}{{% endblock %}}"
    text = f"{HEAD}{{% extends '_layouts/b.mjml' %}}\n{block}"
    slip = f'{HERE}:5:1: the layout has no block "{name}", so this would not be shown.{hint}'
    found = problems(text, {"_layouts/a.mjml": A, "_layouts/b.mjml": B})
    assert found == ([] if hint is None else [slip])


BUTTON = {
    "_partials/button.mjml": "<mj-text>{{ label }} {{ contcat }}</mj-text>",
    "other.mjml": "{% set label = 'Go' %}",
}


def test_what_a_partial_wants_is_told_where_the_letter_does_not_set_it() -> None:
    text = f"{HEAD}<mjml><mj-body><mj-section><mj-column>\n{{% include '_partials/button.mjml' %}}"
    text += "</mj-column></mj-section></mj-body></mjml>"
    assert problems(text, BUTTON) == [
        'templates/_partials/button.mjml:1:22: "contcat" is not defined. Did you mean "contact"?',
        (
            f'{HERE}:5:1: "_partials/button.mjml" wants "label", which is not set before; write '
            "{% set label = ... %} above."
        ),
    ]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("shop.example/tea", "placeholder-link"),
        ("www.shop.example", "placeholder-link"),
        ("http://shop.example", "insecure-link"),
        ("https://shop.example", None),
        ("mailto:a@shop.example", None),
        ("#top", None),
        ("", None),
    ],
)
def test_address_that_a_tag_holds_leads_somewhere(value: str, code: str | None) -> None:
    text = text_letter(f'{{% set button_url = "{value}" %}}<a href="{{{{ button_url }}}}">Go</a>')
    assert [one.code for one in findings(text) if one.code.endswith("-link")] == ([code] if code else [])


@pytest.mark.parametrize(
    ("tag", "told"),
    [
        ("{{ cart.total + 1 if cart }}", "an amount and a number do not go together with +."),
        ("{{ contact.first_name + 1 }}", "a text and a number do not go together with +."),
        ("{{ 'x' if contact.first_name > 3 }}", "a text and a number cannot be compared."),
        ("{% for one in orders.count %}x{% endfor %}", "a number has no entries to go through."),
        ("{{ orders.count | length }}", "a number has no length."),
    ],
)
def test_values_that_do_not_go_together_are_told_in_words(tag: str, told: str) -> None:
    assert problems(text_letter(tag)) == [f"{HERE}:4:48: {told}"]


def test_path_without_quotes_is_one_problem() -> None:
    [problem] = problems(text_letter("{% include _partials/button.mjml %}"))
    assert "needs the name of a file in quotes" in problem


def test_comment_that_is_not_closed_would_hide_what_follows() -> None:
    [problem] = problems(text_letter("a <!-- b --> c <!-- d"))
    assert (
        problem == f"{HERE}:4:63: this comment is not closed, so what follows is not shown; --> is missing."
    )


def test_picture_without_an_address_shows_nothing() -> None:
    text = column_letter('<mj-image alt="An oak" />')
    assert "4:39: warning: this <mj-image> shows nothing: it has no src." in str(told(findings(text)))


def test_line_that_silences_nothing_is_told_also_where_there_are_catalogs() -> None:
    head = "---\nsubject: Hello\nlint.ignore: low-contrast - the logo\n---\n"
    catalog = 'msgid ""\nmsgstr "Language: tr\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
    found = findings(text_letter("Hi", head), {"locale/tr/LC_MESSAGES/messages.po": catalog})
    assert "idle-ignore" in {one.code for one in found}
