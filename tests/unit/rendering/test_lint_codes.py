"""The codes of what is found in letters: the table, the page docs/lint.md and the code say the same."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.cli.output import problems_document
from penfriend.domain.lint_codes import CODES
from penfriend.domain.problems import Place, Problem
from tests.docs.pages import row_of

SOURCE = Path(__file__).parents[3] / "src" / "penfriend" / "rendering"
REPORTS = frozenset({"error", "warning", "find", "_report"})
WITH_ONE_CODE = frozenset({"catalogs.py", "po.py", "compiling.py"})
"""Here all that is found has the code that the gatherer was given."""


def reports() -> Iterator[tuple[str, str, list[str]]]:
    """Every call that reports something: where it stands, how it is called, the codes in its arguments."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            is_report = node.func.attr == "_report" or "problems" in ast.unparse(node.func.value)
            hands_on = any(isinstance(one, ast.Name) and one.id == "code" for one in node.args)
            if node.func.attr in REPORTS and is_report and not hands_on:
                words = [one.value for one in node.args if isinstance(one, ast.Constant)]
                codes = [word for word in words if word in CODES]
                yield f"{path.name}:{node.lineno}", node.func.attr, codes


def test_whatever_is_reported_has_a_code_of_its_level() -> None:
    wrong = []
    for where, called, codes in reports():
        if where.partition(":")[0] in WITH_ONE_CODE:
            continue
        if len(codes) != 1 or (called in ("error", "warning") and CODES[codes[0]].level != called):
            wrong.append(where)
    assert wrong == []


@pytest.mark.parametrize("code", CODES)
def test_a_code_stands_in_the_page_with_its_level_and_what_to_do(code: str) -> None:
    level, means, advice, firm = CODES[code]
    shown = f"{level} *" if firm else level
    row = row_of("docs/lint.md", code, "Codes")
    assert (row[1:3], row[4].replace("\\|", "|")) == ((shown, means), advice)
    assert row[3]


def test_the_page_has_no_code_that_there_is_not() -> None:
    page = (Path(__file__).parents[3] / "docs" / "lint.md").read_text(encoding="utf-8")
    shown = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert shown == list(CODES)


def test_an_error_that_keeps_a_letter_from_being_made_cannot_be_silenced_and_no_warning_is_firm() -> None:
    assert all(one.level == "error" for one in CODES.values() if one.firm)
    assert not CODES["faked-reply"].firm


def test_a_problem_is_printed_with_its_level_and_code() -> None:
    problem = Problem(Place("templates/a.mjml", 3, 5), "this picture has no alt.", "warning", "missing-alt")
    assert str(problem) == "templates/a.mjml:3:5: warning: this picture has no alt. [missing-alt]"
    assert str(Problem(Place("campaigns.yaml"), "no.")) == "campaigns.yaml:1:1: no."


def test_the_document_for_machines_has_the_code_and_what_to_do() -> None:
    of_a_letter = Problem(Place("templates/a.mjml", 3, 5), "no alt.", "warning", "missing-alt")
    of_a_campaign = Problem(Place("campaigns.yaml"), "no.")
    document = problems_document([of_a_letter, of_a_campaign])
    assert document["valid"] is False
    assert document["problems"] == [
        {
            "file": "templates/a.mjml",
            "line": 3,
            "column": 5,
            "level": "warning",
            "text": "no alt.",
            "code": "missing-alt",
            "advice": CODES["missing-alt"].advice,
        },
        {
            "file": "campaigns.yaml",
            "line": 1,
            "column": 1,
            "level": "error",
            "text": "no.",
            "code": None,
            "advice": None,
        },
    ]


def test_every_code_of_the_table_is_reported_somewhere() -> None:
    texts = [path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")]
    assert [code for code in CODES if not any(f'"{code}"' in text for text in texts)] == []
