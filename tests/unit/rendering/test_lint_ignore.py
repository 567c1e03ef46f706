"""`lint.ignore` in the head of a template: what it silences, and what is wrong with a line of it."""

from __future__ import annotations

import pytest

from tests.unit.rendering.letters import findings, problems, text_letter

HERE = "templates/welcome/hello.mjml"
DOUBTFUL = "{% if 1 %}<b>{% else %}<i>{% endif %}x</b>"


def head(*lines: str) -> str:
    return "\n".join(["---", "subject: Hello", *(f"lint.ignore: {line}" for line in lines), "---", ""])


def codes(mjml: str, files: dict[str, str] | None = None) -> set[str]:
    return {problem.code for problem in findings(mjml, files)}


def test_a_finding_is_silenced_with_a_reason() -> None:
    assert "html-doubtful" in codes(text_letter(DOUBTFUL))
    assert codes(text_letter(DOUBTFUL, head("html-doubtful - both are bold"))).isdisjoint(
        {"html-doubtful", "idle-ignore"}
    )


def test_several_are_silenced_and_a_reason_may_go_on_in_the_next_line() -> None:
    lines = head("html-doubtful - both\n  are bold", "fails-for-some – everybody has a name")
    assert problems(text_letter(DOUBTFUL + "{{ contact.first_name }}", lines)) == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "html-doubtful",
            "lint.ignore: the reason is missing; write html-doubtful - why it is right here.",
        ),
        (
            "html-doubtful -",
            "lint.ignore: the reason is missing; write html-doubtful - why it is right here.",
        ),
        (
            "html-doubtfull - x",
            'lint.ignore: there is no code "html-doubtfull". Did you mean "html-doubtful"?',
        ),
        ("because I say so", 'lint.ignore: there is no code "because".'),
        (
            "unknown-element - x",
            'lint.ignore: "unknown-element" cannot be silenced; such a letter does not work.',
        ),
    ],
)
def test_a_wrong_line_is_an_error_at_its_place(line: str, problem: str) -> None:
    assert f"{HERE}:3:14: {problem}" in problems(text_letter("x", head(line)))


def test_a_line_that_silences_nothing_is_a_warning() -> None:
    found = problems(text_letter("x", head("html-doubtful - both are bold")))
    assert found == [f'{HERE}:3:14: warning: lint.ignore: there is no "html-doubtful" to silence here.']


def test_of_a_letter_that_is_broken_it_is_not_known_whether_a_line_is_idle() -> None:
    found = problems(text_letter("{{ contact.emial }}", head("html-doubtful - both are bold")))
    assert [line.partition(" ")[0] for line in found] == [f"{HERE}:5:48:"]


def test_the_line_of_a_partial_silences_what_is_found_in_the_partial() -> None:
    partial = "---\nlint.ignore: html-doubtful - both are bold\n---\n" + DOUBTFUL
    mjml = text_letter('{% include "_partials/a.mjml" %}')
    assert problems(mjml, {"_partials/a.mjml": partial}) == []
    assert problems(
        text_letter(f'{{% include "_partials/a.mjml" %}}{DOUBTFUL}'), {"_partials/a.mjml": partial}
    )


def test_the_line_of_a_letter_silences_what_is_found_in_its_partials() -> None:
    mjml = text_letter('{% include "_partials/a.mjml" %}', head("html-doubtful - both are bold"))
    assert problems(mjml, {"_partials/a.mjml": DOUBTFUL}) == []


def test_a_line_that_is_of_use_in_one_language_is_not_idle() -> None:
    line = head("fails-for-some - everybody has a name")
    mjml = text_letter("{{ contact.first_name if dir == 'rtl' else 1 }}", line)
    catalog = 'msgid ""\nmsgstr ""\n"X-Source-Language: ar\\n"\n'
    assert problems(mjml, {"locale/ar/LC_MESSAGES/messages.po": catalog}) == []


def test_missing_translations_can_be_silenced_for_one_letter() -> None:
    catalog = {"locale/tr/LC_MESSAGES/messages.po": 'msgid ""\nmsgstr ""\n'}
    assert "has no translation into Turkish" in problems(text_letter("x"), catalog)[0]
    silent = text_letter("x", head("missing-translation - Turkish readers get none"))
    assert problems(silent, catalog) == []
