"""Catalogs compiled for other programs, and what is said of those that are not right."""

from __future__ import annotations

import gettext
from io import BytesIO

import pytest

from penfriend.rendering.translation.compiling import compile_catalog

PATH = "locale/pl/LC_MESSAGES/messages.po"
HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=3; '
    'plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n"\n\n'
)
HELLO = 'msgid "Hello"\nmsgstr "Cześć"\n\n'
POINTS = (
    'msgid "%(n)s point"\nmsgid_plural "%(n)s points"\n'
    'msgstr[0] "%(n)s punkt"\nmsgstr[1] "%(n)s punkty"\nmsgstr[2] "%(n)s punktów"\n\n'
)

TWICE = (
    "this text stands here twice, and is translated in another way on line 6; "
    "`penfriend translate update` leaves one."
)


def test_other_programs_read_what_was_compiled() -> None:
    made = compile_catalog(PATH, HEADER + HELLO + POINTS + 'msgctxt "month"\nmsgid "May"\nmsgstr "Maj"\n')
    read = gettext.GNUTranslations(BytesIO(made.content))
    assert (made.texts, made.translated, made.problems) == (3, 3, ())
    assert read.gettext("Hello") == "Cześć"
    assert [read.ngettext("%(n)s point", "%(n)s points", n) for n in (1, 22, 112)] == [
        "%(n)s punkt",
        "%(n)s punkty",
        "%(n)s punktów",
    ]
    assert read.pgettext("month", "May") == "Maj"
    assert read.gettext("May") == "May"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ('msgid "a"\nmsgstr ""\n', '"a" is not translated.'),
        ('#, fuzzy\nmsgid "a"\nmsgstr "b"\n', 'the translation of "a" is fuzzy, so it is not used.'),
        ('msgid "%(a)s"\nmsgstr "%(b)s"\n', "the translation has %(b)s; the text has %(a)s."),
        (POINTS.replace('msgstr[2] "%(n)s punktów"\n', ""), "this text has 2 of 3 plural forms."),
        (POINTS.replace("punktów", 'x"\nmsgstr[3] "y'), "this text has 4 of 3 plural forms."),
        (
            HELLO.replace("Cześć", "Czołem"),
            TWICE,
        ),
    ],
)
def test_what_is_not_right_is_named_and_left_out(entry: str, problem: str) -> None:
    made = compile_catalog(PATH, HEADER + HELLO + entry)
    line = 10 if entry.startswith("#") else 9
    [found] = made.problems
    assert (str(found.place), found.text) == (f"templates/{PATH}:{line}:1", problem)
    assert gettext.GNUTranslations(BytesIO(made.content)).gettext("Hello") == "Cześć"
    assert b"punkt" not in made.content
    assert b"Czo\xc5\x82em" not in made.content


def test_too_few_plural_forms_for_the_language_are_named_with_the_usual_ones() -> None:
    header = 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    path = "locale/tr/LC_MESSAGES/messages.po"
    assert compile_catalog(path, header + HELLO).problems == ()
    plural = 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\n'
    [problem] = compile_catalog(path, header + plural).problems
    assert problem.text == "tr has more than 1 plural forms. Plural-Forms: nplurals=2; plural=(n != 1);"


def test_a_text_that_stands_twice_and_is_translated_once_is_translated() -> None:
    made = compile_catalog(PATH, HEADER + HELLO.replace("Cześć", "") + HELLO + HELLO)
    assert [problem.text for problem in made.problems] == ['"Hello" is not translated.']
    assert gettext.GNUTranslations(BytesIO(made.content)).gettext("Hello") == "Cześć"


def test_what_is_gone_is_not_asked_for() -> None:
    assert compile_catalog(PATH, HEADER + '#~ msgid "a"\n#~ msgstr ""\n').problems == ()
