"""One slip in a template is one problem: what follows from it is not told as well."""

from __future__ import annotations

import pytest

from penfriend.rendering.inheritance import MAX_PIECES
from penfriend.rendering.source import MAX_TAGS
from tests.unit.rendering.letters import HEAD, column_letter, problems, text_letter

HERE = "templates/welcome/hello.mjml"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("---\nsubject: Hi\n<mjml></mjml>", "1:1: the head is not closed; a second line of --- is missing."),
        (
            HEAD + "{% extends '_layouts/nope.mjml' %}{% block content %}x{% endblock %}",
            '4:1: there is no file "templates/_layouts/nope.mjml".',
        ),
        (
            HEAD + "<html><body><p>Hi</p></body></html>",
            "4:1: a template begins with <mjml>, not with <html>.",
        ),
        (
            column_letter("<mj-txt>Hi <b>x</b></mj-txt>"),
            '4:39: unknown element <mj-txt>. Did you mean "mj-text"?',
        ),
        (
            HEAD + "<mjml><mj-body>" + "<mj-wrapper>" * 60 + "</mj-wrapper>" * 60 + "</mj-body></mjml>",
            "4:592: elements are nested deeper than 50.",
        ),
        (
            text_letter("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"),
            "4:63: this calls itself without end.",
        ),
        (text_letter("{{ 1 }}" * (MAX_TAGS + 1)), f"1:1: the file has more than {MAX_TAGS} Jinja tags."),
    ],
)
def test_a_slip_is_told_once(text: str, found: str) -> None:
    assert problems(text) == [f"{HERE}:{found}"]


def test_a_letter_whose_partials_multiply_is_refused() -> None:
    files = {"_partials/many.mjml": "{{ 1 }} " * 900}
    text = text_letter("{% include '_partials/many.mjml' %}" * 4)
    assert problems(text, files) == [f"{HERE}:1:1: with its partials it has more than {MAX_PIECES} parts."]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("locale/klingon/LC_MESSAGES/messages.po", 'this file is not read: there is no locale "klingon".'),
        (
            "locale/pl/messages.po",
            "this catalog is not read. It belongs in templates/locale/LOCALE/LC_MESSAGES/messages.po.",
        ),
        ("welcome/hello.zz_ZZ.mjml", 'this file is not read: there is no locale "zz_ZZ".'),
    ],
)
def test_a_file_that_nobody_would_ever_read_is_named(path: str, why: str) -> None:
    assert problems(text_letter("Hi"), {path: ""}) == [f"templates/{path}:1:1: warning: {why}"]
