"""docs/language.md says of each key, test and field what the tables of the language say."""

from __future__ import annotations

from pathlib import Path

import pytest

from penfriend.domain.fields import FIELDS
from penfriend.language import keys, section_keys, step_keys
from penfriend.language.comparisons import FITS, GROUPS, NARROWERS, TESTS, TYPE_NAMES
from penfriend.language.shapes import Table

PAGE = Path("docs/language.md").read_text("utf-8").splitlines()
TABLES = {
    table.name: table
    for table in (
        *vars(keys).values(),
        *vars(section_keys).values(),
        *vars(step_keys).values(),
        *step_keys.STEP_KINDS.values(),
    )
    if isinstance(table, Table)
}


def has_row(*cells: str) -> bool:
    """Whether a row of a table begins with these cells; the last may go on."""
    return any(line.startswith("| " + " | ".join(cells)) for line in PAGE)


@pytest.mark.parametrize("name", sorted(TABLES.keys() - {"policy_when"}))
def test_each_key_has_its_meaning_on_the_page(name: str) -> None:
    steps = {"send", "wait", "branch", "exit", "else"}
    missing = [
        key
        for key, known in TABLES[name].keys.items()
        if key not in steps and not has_row(f"`{key}`", known.meaning)
    ]
    assert missing == []


def test_each_test_says_what_it_goes_with() -> None:
    for word, meaning in TESTS.items():
        types = ", ".join(name for kind, name in TYPE_NAMES.items() if word in FITS[kind])
        assert has_row(f"`{word}`", meaning, types), word
    for words in (NARROWERS, GROUPS):
        for word, meaning in words.items():
            assert has_row(f"`{word}`", meaning), word


def test_each_field_has_its_type_and_meaning() -> None:
    for group, known in FIELDS.items():
        for key, field in known.items():
            rows = [
                line for line in PAGE if line.startswith(f"| `{group}.") and f"{key}`" in line.split(" | ")[0]
            ]
            assert any(field.type in row and field.meaning in row for row in rows), f"{group}.{key}"
