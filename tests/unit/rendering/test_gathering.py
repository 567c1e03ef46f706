"""Texts gathered from templates: every way of saying one, where it stands, and what is not gathered."""

from __future__ import annotations

import pytest

from penfriend.rendering.translation.gathering import gather, notes_of
from tests.unit.rendering.letters import filled, text_letter

PATH = "welcome/hello.mjml"


def gathered(text: str, path: str = PATH) -> list[tuple[str, ...]]:
    """Context (where there is one), text and plural, in the order of the file."""
    texts, problems = gather({path: text})
    assert problems == ()
    return [tuple(part for part in (one.context, one.text, one.plural) if part) for one in texts]


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        ('{{ _("Hello") }}', [("Hello",)]),
        ("{{ gettext('Hello %(name)s', name=contact.first_name) }}", [("Hello %(name)s",)]),
        ('{{ ngettext("%(num)s item", "%(num)s items", 3) }}', [("%(num)s item", "%(num)s items")]),
        ('{{ pgettext("month", "May") }}', [("month", "May")]),
        ('{{ npgettext("shop", "a pot", "pots", 2) }}', [("shop", "a pot", "pots")]),
        ("{% trans %}100% oak{% endtrans %}", [("100%% oak",)]),
        ("{% trans n=3 %}{{ n }} b{% pluralize %}{{ n }} c{% endtrans %}", [("%(n)s b", "%(n)s c")]),
        ('{% trans "verb" %}Order{% endtrans %}', [("verb", "Order")]),
        ("{% trans trimmed %}\n  two\n  lines\n{% endtrans %}", [("two lines",)]),
        ('{{ "Gold" | _ }}{{ "%(num)s a" | ngettext("b", 2) }}', [("Gold",), ("%(num)s a", "b")]),
        ('{% if _("a") %}{% elif _("b") %}{% endif %}', [("a",), ("b",)]),
        ('{% for x in [_("a")] %}{% endfor %}', [("a",)]),
        ('{% set picks = [{"title": _("Board")}] %}{{ "x" ~ _("y") }}', [("Board",), ("y",)]),
        ('{{ _("said") if contact.first_name else _("said twice") }}', [("said",), ("said twice",)]),
    ],
)  # fmt: skip
def test_every_way_to_say_a_text_is_gathered(content: str, texts: list[tuple[str, ...]]) -> None:
    assert gathered(text_letter(content, "")) == texts


@pytest.mark.parametrize(
    "content",
    [
        "{{ _(contact.tier) }}",
        "{{ contact.tier | _ }}",
        '{# _("no") #}',
        '{% raw %}{{ _("no") }}{% endraw %}',
        '_("no")',
        '{{ _("") }}',
        '{{ money("no") }}',
    ],
)
def test_what_is_not_written_out_is_not_gathered(content: str) -> None:
    assert gathered(text_letter(content, "")) == []


@pytest.mark.parametrize(
    ("subject", "texts"),
    [
        ("Welcome to us", [("Welcome to us",)]),
        ('"Welcome: in quotes"', [("Welcome: in quotes",)]),
        (
            'Welcome, {{ contact.first_name or _("friend") }}',
            [('Welcome, {{ contact.first_name or _("friend") }}',), ("friend",)],
        ),
        ('{{ _("All in a tag") }}', [("All in a tag",)]),
        ("{{ contact.first_name }}, {{ product.title }}!", []),
    ],
)
def test_the_head_is_gathered_as_a_whole_where_words_stand_outside_of_tags(
    subject: str, texts: list[tuple[str, ...]]
) -> None:
    assert gathered(text_letter("", f"---\nsubject: {subject}\n---\n")) == texts


def test_a_gathered_head_is_what_the_letter_looks_up() -> None:
    head = '---\nsubject: "Welcome, {{ contact.first_name }}"\n---\n'
    [(text,)] = gathered(text_letter("", head))
    catalog = f'msgid "{text}"\nmsgstr "Merhaba {{{{ contact.first_name }}}}"\n'
    files = {"locale/tr/LC_MESSAGES/messages.po": catalog}
    assert filled(text_letter("x", head), files, locale="tr")[0] == "Merhaba Ann"


def test_texts_of_a_plain_part_and_of_a_variant_are_gathered_and_a_variants_head_is_not() -> None:
    assert gathered('Dear {{ _("friend") }},', "welcome/hello.txt") == [("friend",)]
    variant = text_letter('{{ _("friend") }}', "---\nsubject: Merhaba\n---\n")
    assert gathered(variant, "welcome/hello.tr.mjml") == [("friend",)]


def test_places_are_of_the_text_itself() -> None:
    letter = '---\nsubject: Hello\n---\n<mj-text>{{ _("One") }} {{ "x" ~\n  _(\'Two\') }}</mj-text>\n'
    texts, _ = gather({PATH: letter})
    assert [str(one.place) for one in texts] == [
        "templates/welcome/hello.mjml:2:10",
        "templates/welcome/hello.mjml:4:15",
        "templates/welcome/hello.mjml:5:5",
    ]


def test_a_broken_template_is_a_problem_and_not_a_letter_without_texts() -> None:
    texts, problems = gather({PATH: text_letter('{{ _("One" }}{{ _("Two") }}', "")})
    assert [one.text for one in texts] == ["Two"]
    assert [str(problem.place) for problem in problems] == ["templates/welcome/hello.mjml:1:48"]


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ('{# TRANSLATORS: a cup #}\n{{ _("mug") }}', {2: "a cup"}),
        ('<td>\n  {# TRANSLATORS: of two\n     lines #}\n{{ _("mug") }}', {4: "of two lines"}),
        ('{{ _("mug") }} {# TRANSLATORS: a cup #}\n{{ _("bowl") }}', {1: "a cup"}),
        ('{# TRANSLATORS: a cup #}{{ _("mug") }}', {1: "a cup"}),
        ("---\n# TRANSLATORS: seen first\nsubject: Hello\n---\n", {3: "seen first"}),
        ("  title: Offers  # TRANSLATORS: a topic\n  more: x\n", {1: "a topic"}),
        ("{# a cup #}\n# Translators\n", {}),
    ],
)
def test_a_note_to_translators_is_about_its_own_line_or_the_next(text: str, notes: dict[int, str]) -> None:
    assert notes_of(text) == notes


def test_a_note_goes_with_its_text() -> None:
    texts, _ = gather({PATH: '{# TRANSLATORS: a cup #}\n{{ _("mug") }}{% set more = [\n_("bowl")] %}'})
    assert [(one.text, one.note) for one in texts] == [("mug", "a cup"), ("bowl", "a cup")]
