"""Warnings for texts without a translation: where, for which languages, and how few."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from penfriend.domain.problems import Place
from penfriend.domain.written import WrittenText
from tests.unit.rendering.letters import problems, renderer, text_letter

HEADER = 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
LETTER = text_letter('{{ _("One") }} {{ _("Two") }} <a href="{{ links.unsubscribe }}">x</a>')
NONE = "no translation into Turkish (tr); its readers get another language there."
FUZZY = "a fuzzy translation into Turkish (tr): made for a former text, and not used."


def po(locale: str) -> str:
    return f"locale/{locale}/LC_MESSAGES/messages.po"


def catalog(*texts: str, more: str = "") -> str:
    entries = "".join(f'\nmsgid "{text}"\nmsgstr "{text.swapcase()}"\n' for text in texts)
    return HEADER + more + entries


def warnings(files: Mapping[str, str], letter: str = LETTER) -> list[str]:
    return [line for line in problems(letter, files) if "translation into" in line]


def test_what_a_catalog_lacks_is_one_warning_at_the_first_of_the_letters_texts() -> None:
    assert warnings({po("tr"): catalog("One")}) == [
        f'templates/welcome/hello.mjml:2:10: warning: 2 texts ("Hello", "Two") have {NONE}'
    ]
    assert warnings({po("tr"): catalog("Hello", "One")}) == [
        f'templates/welcome/hello.mjml:4:68: warning: "Two" has {NONE}'
    ]
    assert warnings({po("tr"): catalog("Hello", "One", "Two")}) == []


def test_only_the_first_texts_are_named() -> None:
    [warning] = warnings(
        {po("tr"): catalog()}, text_letter("".join(f'{{{{ _("T{n}") }}}}' for n in range(9)))
    )
    assert '10 texts ("Hello", "T0", "T1", ...) have' in warning


def test_a_fuzzy_translation_is_as_good_as_none() -> None:
    fuzzy = catalog("Hello", "One") + '\n#, fuzzy\nmsgid "Two"\nmsgstr "Bir"\n'
    assert warnings({po("tr"): fuzzy}) == [f'templates/welcome/hello.mjml:4:68: warning: "Two" has {FUZZY}']


def test_a_country_needs_nothing_that_its_language_has() -> None:
    files = {po("tr"): catalog("Hello", "One"), po("tr_CY"): catalog("Two")}
    assert [line.partition("into ")[2][:12] for line in warnings(files)] == ["Turkish (tr)"]


def test_the_language_that_letters_are_written_in_needs_nothing() -> None:
    assert warnings({po("en"): catalog(more='"X-Source-Language: en\\n"\n')}) == []
    fuzzy = '\n#, fuzzy\nmsgid "Two"\nmsgstr "Three"\n'
    [warning] = warnings({po("en"): catalog(more='"X-Source-Language: en\\n"\n') + fuzzy})
    assert '"Two" has a fuzzy translation into English (en)' in warning
    assert len(warnings({po("en"): catalog(more='"X-Source-Language: tr\\n"\n')})) == 1


def test_a_variant_needs_nothing_but_what_it_shares_with_others() -> None:
    partial = {"_partials/end.mjml": '<mj-text>{{ _("Bye") }}</mj-text>'}
    variant = text_letter('Merhaba {{ _("Two") }}</mj-text>{% include "_partials/end.mjml" %}<mj-text>')
    files = {po("tr"): catalog(), "welcome/hello.tr.mjml": variant, **partial}
    assert warnings(files) == [f'templates/_partials/end.mjml:1:15: warning: "Bye" has {NONE}']


def test_what_a_block_replaces_in_its_layout_is_said_to_nobody() -> None:
    layout = '<mjml><mj-body>{% block a %}{{ _("Old") }}{% endblock %}</mj-body></mjml>'
    letter = (
        '---\nsubject: Hello\n---\n{% extends "_layouts/l.mjml" %}{% block a %}<mj-section><mj-column>'
        '<mj-text>{{ _("New") }}</mj-text></mj-column></mj-section>{% endblock %}'
    )
    [warning] = warnings({po("tr"): catalog("Hello"), "_layouts/l.mjml": layout}, letter)
    assert warning.startswith('templates/welcome/hello.mjml:4:82: warning: "New" has')


def test_a_text_in_a_file_of_its_own_is_looked_at_too() -> None:
    [warning] = warnings(
        {
            po("tr"): catalog("Hello", "One", "Two"),
            "welcome/hello.txt": '{{ _("Dear") }} {{ links.unsubscribe }}',
        }
    )
    assert warning.startswith('templates/welcome/hello.txt:1:6: warning: "Dear" has')


def test_a_language_that_is_only_begun_is_one_warning_at_its_catalog() -> None:
    parts = {f"_partials/{n}.mjml": f'<mj-text>{{{{ _("Part {n}") }}}}</mj-text>' for n in range(6)}
    includes = "".join(f'</mj-text>{{% include "{path}" %}}<mj-text>' for path in parts)
    assert warnings({po("tr"): catalog("Part 0", "One"), **parts}, text_letter(includes)) == [
        f'templates/{po("tr")}:1:1: warning: 6 texts ("Part 1", "Part 2", "Part 3", ...) have {NONE}'
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (WrittenText(Place("campaigns.yaml", 7, 9), "Surveys"), True),
        (WrittenText(Place("campaigns.yaml", 7, 9), "Two"), False),
        (WrittenText(Place("campaigns.yaml", 7, 9), "Surveys", locales=("en", "pl")), True),
        (WrittenText(Place("campaigns.yaml", 7, 9), "Surveys", locales=("en", "tr")), False),
        (WrittenText(Place("campaigns.yaml", 7, 9), "Two", locales=("en",)), True),
    ],
)
def test_texts_of_campaign_files_are_asked_of_catalogs_or_of_their_own_map(
    text: WrittenText, told: bool
) -> None:
    made = renderer(LETTER, {po("tr"): catalog("Hello", "One", "Two")})
    found = [str(one.place) for one in made.check((), [text]) if "translation into" in one.text]
    assert found == (["campaigns.yaml:7:9"] if told else [])


def test_a_letter_that_nobody_is_sent_needs_no_translation() -> None:
    files = {po("tr"): catalog("Hello", "One", "Two"), "welcome/other.mjml": text_letter('{{ _("Three") }}')}
    assert warnings(files) == []
