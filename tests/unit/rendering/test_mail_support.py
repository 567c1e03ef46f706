"""The table of what mail programs do not know: it says where it is from, and what of it is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tools.mail_support import FEATURES, PROGRAMS, failing

from penfriend.rendering.css import declarations
from penfriend.rendering.mail_support import css_faults, fails_in

ROOT = Path(__file__).parents[3]
TABLE = ROOT / "src" / "penfriend" / "rendering" / "mail_support.json"


def test_the_table_names_its_source_its_date_and_its_licence_as_the_page_does() -> None:
    source = json.loads(TABLE.read_text(encoding="utf-8"))["source"]
    assert source.startswith("caniemail.com, https://github.com/hteumeuleu/caniemail at ")
    assert source.endswith("of 2026-06-29, MIT licence, copyright (c) 2019 Rémi Parmentier")
    page = " ".join((ROOT / "docs" / "lint.md").read_text(encoding="utf-8").split())
    assert "MIT licence, copyright Rémi Parmentier; data of 29 June 2026" in page


def test_the_table_holds_what_its_generator_judges_and_no_other_program() -> None:
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    judged = {met_as for entries in FEATURES.values() for met_as in entries}
    held = {(kind, name) for kind, entries in table.items() if kind != "source" for name in entries}
    assert held <= judged
    named = {
        program.rpartition(" (")[0]
        for kind, entries in table.items()
        if kind != "source"
        for programs in entries.values()
        for program in programs
    }
    assert named <= set(PROGRAMS.values())


def test_what_fails_in_the_newest_version_is_taken() -> None:
    text = (
        '---\ntitle: "x"\nstats: {\n gmail: { ios: {"2019": "n", "2021-02": "y #1"}, android: {"2019": "y",'
        ' "2022": "n #2",} },\n outlook: { windows: {"2007": "n"}, windows-mail: {"2019": "n"} } }\n---\n'
    )
    assert failing(text) == ["Gmail for Android (2022)", "Outlook for Windows (2007)"]


def test_a_program_is_named_with_its_version_and_more_than_two_are_counted() -> None:
    assert fails_in("value", "display:grid") == "Outlook for Windows (2019)"
    assert fails_in("function", "var") == "Gmail (2019-08), Gmail for iOS (2019-08) and 6 more"
    assert fails_in("value", "display:block") == ""


@pytest.mark.parametrize(
    ("style", "told"),
    [
        ("display:flex", ["display:flex"]),
        ("width:calc(1px + 2vw)", ["calc()", "the unit vw"]),
        ("color:var(--a)", ["var()"]),
        ("transform:rotate(1deg)", ["transform"]),
        ("background-image:url(a)", ["background-image"]),
        ("background-color:#FFF;background-image:url(a)", []),
        ("color:#111;color:oklch(1 2 3)", []),
        ("color:oklch(1 2 3);color:#111", ["oklch()"]),
        ("box-shadow:0 0 1rem rgba(0,0,0,.1)", []),
        ("color:rgba(0,0,0,.5)", ["rgba()"]),
        ("border:1px solid rgba(0,0,0,.5)", []),
        ("background:url(calc(1).png)", []),
        ("line-height:1.5em;font-size:2em", []),
        ("color:#1rem", []),
    ],
)
def test_only_what_leaves_a_letter_broken_is_told(style: str, told: list[str]) -> None:
    assert [shown for _, shown, _ in css_faults(declarations(style))] == told
