"""A letter compiled for its brand and language is filled as it is when it is compiled at first: every value,
every limit, every error. `filled` holds both together."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import escape

from penfriend.domain.errors import RenderFailed
from penfriend.domain.money import Money
from penfriend.rendering.limits import Budget
from penfriend.rendering.quick import escaped
from tests.unit.rendering.letters import (
    BRAND,
    column_letter,
    filled,
    filled_both_ways,
    filled_quickly,
    letter,
    renderer,
    text_letter,
)

EVERYTHING = text_letter(
    "{{ contact.first_name or 'x' }} {{ 'Mr ' ~ contact.first_name if contact.first_name }}"
    "{% set one = contact.attributes.one | default('none') %}{{ one or 'empty' }}"
    "{% for item in cart['items'] %}{{ loop.index }}{{ item.title or '' }}"
    "{{ item.title[:1] if item.title }}"
    "{{ item.gone is none }}{{ item.quantity | default(1) | int(1) }}"
    "<a href=\"{{ item.url or 'https://shop.example' }}\">{{ item.attributes or '' }}</a>"
    "{{ money(item.price) if item.price is not none else '' }}{{ item.when | date if item.when }}{% endfor %}"
    "{{ ngettext('%(n)s thing', '%(n)s things', cart['items'] | length, n=cart['items'] | count) }}"
    "{% macro said(what, how='!') %}{{ what }}{{ how }}{{ bdi(what) }}{% endmacro %}"
    "{{ said(contact.first_name) }}"
    "{{ _('for %(name)s', name=contact.first_name) if contact.first_name }}"
    "{% set kept %}<b>{{ one or '' }}</b>{% endset %}{{ kept }}{{ kept | upper }}"
    "{{ number(1234.5, digits=2) }}"
)
SHOP = renderer(EVERYTHING)
TEXTS = st.text(max_size=8) | st.sampled_from(
    ["<b>&\"'</b>", "=", "مرحبا", "x" * 120, "https://a.example/?b&c"]
)
ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "title": TEXTS | st.none(),
        "url": TEXTS | st.sampled_from(["https://a.example/?b=1&c=<", "javascript:x"]),
        "quantity": st.integers() | TEXTS | st.none() | st.floats(),
        "price": st.none() | st.integers(-(10**6), 10**6).map(lambda units: Money(units, "GBP")) | TEXTS,
        "when": st.dates(date(2000, 1, 1)) | TEXTS,
        "attributes": st.none() | st.dictionaries(TEXTS, TEXTS, max_size=2),
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS | st.none(), st.lists(ITEMS, max_size=3), st.sampled_from(["en", "ar", "pl"]))
def test_whatever_the_values_are_the_letter_is_the_same(name: Any, items: list[Any], locale: str) -> None:
    facts = {"contact": {"first_name": name, "attributes": {"one": name}}, "cart": {"items": items}}
    try:
        filled_both_ways(SHOP, letter(facts=facts, locale=locale))
    except RenderFailed as error:
        assert str(error).startswith("templates/welcome/hello.mjml:")  # noqa: PT017 - either will do


@given(st.text())
def test_values_are_escaped_as_markupsafe_does(text: str) -> None:
    assert escaped(text) == str(escape(text))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% macro money(x) %}mine{% endmacro %}{{ money(1) }}", "mine"),
        ("{% macro gettext(x) %}mine{% endmacro %}{{ gettext('a') }}", "mine"),
        ("{% macro brand() %}mine{% endmacro %}{{ brand() }}", "mine"),
        ("{% set number = cycler('a', 'b') %}{{ number.next() }}", "a"),
        ("{% for date in [1] %}{{ date }}{% endfor %}", "1"),
        ("{% set f = money %}{{ f(1) }}", "£1.00"),
        ("{{ money(*[1]) }}", "£1.00"),
        ("{{ _('%(class)s', class='a') }}", "a"),
        ("{% set a = 1 %}{% for i in [1, 2] %}{% set a = a + i %}{{ a }}{% endfor %}{{ a }}", "231"),
        ("{% with a = 'x' %}{{ a }}{% endwith %}", "x"),
        ("{% call(x) wrap() %}{{ x }}{% endcall %}{% macro wrap() %}{{ caller('in') }}{% endmacro %}", None),
        ("{% macro wrap() %}{{ caller('in') }}{% endmacro %}{% call(x) wrap() %}{{ x }}{% endcall %}", "in"),
        ("{% for x in [3, none, 1] if x is not none %}{{ loop.last }}{% else %}no{% endfor %}", "FalseTrue"),
        ("{{ '12' | int(1) + 2.9 | int(1) + 'x' | int(7) }}", "21"),
        ("{{ 18446744073709551616 | int(1) }}", "18446744073709551616"),
        ("{{ 18446744073709551617 | int(1) }}", None),
        ("{{ '' | default('a', *[true]) }}{{ '' | default('b', **{'boolean': true}) }}", "ab"),
        ("{{ 'a<b' | replace('<', '>') }}{{ 'abc' | replace(*['b', 'c']) }}", "a>bacc"),
        (
            "{% set a = 'x' %}{{ a }}{% set a = 'y' %}{{ a }}-{% set a = contact.first_name %}-{{ a }}",
            "xy--Ann",
        ),
        ("{% if not contact.first_name %}{{ 1 | no_such }}{% endif %}", None),
        ("{% if not contact.first_name %}{{ 1 is no_such }}{% endif %}", None),
        ("{% set x | no_such %}{% endset %}{% if x is not no_such %}{% endif %}", None),
        ("{{ contact.nothing }}", None),
        ("{{ nothing.at_all }}", None),
        ("{{ nothing | default('a') | length }}", "1"),
        ("{{ nothing | length }}", None),
        ("{{ none }}", None),
        ("{{ contact.first_name.upper() }}", "ANN"),
    ],
)
def test_whatever_a_template_does_it_is_the_same(source: str, text: str | None) -> None:
    if text is None:
        with pytest.raises(RenderFailed):
            filled(text_letter(source))
    else:
        assert filled(text_letter(source))[2] == f"{text}\n"


def test_an_address_is_still_looked_at() -> None:
    button = column_letter('<mj-button href="{{ cart.url }}">Go</mj-button>')
    with pytest.raises(RenderFailed, match="a link cannot begin with"):
        filled(button, facts={"cart": {"url": "javascript:alert(1)"}})


def test_what_our_functions_make_is_still_counted() -> None:
    said = "{% for i in range(40) %}{% if _('%(a)s', a=big) %}{% endif %}{% endfor %}"
    with pytest.raises(RenderFailed, match="may together not be longer than"):
        filled(text_letter("{% set big = 'a' * 900000 %}" + said))


def test_a_call_of_our_functions_looks_at_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Budget] = []

    def look(budget: Budget) -> None:
        looks.append(budget)

    monkeypatch.setattr(Budget, "look_at_clock", look)
    filled_quickly(renderer(text_letter("{{ money(1) }}{{ bdi('a') }}")), letter())
    assert len(looks) == 4  # two in each part


def test_a_subject_that_is_the_same_for_all_is_no_longer_than_others() -> None:
    assert filled(text_letter("x", "---\nsubject: Hello\n---\n"))[0] == "Hello"
    with pytest.raises(RenderFailed, match="longer than 1000 characters"):
        filled(text_letter("x", f"---\nsubject: {'a' * 1001}\n---\n"))


def test_the_brand_is_the_one_that_was_known() -> None:
    assert filled(text_letter("{{ brand.name | replace('&amp;', '+') }}"))[2] == f"{BRAND.name}\n"
