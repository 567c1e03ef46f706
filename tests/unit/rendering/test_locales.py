"""Languages: which locale somebody gets, translations, plural forms, dates and money, right to left."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from penfriend.domain.errors import RenderFailed
from penfriend.domain.money import Money
from penfriend.rendering.formats import chain, locale_of
from tests.unit.rendering.letters import column_letter, filled, letter, problems, renderer, text_letter

PO_HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: {}\\n"\n\n'
TURKISH = PO_HEAD.format("nplurals=2; plural=(n > 1);") + 'msgid "friend"\nmsgstr "arkadaş"\n'
POLISH_FORMS = "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
ARABIC_FORMS = (
    "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
)


def po(locale: str) -> str:
    return f"locale/{locale}/LC_MESSAGES/messages.po"


def plural_catalog(forms: str, count: int) -> str:
    lines = "".join(f'msgstr[{n}] "form{n} %(num)s"\n' for n in range(count))
    return PO_HEAD.format(forms) + f'msgid "%(num)s item"\nmsgid_plural "%(num)s items"\n{lines}'


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("tr", "arkadaş"),
        ("tr_TR", "arkadaş"),
        ("tr-TR", "arkadaş"),
        ("en", "friend"),
        ("de", "friend"),
        ("nonsense!", "friend"),
        ("", "friend"),
    ],
)
def test_a_text_is_said_in_the_readers_language_or_the_brands(wanted: str, text: str) -> None:
    assert filled(text_letter("{{ _('friend') }}"), {po("tr"): TURKISH}, locale=wanted)[2] == f"{text}\n"


def test_a_country_comes_before_its_language() -> None:
    files = {po("tr"): TURKISH, po("tr_TR"): TURKISH.replace("arkadaş", "dost")}
    assert filled(text_letter("{{ _('friend') }}"), files, locale="tr_TR")[2] == "dost\n"


def test_a_variant_for_the_locale_comes_before_the_common_template() -> None:
    files = {
        "welcome/hello.tr.mjml": text_letter("Merhaba"),
        "welcome/hello.txt": "plain",
        "welcome/hello.tr.txt": "düz",
    }
    assert filled(text_letter("Hello"), files, locale="tr_TR")[2] == "düz\n"
    assert "Merhaba</div>" in filled(text_letter("Hello"), files, locale="tr_TR")[1]
    assert filled(text_letter("Hello"), files, locale="en")[2] == "plain\n"


def test_who_has_no_translation_gets_the_whole_letter_in_the_brands_locale() -> None:
    mjml = text_letter("{{ _('friend') }} {{ 1234.5 | number }} {{ locale }}")
    assert filled(mjml, {po("tr"): TURKISH}, locale="de_DE")[2] == "friend 1,234.5 en\n"
    assert filled(mjml, {po("tr"): TURKISH}, locale="tr_TR")[2] == "arkadaş 1.234,5 tr-TR\n"
    assert filled(mjml, {po("tr"): TURKISH}, locale="en_GB")[2] == "friend 1,234.5 en-GB\n"


def test_locales_share_no_result_of_a_filter() -> None:
    made = renderer(text_letter("{{ 1234.5 | number }} {{ 'friend' | _ }}"), {po("tr"): TURKISH})
    assert [made.fill(letter(locale=locale))[2] for locale in ("en", "tr", "en")] == [
        "1,234.5 friend\n",
        "1.234,5 arkadaş\n",
        "1,234.5 friend\n",
    ]


def test_subject_and_preview_are_translated_as_a_whole() -> None:
    head = "---\nsubject: Hello {{ contact.first_name }}\npreview: Come in\n---\n"
    entries = (
        '\nmsgid "Hello {{ contact.first_name }}"\nmsgstr "Merhaba {{ contact.first_name '
        '}}"\n\nmsgid "Come in"\nmsgstr "Gel"\n'
    )
    subject, html, _ = filled(text_letter("x", head), {po("tr"): TURKISH + entries}, locale="tr")
    assert subject == "Merhaba Ann"
    assert ">Gel<" in html


def test_a_step_subject_is_translated() -> None:
    files = {po("tr"): TURKISH + '\nmsgid "Again"\nmsgstr "Yine"\n'}
    assert filled(text_letter("x"), files, locale="tr", subject="Again")[0] == "Yine"


@pytest.mark.parametrize(("number", "form"), [(1, 0), (2, 1), (5, 2), (12, 2), (22, 1), (0, 2)])
def test_polish_takes_three_plural_forms(number: int, form: int) -> None:
    source = text_letter('{{ ngettext("%(num)s item", "%(num)s items", ' + str(number) + ") }}")
    assert (
        filled(source, {po("pl"): plural_catalog(POLISH_FORMS, 3)}, locale="pl")[2]
        == f"form{form} {number}\n"
    )


@pytest.mark.parametrize(("number", "form"), [(0, 0), (1, 1), (2, 2), (3, 3), (11, 4), (100, 5)])
def test_arabic_takes_six_plural_forms(number: int, form: int) -> None:
    source = text_letter(
        "{% trans num=" + str(number) + " %}{{ num }} item{% pluralize %}{{ num }} items{% endtrans %}"
    )
    assert (
        filled(source, {po("ar"): plural_catalog(ARABIC_FORMS, 6)}, locale="ar_EG")[2]
        == f"form{form} {number}\n"
    )


def test_values_in_a_translation_are_escaped_and_its_html_is_not() -> None:
    source = text_letter(
        "{% trans name=contact.first_name %}Dear <b>{{ name }}</b>, 100% yours{% endtrans %}"
    )
    _, html, text = filled(source, facts={"contact": {"first_name": "<i>"}})
    assert "Dear <b>&lt;i&gt;</b>, 100% yours" in html
    assert text == "Dear <i>, 100% yours\n"


def test_an_empty_value_in_a_translation_is_an_error() -> None:
    source = text_letter("{% trans name=contact.first_name %}Dear {{ name }}{% endtrans %}")
    with pytest.raises(RenderFailed, match='"name" is empty'):
        filled(source, facts={"contact": {"first_name": None}})


@pytest.mark.parametrize(
    ("locale", "source", "text"),
    [
        ("en_GB", "{{ money(total) }}", "£1,234.50"),
        ("tr_TR", "{{ total | money }}", "£1.234,50"),
        ("tr_TR", "{{ money(1234.5, 'TRY') }}", "₺1.234,50"),
        ("pl", "{{ money(1234.5, 'PLN') }}", "1\u00a0234,50\u00a0zł"),
        ("en_GB", "{{ money(12) }}", "£12.00"),
        ("en_GB", "{{ money(12, 'TRY') }}", "TRY\u00a012.00"),
        ("tr_TR", "{{ money(-12, 'PLN') }}", "-PLN\u00a012,00"),
        ("pl", "{{ money(12, 'EUR') }}", "12,00\u00a0€"),
        ("en", "{{ 1234567 | number }}", "1,234,567"),
        ("pl", "{{ 1234567.891 | number(2) }}", "1\u00a0234\u00a0567,89"),
        ("en_GB", "{{ day | date }}", "2 Mar 2026"),
        ("en_GB", "{{ date(day, 'full') }}", "Monday, 2 March 2026"),
        ("tr_TR", "{{ date(day, 'long') }}", "2 Mart 2026"),
        ("tr_TR", "{{ date(day, 'MMMMd') }}", "2 Mart"),
        ("ar_EG", "{{ 12 | number }}", "12"),
        ("ar_EG", "{{ -12.5 | number }} {{ -12.5 | number(2) }}", "\u200e-12.5 \u200e-12.50"),
        ("ar_EG", "{{ money(-12, 'EGP') }}", "\u200f\u200e-12.00\u00a0ج.م.\u200f"),
        ("ar_EG", "{{ date(day, 'short') }}", "2\u200f/3\u200f/2026"),
        ("ar_EG", "{{ date(day, 'full') }}", "الاثنين، 2 مارس 2026"),
        ("ar_EG", "{{ money(total) }}", "\u200f1,234.50\u00a0UK£\u200e"),
        ("en_GB", "{{ moment | date('time') }}", "09:30"),
        ("en_GB", "{{ '2026-03-02' | date('short') }}", "02/03/2026"),
    ],
)
def test_amounts_and_dates_are_written_the_readers_way(locale: str, source: str, text: str) -> None:
    files = {po(name): TURKISH for name in ("tr", "pl", "ar")}
    facts = {
        "total": Money(12_345_000, "GBP"),
        "day": date(2026, 3, 2),
        "moment": datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Europe/London")),
    }
    assert filled(text_letter(source), files, locale=locale, facts=facts)[2] == f"{text}\n"


@pytest.mark.parametrize(
    "source",
    [
        "{{ money('x') }}",
        "{{ money(none) }}",
        "{{ date('soon') }}",
        "{{ date(5) }}",
        "{{ number(true) }}",
        "{{ date('2026-03-02', 'looong') }}",
        "{{ date('2026-03-02', 'time') }}",
        "{{ 1 | number(99) }}",
    ],
)
def test_what_cannot_be_written_fails_the_letter_at_its_place(source: str) -> None:
    with pytest.raises(RenderFailed, match=r"^templates/welcome/hello\.mjml:4:"):
        filled(text_letter(source))


def test_lang_and_dir_are_set_from_the_locale() -> None:
    files = {po("ar"): TURKISH}
    assert '<html lang="ar-EG" dir="rtl"' in filled(text_letter("x"), files, locale="ar_EG")[1]
    assert '<html lang="en-GB" dir="ltr"' in filled(text_letter("x"), files, locale="en_GB")[1]


def test_right_to_left_letters_have_no_left_to_right_column_and_mirrored_sides() -> None:
    elements = (
        '<mj-text align="left" padding="1px 2px 3px 4px">{{ dir }}</mj-text><mj-button '
        'align="right" href="https://a.example">x</mj-button>'
    )
    html = filled(column_letter(elements), {po("ar"): TURKISH}, locale="ar")[1]
    assert "direction:ltr" not in html
    assert "direction:rtl" in html
    assert "text-align:right" in html
    assert "padding:1px 4px 3px 2px" in html
    assert ">rtl</div>" in html
    assert '<td align="left" vertical-align' in html


def test_left_to_right_letters_stay_as_they_were_written() -> None:
    html = filled(column_letter('<mj-text align="left" padding="1px 2px 3px 4px">x</mj-text>'))[1]
    assert "direction:rtl" not in html
    assert "padding:1px 2px 3px 4px" in html


def test_a_survey_question_is_said_in_the_readers_language() -> None:
    source = text_letter("{{ survey.question }}{% for score in survey.scores %} {{ score }}{% endfor %}")
    files = {po("tr"): TURKISH}
    assert filled(source, files, locale="tr", survey="after")[2] == "Ne kadar? 0 1 2 3 4 5 6 7 8 9 10\n"


def test_the_topic_is_said_in_the_readers_language() -> None:
    assert (
        filled(text_letter("{{ campaign.topic_title }}"), {po("tr"): TURKISH}, locale="tr")[2]
        == "Fırsatlar\n"
    )


@pytest.mark.parametrize(
    ("catalog", "problem"),
    [
        (
            TURKISH + '\nmsgid "a %(x)s"\nmsgstr "b %(y)s"\n',
            "9:1: the translation has %(y)s; the text has %(x)s.",
        ),
        (
            TURKISH + '\nmsgid "a %(x)s"\nmsgstr "b %(x)d"\n',
            '9:1: "%d" is no placeholder; one reads %(name)s, and a percent sign %%.',
        ),
        (plural_catalog(POLISH_FORMS, 2), "6:1: this text has 2 of 3 plural forms."),
        (plural_catalog("nplurals=2; plural=n+;", 2), "4:1: Plural-Forms cannot be used"),
        (
            plural_catalog("nplurals=2; plural=n;", 2),
            "4:1: Plural-Forms cannot be used: a form is not below nplurals=2.",
        ),
        (plural_catalog("", 2), 'the header has no "Plural-Forms: nplurals=2; plural=(n != 1);".'),
        ('msgid "a\nmsgstr ""\n', "1:1: this line is no part of a catalog; a text stands in double quotes."),
        (TURKISH + "nonsense\n", "8:1: this line is no part of a catalog"),
    ],
)
def test_a_wrong_catalog_is_a_problem_with_its_place(catalog: str, problem: str) -> None:
    found = problems(text_letter("x"), {po("tr"): catalog})
    assert any(line.startswith(f"templates/{po('tr')}:") and problem in line for line in found), found


def test_locales_are_those_of_variants_and_catalogs_and_the_brand() -> None:
    made = renderer(text_letter("x"), {po("tr"): TURKISH, "welcome/hello.ar.mjml": text_letter("x")})
    assert [str(locale) for locale in made.locales("welcome/hello")] == ["en", "tr", "ar"]


def test_a_locale_falls_back_part_by_part() -> None:
    locale = locale_of("zh-Hans-CN")
    assert locale is not None
    assert chain(locale) == ("zh_Hans_CN", "zh_Hans", "zh")
    assert str(locale_of("tr_XX_nonsense")) == "tr"
    assert locale_of("!!") is None
