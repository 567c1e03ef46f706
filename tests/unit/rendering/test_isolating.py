"""Names of the other direction are kept together: in a sentence, in a subject, alone; never in a link."""

from __future__ import annotations

from unicodedata import bidirectional, category

import pytest

from penfriend.rendering.isolating import is_foreign
from tests.unit.rendering.letters import HEAD, filled, text_letter

CATALOGS = {f"locale/{name}/LC_MESSAGES/messages.po": "# empty\n" for name in ("ar", "pl")}
ARABIC, LATIN = "ليلى", "Zoë"


def apart(text: str) -> str:
    return f"\u2068{text}\u2069"


def made(source: str, locale: str, name: str, head: str = HEAD) -> tuple[str, str, str]:
    facts = {"contact": {"first_name": name}}
    return filled(text_letter(source, head), CATALOGS, locale=locale, facts=facts)


SENTENCE = '{{ _("Hello %(name)s!", name=contact.first_name) }}'


@pytest.mark.parametrize(
    ("locale", "name", "text"),
    [
        ("ar", LATIN, apart(LATIN)),
        ("ar", "AO-10482", apart("AO-10482")),
        ("ar", ARABIC, ARABIC),
        ("ar", "10482", "10482"),
        ("pl", ARABIC, apart(ARABIC)),
        ("pl", "שרה", apart("שרה")),
        ("pl", LATIN, LATIN),
        ("pl", "Łucja ❤️", "Łucja ❤️"),
        ("pl", "日本", "日本"),
    ],
)
@pytest.mark.parametrize(
    "source",
    [
        SENTENCE,
        "{% trans name=contact.first_name %}Hello {{ name }}!{% endtrans %}",
        "Hello {{ contact.first_name | bdi }}!",
        "Hello {{ bdi(contact.first_name) }}!",
    ],
)
def test_a_name_is_kept_together_where_it_is_foreign(source: str, locale: str, name: str, text: str) -> None:
    _, html, plain = made(source, locale, name)
    assert f"Hello {text}!" in html
    assert plain == f"Hello {text}!\n"


def test_a_name_in_the_subject_is_kept_together() -> None:
    assert made("x", "pl", ARABIC, f"---\nsubject: {SENTENCE}\n---\n")[0] == f"Hello {apart(ARABIC)}!"


def test_a_foreign_name_is_text_and_nothing_else() -> None:
    assert f"Hello {apart('&lt;b&gt;')}!" in made(SENTENCE, "ar", "<b>")[1]


def test_what_stands_in_a_bdi_already_is_left_alone() -> None:
    source = "{% set who %}<bdi>{{ contact.first_name }}</bdi>{% endset %}" + SENTENCE.replace(
        "name=contact.first_name", "name=who"
    )
    assert f"Hello <bdi>{LATIN}</bdi>!" in made(source, "ar", LATIN)[1]


def test_every_letter_of_unicode_is_known_by_its_direction() -> None:
    wrong = []
    for character in map(chr, range(0x110000)):
        direction = bidirectional(character)
        if category(character).startswith("L") and direction in ("L", "R", "AL"):
            answers = is_foreign(character, rtl=True), is_foreign(character, rtl=False)
            if answers != (direction == "L", direction != "L"):
                wrong.append(f"U+{ord(character):04X}")
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        "<a href='https://a.example/%(name)s'>x</a>",
        "<b class='%(name)s'>x</b>",
        "see https://a.example/?n=%(name)s now",
        "mailto:%(name)s",
    ],
)
def test_a_link_is_no_sentence(text: str) -> None:
    _, html, plain = made(f'{{{{ _("{text}", name=contact.first_name) }}}}', "ar", "ann")
    assert "\u2068" not in html + plain
