"""Catalogs as files: read with places, and written as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.rendering.findings import Problems
from penfriend.rendering.translation.po import Entry, PoFile, read_po, write_po
from tests.support.sample_letters import TEMPLATES

WHOLE = """\
# Turkish letters.
#
# By hand.

msgid ""
msgstr ""
"Language: tr\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

# Said by Ayşe.
#. The button under the basket.
#: templates/a.mjml
#: \u2068templates/b c.mjml\u2069:12
#, fuzzy, python-format
#| msgctxt "old"
#| msgid "Before"
msgctxt "button"
msgid "Hello %(name)s"
msgstr "Merhaba %(name)s"

#: templates/a.mjml
#, python-format
msgid "%(num)s point"
msgid_plural "%(num)s points"
msgstr[0] "%(num)s puan"
msgstr[1] "%(num)s puan"

#: templates/a.mjml
msgid ""
"two\\n"
"lines"
msgstr "a \\"quoted\\" \\\\ and a\\ttab"

# Not said any more.
#~ msgid "Bye"
#~ msgstr "Hoşça kal"

# The end.
"""


def read(text: str) -> PoFile:
    problems = Problems()
    made = read_po("a.po", text, problems)
    assert problems.all == ()
    assert made is not None
    return made


def test_a_catalog_is_read_with_all_that_belongs_to_a_text() -> None:
    made = read(WHOLE)
    hello, points, lines, bye = made.entries
    assert made.fields == {"language": "tr", "plural-forms": "nplurals=2; plural=(n != 1);"}
    assert hello == Entry(
        "Hello %(name)s",
        None,
        "button",
        ["Merhaba %(name)s"],
        comments=["# Said by Ayşe."],
        notes=["The button under the basket."],
        places=["templates/a.mjml", "templates/b c.mjml:12"],
        flags=["fuzzy", "python-format"],
        previous=['#| msgctxt "old"', '#| msgid "Before"'],
        line=18,
    )
    assert (points.plural, points.strings) == ("%(num)s points", ["%(num)s puan"] * 2)
    assert (lines.text, lines.strings) == ("two\nlines", ['a "quoted" \\ and a\ttab'])
    assert (bye.text, bye.is_obsolete, bye.comments) == ("Bye", True, ["# Not said any more."])
    assert made.behind == ["# The end."]


def test_what_is_written_is_what_was_read() -> None:
    assert write_po(read(WHOLE)) == WHOLE


@pytest.mark.parametrize("language", ["ar", "en", "pl", "tr"])
def test_the_starters_catalogs_stay_as_they_are(language: str) -> None:
    text = (TEMPLATES / f"locale/{language}/LC_MESSAGES/messages.po").read_text(encoding="utf-8")
    assert write_po(read(text)) == text


@given(st.text(min_size=1), st.text(), st.text(), st.none() | st.text())
def test_any_text_comes_back(text: str, context: str, string: str, plural: str | None) -> None:
    strings = [string] if plural is None else [string, text]
    made = read(write_po(PoFile(entries=[Entry(text, plural, context, strings)])))
    [entry] = made.entries
    assert (entry.text, entry.plural, entry.context, entry.strings) == (text, plural, context, strings)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('msgid "a"\nmsgid "b"\nmsgstr ""\n', "a.po:1:1: this text has no msgstr."),
        ('msgid "a"\n', "a.po:1:1: this text has no msgstr."),
        ('msgstr "a"\n', "a.po:1:1: msgstr has no msgid before it."),
        ('"a"\n', "a.po:1:1: this text belongs to nothing; msgid or msgstr stands before it."),
        (
            'msgid "a"\nmsgid_plural "b"\nmsgstr[1] ""\n',
            "a.po:3:1: msgstr[1] cannot stand here; msgstr[0] would be next.",
        ),
        ('msgid "a"\nmsgstr "b"\nmsgstr "c"\n', "a.po:3:1: msgstr cannot stand here; msgid would be next."),
        (
            'msgid a\nmsgstr ""\n',
            "a.po:1:1: this line is no part of a catalog; a text stands in double quotes.",
        ),
    ],
)
def test_what_is_no_catalog_is_named_with_its_line(text: str, problem: str) -> None:
    problems = Problems()
    assert read_po("a.po", text, problems) is None
    assert [str(one) for one in problems.all] == [problem]
