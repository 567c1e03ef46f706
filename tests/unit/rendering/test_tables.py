"""What a screen reader is told of the tables of a letter."""

from __future__ import annotations

import pytest

from tests.unit.rendering.letters import HEAD, filled


@pytest.mark.parametrize("column", ["<mj-column>", "{% if 1 %}{% endif %}<mj-column>"], ids=["once", "each"])
def test_a_table_without_heads_is_there_for_the_looks(column: str) -> None:
    table = '<mj-table color="{{ theme.text }}"><tr><CELL>x</CELL></tr></mj-table>'
    tables = table.replace("CELL", "td") + table.replace("CELL", "th")
    mjml = f"{HEAD}<mjml><mj-body><mj-section>{column}{tables}</mj-column></mj-section></mj-body></mjml>"
    html = filled(mjml)[1]
    plain, headed = (html.rpartition(f"<tr><{cell}>x")[0].rpartition("<table ")[2] for cell in ("td", "th"))
    assert plain.startswith('role="presentation" border="0"')
    assert "role=" not in headed
