"""The page of results has each number with the definition that the report and the API show."""

from __future__ import annotations

from penfriend.domain.results import MEANINGS, USUAL, Credit
from penfriend.domain.results.report import GROUP_MEANINGS
from tests.docs.pages import nothing, page

PAGE = "docs/results.md"


def test_every_number_stands_in_the_page_with_its_meaning() -> None:
    rows = {row[0].split("`")[1]: row[1] for row in page(PAGE).whole.rows if row[0].startswith("`")}
    wanted = {**MEANINGS, **GROUP_MEANINGS}
    nothing((name for name, meaning in wanted.items() if rows.get(name) != meaning), PAGE)
    nothing(rows.keys() - wanted.keys(), f"{PAGE}, a number that there is not")


def test_the_rule_that_is_usual_is_told_in_its_order() -> None:
    section = page(PAGE).whole.section("Which mail gets the goal")
    told = section.text
    assert USUAL == (Credit.CLICKED, Credit.OPENED, Credit.SENT)
    assert told.index("followed last") < told.index("opened last") < told.index("sent last")
