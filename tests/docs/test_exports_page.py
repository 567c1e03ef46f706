"""docs/exports.md has every column of every report with its type and meaning, and no other."""

from __future__ import annotations

import pytest

from penfriend.domain.exports import VIEWS, Kind
from tests.docs.pages import page

TYPES = {
    Kind.TEXT: "text",
    Kind.NUMBER: "number",
    Kind.AMOUNT: "amount",
    Kind.MOMENT: "moment",
    Kind.YES_NO: "yes or no",
    Kind.JSON: "JSON",
    Kind.DAY: "day",
}


@pytest.mark.parametrize("name", VIEWS)
def test_the_table_has_each_column_with_type_and_meaning_and_no_other(name: str) -> None:
    [section] = [
        one for one in page("docs/exports.md").whole.section("Columns").sections if one.title == name
    ]
    told = [(column.name, TYPES[column.kind], column.meaning) for column in VIEWS[name].columns]
    assert [(row[0].strip("`"), row[1], row[2]) for row in section.rows[1:]] == told


def test_each_view_and_each_type_is_named() -> None:
    whole = page("docs/exports.md").whole
    assert {report.view for report in VIEWS.values()} <= set(whole.code)
    assert [row[0] for row in whole.section("Files").rows[1:]] == list(TYPES.values())
