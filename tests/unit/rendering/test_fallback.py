"""In which language a text is said where the nearest has none: country, language, brand, as written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from penfriend.rendering.formats import chain, locale_of
from tests.unit.rendering.letters import BRAND, DEFINITIONS, letter, renderer, text_letter

LETTER = text_letter('{{ _("hello") }} {{ ngettext("%(num)s day", "%(num)s days", 2) }}')
TURKISH_SHOP = replace(DEFINITIONS, brand=replace(BRAND, locale="tr_TR"))


def po(locale: str) -> str:
    return f"locale/{locale}/LC_MESSAGES/messages.po"


def catalog(word: str) -> str:
    return (
        'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        f'msgid "hello"\nmsgstr "{word}"\n\n'
        f'msgid "%(num)s day"\nmsgid_plural "%(num)s days"\nmsgstr[0] "{word}"\nmsgstr[1] "%(num)s {word}"\n'
    )


def said(files: dict[str, str], locale: str) -> str:
    """The text of a letter of a Turkish shop whose letters are written in English."""
    return renderer(LETTER, files, definitions=TURKISH_SHOP).fill(letter(locale=locale))[2].strip()


EMPTY = "# nothing yet\n"


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({po("ar_EG"): catalog("EG"), po("ar"): catalog("ar"), po("tr"): catalog("tr")}, "EG 2 EG"),
        ({po("ar_EG"): EMPTY, po("ar"): catalog("ar"), po("tr"): catalog("tr")}, "ar 2 ar"),
        ({po("ar"): catalog("ar"), po("tr"): catalog("tr")}, "ar 2 ar"),
        ({po("ar"): EMPTY, po("tr_TR"): catalog("TR"), po("tr"): catalog("tr")}, "TR 2 TR"),
        ({po("ar"): EMPTY, po("tr"): catalog("tr")}, "tr 2 tr"),
        ({po("ar"): EMPTY}, "hello 2 days"),
        ({po("ar_SA"): catalog("SA"), po("tr"): catalog("tr")}, "tr 2 tr"),
        ({}, "hello 2 days"),
    ],
    ids=[
        "country",
        "language",
        "no country",
        "brand's country",
        "brand",
        "written",
        "another country",
        "none",
    ],
)
def test_a_text_is_said_by_the_nearest_catalog_that_has_it(files: dict[str, str], text: str) -> None:
    assert said(files, "ar_EG") == text


def test_each_text_falls_back_by_itself_and_a_plural_with_the_rule_of_its_own_catalog() -> None:
    only_hello = catalog("EG").partition('\n\nmsgid "%')[0] + "\n"
    arabic = catalog("ar").replace("nplurals=2; plural=(n != 1)", "nplurals=3; plural=(n==2)+1")
    arabic += 'msgstr[2] "two %(num)s"\n'
    assert said({po("ar_EG"): only_hello, po("ar"): arabic}, "ar_EG") == "EG two 2"


@pytest.mark.parametrize(
    ("folder", "locale"),
    [
        ("pt-br", "pt_BR"),
        ("zh_TW", "zh_TW"),
        ("zh_TW", "zh-Hant-TW"),
        ("es_419", "es_MX"),
        ("pt_PT", "pt_AO"),
        ("no", "nb_NO"),
        ("ar", "AR-eg"),
    ],
)
def test_a_catalog_or_variant_is_found_however_its_locale_is_spelt(folder: str, locale: str) -> None:
    assert said({po(folder): catalog("x")}, locale) == "x 2 x"
    variant = {f"welcome/hello.{folder}.mjml": text_letter("variant")}
    assert said(variant, locale) == "variant"


def test_between_country_and_language_stands_what_cldr_puts_there() -> None:
    chains = {
        name: chain(locale) for name in ("es_MX", "pt_AO", "nb_NO", "pt_BR") if (locale := locale_of(name))
    }
    assert chains == {
        "es_MX": ("es_MX", "es_419", "es"),
        "pt_AO": ("pt_AO", "pt_PT", "pt"),
        "nb_NO": ("nb_NO", "nb", "no"),
        "pt_BR": ("pt_BR", "pt"),
    }


def test_a_text_of_a_campaign_file_falls_back_as_others_do() -> None:
    files = {po("ar"): EMPTY, po("tr"): catalog("tr")}
    speech = renderer(LETTER, files, definitions=TURKISH_SHOP).speeches.choose("welcome/hello", "ar_EG")
    assert speech.said("hello") == "tr"
    assert speech.said({"en": "in English", "tr": "in Turkish"}) == "in Turkish"
    assert speech.said({"ar": "in Arabic", "tr": "in Turkish"}) == "in Arabic"


def test_the_catalog_of_the_brands_own_letters_is_no_further_locale() -> None:
    made = renderer(LETTER, {po("tr"): catalog("tr"), po("ar"): EMPTY}, definitions=TURKISH_SHOP)
    assert [str(locale) for locale in made.locales("welcome/hello")] == ["tr_TR", "ar"]
    nearer = renderer(LETTER, {po("tr"): EMPTY, po("tr_TR"): EMPTY}, definitions=TURKISH_SHOP)
    assert [str(locale) for locale in nearer.locales("welcome/hello")] == ["tr_TR", "tr"]
