"""Large and small letters in the reader's language: a Turkish i keeps or lacks its dot."""

from __future__ import annotations

import pytest

from penfriend.domain.errors import RenderFailed
from tests.unit.rendering.letters import filled, text_letter

CATALOGS = {f"locale/{name}/LC_MESSAGES/messages.po": "# empty\n" for name in ("tr", "az", "pl")}


def said(source: str, locale: str) -> str:
    facts = {"contact": {"first_name": "ışık iri", "last_name": "İREM ILGAZ"}}
    return filled(text_letter(source), CATALOGS, locale=locale, facts=facts)[2].strip()


@pytest.mark.parametrize(
    ("source", "turkish", "english"),
    [
        ("{{ contact.first_name | upper }}", "IŞIK İRİ", "IŞIK IRI"),
        ("{{ contact.first_name.upper() }}", "IŞIK İRİ", "IŞIK IRI"),
        ("{{ contact.last_name | lower }}", "irem ılgaz", "i\u0307rem ilgaz"),
        ("{{ contact.last_name.lower() }}", "irem ılgaz", "i\u0307rem ilgaz"),
        ("{{ 'iRMAK IŞIK' | capitalize }}", "İrmak ışık", "Irmak işik"),
        ("{{ 'iRMAK IŞIK'.capitalize() }}", "İrmak ışık", "Irmak işik"),
        ("{{ 'iki-IRMAK (iÇ)' | title }}", "İki-Irmak (İç)", "Iki-Irmak (Iç)"),
        ("{{ 'iki-IRMAK (iÇ)'.title() }}", "İki-Irmak (İç)", "Iki-Irmak (Iç)"),
        ("{{ 'I\u0307ri' | lower }}", "iri", "i\u0307ri"),
        ("{{ ['iki'] | map('upper') | first }}", "İKİ", "IKI"),
        ("{% filter upper %}iki{% endfilter %}", "İKİ", "IKI"),
    ],
)
def test_letters_change_as_the_readers_language_has_them(source: str, turkish: str, english: str) -> None:
    assert {locale: said(source, locale) for locale in ("tr_TR", "az", "en", "pl")} == {
        "tr_TR": turkish,
        "az": turkish,
        "en": english,
        "pl": english,
    }


@pytest.mark.parametrize(
    ("name", "html"),
    [
        ("upper", "<b>İ&lt;I&#39;İ\ue000&nbsp;</b>"),
        ("lower", "<b>i&lt;ı&#39;i\ue000&nbsp;</b>"),
        ("title", "<b>i&lt;ı&#39;i\ue000&nbsp;</b>"),
    ],
)
def test_tags_and_entities_are_no_words(name: str, html: str) -> None:
    source = f"{{% set name %}}<b>{{{{ contact.first_name }}}}&nbsp;</b>{{% endset %}}{{{{ name | {name} }}}}"
    facts = {"contact": {"first_name": "i<I'i\ue000"}}
    assert html in filled(text_letter(source), CATALOGS, locale="tr", facts=facts)[1]


@pytest.mark.parametrize("name", ["upper", "lower", "capitalize", "title"])
def test_an_empty_value_is_no_word(name: str) -> None:
    with pytest.raises(RenderFailed, match="this value is empty"):
        filled(text_letter(f"{{{{ contact.first_name | {name} }}}}"), facts={"contact": {"first_name": None}})
