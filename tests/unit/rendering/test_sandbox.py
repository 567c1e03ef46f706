"""What a template may not do: reach into Python, print without end, loop without end."""

from __future__ import annotations

import itertools
import time

import pytest

from penfriend.domain.errors import RenderFailed
from penfriend.rendering import limits
from tests.unit.rendering.letters import WAYS, Way, filled, letter, renderer, text_letter

TWICE = "{%% set ns = namespace(a=1) %%}{%% for i in range(60) %%}{%% set ns.a = %s %%}{%% endfor %%}"
BIG = "{% set big = 'a' * 999999 %}"
KEEP = "{% set ns = namespace(a='%' * 9999) %}"
OFTEN = "{% for i in range(9999) %}"
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
    f"{TWICE % '[ns.a, ns.a]'}{{{{ ns.a }}}}",
    f"{TWICE % '(ns.a, ns.a)'}{{{{ [ns.a] | unique | list }}}}",
    f"{TWICE % '{1: ns.a, 2: ns.a}'}{{{{ ns.a }}}}",
    "{% set a = [1] %}" + "{% set a = [a, a] %}" * 60 + "{{ a }}",
    "{{ 1.5 | round(1000000000, 'ceil') }}",
    "{{ [[1]] | sum(start=[]) }}",
    "{{ ('f' * 100000) | int(0, 16) }}",
    "{% set ns = namespace(n=1) %}{% for i in range(9999) %}{% set ns.n = ns.n - (0 - ns.n) %}{% endfor %}",
    "{% for x in [1, 2] recursive %}{{ loop([1, 2]) if loop.depth < 60 }}{% endfor %}",
    "{% set a = ['a' * 999999] * 1000 %}{{ a }}",
    "{% set a = [['a' * 999999]] * 1000 %}{{ a | join }}",
    "{% set a = 'a' * 999999 %}{{ ('%s' * 1000) | format(*[a] * 1000) }}",
    "{% set a = 'a' * 999999 %}{{ ('%(a)s' * 1000) % {'a': a} }}",
    "{% set a = 'a' * 999999 %}{{ _('" + "%(a)s" * 1000 + "', a=a) }}",
    "{% set a = 'a' * 999999 %}{{ ('%s' * 2) % (a,) }}",
    "{{ 'a' * 1000 | map('replace', 'a', 'b' * 100000) | list }}",
    "{{ ('a' * 1000) | map('replace', 'a', 'b' * 100000) | list | length }}",
    "{{ ('a' * 1000) | map('replace', 'a', 'b' * 100000) | join | length }}",
    "{% for x in ('a' * 1000) | map('replace', 'a', 'b' * 100000) %}{% endfor %}",
    f"{BIG}{{% set x %}}{OFTEN}{{{{ big }}}}{{% endfor %}}{{% endset %}}",
    f"{BIG}{{% macro m() %}}{OFTEN}{{{{ big }}}}{{% endfor %}}{{% endmacro %}}{{{{ m() }}}}",
    f"{BIG}{OFTEN}{{% set x %}}{{{{ big }}}}{{% endset %}}{{% endfor %}}",
    f"{BIG}{KEEP}{OFTEN}{{% set ns = namespace(a=big[i:], b=ns) %}}{{% endfor %}}",
    f"{BIG}{OFTEN}{{% if big | upper %}}{{% endif %}}{{% endfor %}}",
    f"{BIG}{OFTEN}{{% if big.upper() %}}{{% endif %}}{{% endfor %}}",
    f"{BIG}{{{{ big | trim('b' * 99999 ~ 'a') }}}}",
    f"{BIG}{{{{ big.strip('b' * 99999 ~ 'a') }}}}",
    "{{ range(9) | map(attribute='" + "a." * 5000 + "a') | list }}",
    "{{ range(9) | sort(attribute='" + "a," * 5000 + "a') }}",
    "{{ 'abc' | truncate(2, true, 'x' * 9) }}",
    "{{ 0x" + "f" * 4000 + " }}",
    "{% for a in [1] %}" * 25 + "{% endfor %}" * 25,
    "{{ 'a'" + " | upper" * 300 + " }}",
    "<a <a " * 20000,
]
ENDLESS = [
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    "".join(
        f"{{% macro m{n} () %}}{f'{{{{ m{n - 1}() }}}}' * 10}x{{% endmacro %}}" for n in range(1, 10)
    ).replace("{{ m0() }}", "")
    + "{{ m9() }}",
    f"{KEEP}{OFTEN}{{% set ns.a = ns.a | urlencode %}}{{% endfor %}}",
    f"{BIG}{OFTEN}{{% if big | wordcount %}}{{% endif %}}{{% endfor %}}",
    f"{BIG}{{% set same = 'a' * 999999 %}}{OFTEN}{{% if big != same %}}{{% endif %}}{{% endfor %}}",
    "{% set all = range(9000) | list %}{{ all | map('string') | select('in', all) | list }}",
]
"""These would go on for minutes or until the sun has gone out, and make nothing."""


@pytest.mark.parametrize("source", COSTLY)
def test_a_costly_template_fails_its_own_letter_soon(source: str) -> None:
    begun = time.process_time()
    with pytest.raises(RenderFailed, match=r"^templates/welcome/hello\.mjml:\d+:\d+: "):
        filled(text_letter(source))
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("source", ENDLESS)
def test_a_template_without_end_fails_its_own_letter(
    source: str, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_SECONDS", 0.2)
    with pytest.raises(RenderFailed, match=r"hello\.mjml:\d+:\d+: .*longer than 0\.2 seconds"):
        way(renderer(text_letter(source)), letter())


def test_a_letter_may_wait_as_long_as_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts is the work, not the time that passes on a busy machine."""
    clock = itertools.count()
    monkeypatch.setattr(limits, "perf_counter", lambda: next(clock) * 60.0)
    assert filled(text_letter("{% for i in range(99) %}x{% endfor %}"))[2] == "x" * 99 + "\n"


def test_a_namespace_does_not_print_what_it_holds() -> None:
    nested = "{% set n = namespace(a=1) %}" + "{% set n = namespace(a=n, b=n) %}" * 60 + "{{ n }}"
    assert filled(text_letter(nested))[2] == "<namespace>\n"


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
