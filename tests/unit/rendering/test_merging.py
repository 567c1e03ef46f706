"""Catalogs merged with the texts of templates: what stays, what is proposed, what goes, what is begun."""

from __future__ import annotations

import pytest
from babel import Locale

from penfriend.domain.problems import Place
from penfriend.domain.written import WrittenText
from penfriend.rendering.findings import Problems
from penfriend.rendering.translation.merging import Merged, as_written, merge, new_catalog, template_text
from penfriend.rendering.translation.po import read_po

HEADER = """\
# Turkish, by Ayşe.
msgid ""
msgstr ""
"Language: tr\\n"
"PO-Revision-Date: 2026-01-01 10:00+0000\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""
SOURCE = HEADER + '"X-Source-Language: tr\\n"\n'


def text(
    text: str,
    plural: str | None = None,
    context: str = "",
    note: str = "",
    file: str = "templates/a.mjml",
    line: int = 1,
) -> WrittenText:
    return WrittenText(Place(file, line), text, plural, context, note)


def merged(catalog: str, *texts: WrittenText, locale: str = "tr") -> Merged:
    problems = Problems()
    made = read_po("tr.po", catalog, problems)
    assert made is not None, problems.all
    return merge(made, locale, texts)


def entries(catalog: str, *texts: WrittenText, locale: str = "tr") -> str:
    """The catalog after the merge, without its header."""
    return merged(catalog, *texts, locale=locale).text.partition("\n\n")[2]


HELLO = '\n# Said by Ayşe.\n#: templates/a.mjml\nmsgid "Hello"\nmsgstr "Merhaba"\n'
POINTS = '\n#: templates/a.mjml\nmsgid "a point"\nmsgid_plural "points"\nmsgstr[0] "bir"\nmsgstr[1] "puan"\n'


def test_a_merge_without_a_change_writes_the_same_file() -> None:
    catalog = HEADER + HELLO + POINTS
    done = merged(catalog, text("Hello"), text("a point", "points"))
    assert done == Merged(catalog, texts=2)


def test_header_and_comments_by_hand_stay_and_places_are_renewed_without_lines() -> None:
    moved = (text("Hello", file="templates/b.mjml", line=7), text("Hello", file="templates/b.mjml", line=9))
    done = merged(HEADER + HELLO, *moved, text("Hello", file="templates/c.mjml"))
    places = "#: templates/b.mjml\n#: templates/c.mjml"
    assert done.text == HEADER + HELLO.replace("#: templates/a.mjml", places)


def test_a_new_text_stands_in_its_place_with_the_forms_of_the_language() -> None:
    note = "of the bonus"
    done = merged(HEADER + HELLO, text("%(n)s point", "%(n)s points", note=note), text("Hello"))
    assert (done.added, done.untranslated) == (1, 1)
    assert done.text.partition("\n\n")[2] == (
        "#. of the bonus\n#: templates/a.mjml\n#, python-format\n"
        'msgid "%(n)s point"\nmsgid_plural "%(n)s points"\nmsgstr[0] ""\nmsgstr[1] ""\n' + HELLO
    )


def test_a_changed_text_is_proposed_and_says_what_it_was() -> None:
    done = merged(HEADER + HELLO, text("Hello!"))
    assert (done.changed, done.added, done.gone, done.fuzzy, done.untranslated) == (1, 0, 0, 1, 0)
    assert done.text.partition("\n\n")[2] == (
        '# Said by Ayşe.\n#: templates/a.mjml\n#, fuzzy\n#| msgid "Hello"\nmsgid "Hello!"\nmsgstr "Merhaba"\n'
    )
    again = merged(done.text, text("Hello!"))
    assert (again.text, again.fuzzy) == (done.text, 1)


def test_a_proposal_that_was_looked_at_forgets_what_it_was() -> None:
    fuzzy = merged(HEADER + HELLO, text("Hello!")).text
    looked_at = fuzzy.replace("#, fuzzy\n", "").replace("Merhaba", "Merhaba!")
    assert "#|" not in merged(looked_at, text("Hello!")).text


def test_a_new_text_like_one_that_is_still_there_is_new() -> None:
    done = merged(HEADER + HELLO, text("Hello"), text("Hello!"))
    assert (done.added, done.changed, done.fuzzy) == (1, 0, 0)


def test_a_text_that_is_gone_moves_to_the_end_with_its_comments_and_comes_back() -> None:
    gone = merged(HEADER + HELLO + POINTS, text("a point", "points"))
    assert gone.gone == 1
    assert gone.text == HEADER + POINTS + '\n# Said by Ayşe.\n#~ msgid "Hello"\n#~ msgstr "Merhaba"\n'
    back = merged(gone.text, text("Hello"), text("a point", "points"))
    assert back.text == HEADER + HELLO + POINTS


def test_what_never_had_a_translation_is_dropped_when_it_goes() -> None:
    assert entries(HEADER + '\nmsgid "Hello"\nmsgstr ""\n') == ""


def test_a_text_that_became_plural_is_proposed_in_each_form() -> None:
    assert entries(HEADER + HELLO, text("Hello", "Hellos")) == (
        '# Said by Ayşe.\n#: templates/a.mjml\n#, fuzzy\n#| msgid "Hello"\n'
        'msgid "Hello"\nmsgid_plural "Hellos"\nmsgstr[0] "Merhaba"\nmsgstr[1] "Merhaba"\n'
    )


def test_another_plural_text_makes_the_forms_doubtful() -> None:
    assert entries(HEADER + POINTS, text("a point", "many points")) == (
        '#: templates/a.mjml\n#, fuzzy\n#| msgid "a point"\n#| msgid_plural "points"\n'
        'msgid "a point"\nmsgid_plural "many points"\nmsgstr[0] "bir"\nmsgstr[1] "puan"\n'
    )


def test_a_text_that_is_no_longer_plural_keeps_its_first_form_to_be_looked_at() -> None:
    assert '#, fuzzy\n#| msgid "a point"\n#| msgid_plural "points"\nmsgid "a point"\nmsgstr "bir"\n' in (
        entries(HEADER + POINTS, text("a point"))
    )


def test_a_text_that_two_branches_added_stands_once_and_translated() -> None:
    empty = '\n# Seen by Can.\nmsgid "Hello"\nmsgstr ""\n'
    both = '# Said by Ayşe.\n# Seen by Can.\n#: templates/a.mjml\nmsgid "Hello"\nmsgstr "Merhaba"\n'
    assert entries(HEADER + HELLO + empty, text("Hello")) == both
    assert sorted(entries(HEADER + empty + HELLO, text("Hello")).split("\n")) == sorted(both.split("\n"))


def test_the_same_text_with_another_context_is_another_text() -> None:
    catalog = HEADER + '\n#: templates/a.mjml\nmsgctxt "month"\nmsgid "May"\nmsgstr "Mayıs"\n'
    assert merged(catalog, text("May", context="month")).text == catalog
    assert merged(catalog, text("May", context="month"), text("May")).untranslated == 1


def test_what_a_variant_of_another_language_says_is_not_asked_for() -> None:
    variants = (text("a", file="templates/a.ar.mjml"), text("b", file="templates/a.tr_TR.mjml"))
    done = merged(HEADER, *variants)
    assert 'msgid "b"' in done.text
    assert 'msgid "a"' not in done.text
    assert template_text(variants).count("msgid") == 3


def test_the_catalog_of_the_language_that_letters_are_written_in_is_filled() -> None:
    done = merged(SOURCE, text("Hello"), text("a point", "points"))
    assert (done.untranslated, done.added) == (0, 2)
    assert 'msgid "Hello"\nmsgstr "Hello"\n' in done.text
    assert 'msgstr[0] "a point"\nmsgstr[1] "points"\n' in done.text


def test_what_was_filled_follows_its_text_and_what_was_edited_is_proposed() -> None:
    filled = merged(SOURCE, text("Good morning"), text("Something else")).text
    edited = filled.replace('msgstr "Something else"', 'msgstr "Another thing"')
    done = merged(edited, text("Good morning!"), text("Something else!"))
    assert (done.fuzzy, done.gone) == (1, 0)
    assert 'msgid "Good morning!"\nmsgstr "Good morning!"\n' in done.text
    assert 'msgid "Something else!"\nmsgstr "Another thing"\n' in done.text


@pytest.mark.parametrize("written", [False, True])
def test_a_catalog_is_begun_with_the_forms_of_its_language_and_no_date(written: bool) -> None:
    made = new_catalog(Locale("ar"))
    if written:
        made = as_written(made, Locale("ar"))
        assert as_written(made, Locale("ar")) == made
    comment, *header = merge(made, "ar", [text("a", "b")]).text.partition("\n\n")[0].splitlines()
    assert comment.startswith("# Arabic letters.")
    forms = "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5"
    assert header == [
        'msgid ""',
        'msgstr ""',
        '"Language: ar\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
        f'"Plural-Forms: nplurals=6; plural=({forms});\\n"',
        *(['"X-Source-Language: ar\\n"'] if written else []),
    ]
    assert merge(made, "ar", [text("a", "b")]).text.count("msgstr[") == 6


def test_the_template_has_each_place_with_its_line_and_all_notes() -> None:
    once = text("Hello", line=3, note="to all")
    again = text("Hello", file="templates/b.mjml", line=1, note="to one")
    assert template_text([once, again, text("Hello", line=3)]).partition("\n\n")[2] == (
        "#. to all\n#. to one\n#: templates/a.mjml:3\n#: templates/b.mjml:1\n"
        'msgid "Hello"\nmsgstr ""\n'
    )  # fmt: skip
