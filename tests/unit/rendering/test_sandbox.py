"""What a template may not do: reach into Python, print without end, loop without end."""

from __future__ import annotations

import time

import pytest

from penfriend.domain.errors import RenderFailed
from tests.unit.rendering.letters import filled, text_letter

COSTLY = [
    "{{ 'a' * 200000000 }}",
    "{{ 200000000 * 'a' }}",
    "{{ [1] * 200000000 }}",
    "{{ '%500000000d' | format(1) }}",
    "{{ '%500000000d' % 1 }}",
    "{{ '%*d' | format(500000000, 1) }}",
    "{{ '%.500000000f' | format(1.0) }}",
    "{{ _('%(n)500000000s', n=1) }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ 2 ** 64 * 2 ** 64 * 2 }}",
    "{{ range(100000000) | list }}",
    "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
    "{% for a in range(5000) %}{% for b in 'abcdefgh' %}x{% endfor %}{% endfor %}",
    (
        "{% set ns = namespace(t='aaaaaaaaaa') %}{% for i in range(60) %}{% set ns.t = ns.t ~ ns.t "
        "%}{% endfor %}"
    ),
    (
        "{% set ns = namespace(t='aaaaaaaaaa') %}{% for i in range(60) %}{% set ns.t = ns.t + ns.t "
        "%}{% endfor %}"
    ),
    (
        "{% set ns = namespace(t='aaaaaaaaaa') %}{% for i in range(60) %}{% set ns.t = ns.t | "
        "replace('a', 'aaaa') %}{% endfor %}"
    ),
    "{% set ns = namespace(t='a' * 100000) %}{{ range(9000) | join(ns.t) }}",
    "{% set ns = namespace(n=9) %}{% for i in range(60) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
    "{% set t = 'a' * 1000 %}{% for i in range(9999) %}{{ t }}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
]


@pytest.mark.parametrize("source", COSTLY)
def test_a_costly_template_fails_its_own_letter_soon(source: str) -> None:
    begun = time.process_time()
    with pytest.raises(RenderFailed, match=r"^templates/welcome/hello\.mjml:\d+:\d+: "):
        filled(text_letter(source))
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ contact.first_name.__class__.__mro__ }}",
        "{{ contact['__class__'] }}",
        "{{ contact.first_name | attr('__class__') }}",
        "{{ [contact] | map(attribute='__class__') | first }}",
        "{{ brand.__init__ }}",
        "{{ links.unsubscribe.__class__ }}",
        "{{ links._keys }}",
        "{{ range.__globals__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ contact.update({'a': 1}) }}",
        "{{ '{0.__class__}'.format(contact) }}",
        "{{ contact.first_name.encode() }}",
        "{{ _budget }}",
        "{{ lipsum(5) }}",
    ],
)
def test_a_template_reaches_nothing_but_its_names(source: str) -> None:
    with pytest.raises(RenderFailed):
        filled(text_letter(source))


@pytest.mark.parametrize(
    "source",
    ["{{ contact.first_name | safe }}", "{% autoescape false %}{{ contact.first_name }}{% endautoescape %}"],
)
def test_escaping_cannot_be_turned_off(source: str) -> None:
    with pytest.raises(RenderFailed, match=r"no filter|autoescape"):
        filled(text_letter(source))


def test_a_translation_of_a_value_is_escaped() -> None:
    html = filled(text_letter("{{ _(contact.first_name) }}"), facts={"contact": {"first_name": "<b>x</b>"}})[
        1
    ]
    assert "&lt;b&gt;x&lt;/b&gt;" in html


def test_joining_texts_escapes_values() -> None:
    html = filled(text_letter("{{ 'a' ~ contact.first_name }}"), facts={"contact": {"first_name": "<b>"}})[1]
    assert "a&lt;b&gt;" in html


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ 2 ** 10 }}", "1024"),
        ("{{ 'ab' * 3 }}", "ababab"),
        ("{{ '%03d' | format(7) }}", "007"),
        ("{{ [3, 1, 2] | sort | join(', ') }}", "1, 2, 3"),
        ("{{ 'banana' | replace('an', 'o') }}", "booa"),
        ("{{ range(3) | list | last }}", "2"),
        ("{{ 'x' ~ 1 ~ 'y' }}", "x1y"),
        ("{% for a, b in {'k': 1} | dictsort %}{{ a }}{{ b }}{% endfor %}", "k1"),
        ("{% for i in range(3) %}{{ loop.index }}{{ loop.cycle('a', 'b') }}{% endfor %}", "1a2b3a"),
        ("{% macro twice(t) %}{{ t }}{{ t }}{% endmacro %}{{ twice('z') }}", "zz"),
        ("{{ 'abc'.startswith('a') }}", "True"),
        ("{{ nothing is defined }}", "False"),
    ],
)
def test_ordinary_jinja_works(source: str, text: str) -> None:
    assert filled(text_letter(source))[2] == f"{text}\n"
