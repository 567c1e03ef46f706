"""Every command and option stands in docs/commands.md, and no page shows one that does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from penfriend.cli.main import program
from penfriend.domain.checkup import AREAS, Level
from tests.docs.pages import Page, Section, all_pages, nothing, page
from tests.docs.shell import HELP, Command, every_command, faults, shown_lines, the_program

COMMANDS = "docs/commands.md"
SUMMARY_COLUMNS = 66
"""What 80 columns leave beside the longest name."""


def section_of(command: Command) -> Section:
    """The part of the page that is about one command, its subcommands included."""
    return page(COMMANDS).whole.section(command.title)


def own_rows(command: Command) -> list[tuple[str, ...]]:
    """The rows of a command's section without those of its subcommands, which have sections of their own."""
    section = section_of(command)
    inner = {row for one in section.sections if one.title != section.title for row in one.rows}
    return [row for row in section.rows if row not in inner]


def words_of(cell: str) -> set[str]:
    """`--name`, `-n` in the first cell of a row."""
    return set(cell.replace("`", " ").replace(",", " ").split())


def test_every_command_has_its_section_with_an_example() -> None:
    missing = [
        command.title
        for command in every_command(the_program())
        if not any(command.title in block.text for block in section_of(command).blocks)
    ]
    nothing(missing, f"{COMMANDS}: no section, or no example in it")


def test_every_option_and_argument_stands_in_the_section_of_its_command() -> None:
    missing = [
        f"{command.title} {one}"
        for command in every_command(the_program())
        for one in (command.options | command.arguments)
        - {word for row in own_rows(command) for word in words_of(row[0])}
    ]
    nothing(missing, f"{COMMANDS}: no row in a table of the section")


def test_no_section_describes_a_command_that_does_not_exist() -> None:
    known = {command.title for command in every_command(the_program())}
    shown = {one.title for one in page(COMMANDS).promised.sections if one.title.startswith("penfriend")}
    nothing(shown - known, f"{COMMANDS}: sections of commands that do not exist")


def test_no_section_describes_an_option_that_its_command_does_not_have() -> None:
    wrong = [
        f"{command.title} {word}"
        for command in every_command(the_program())
        for row in own_rows(command)
        for word in words_of(row[0])
        if word.startswith("-") and word not in command.options | HELP | {"-"}
    ]
    nothing(wrong, f"{COMMANDS}: options that do not exist")


def test_every_default_stands_in_the_row_of_its_option() -> None:
    wrong = [
        f"{command.title} {name} ({default})"
        for command in every_command(the_program())
        for name, default in command.defaults.items()
        if not any(name in words_of(row[0]) and default in row[1] for row in own_rows(command))
    ]
    nothing(wrong, f"{COMMANDS}: another default")


def test_what_doctor_looks_at_stands_in_its_section() -> None:
    told = {
        word for row in page(COMMANDS).whole.section("penfriend doctor").rows for word in words_of(row[0])
    }
    nothing(sorted({*AREAS, *Level} - told), f"{COMMANDS}, penfriend doctor: no row")


@pytest.mark.parametrize("one", all_pages(), ids=lambda one: str(one.name))
def test_a_page_shows_only_commands_that_exist(one: Page) -> None:
    program = the_program()
    wrong = [fault for line in shown_lines(one) for fault in faults(line, program)]
    nothing(wrong, f"{one.name} shows what does not exist")


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("penfriend tick --now 2026-06-01T09:00Z", []),
        ("penfriend messages --status unknown", []),
        ("penfriend messages resolve ID --as sent|resend", []),
        ("penfriend --version", []),
        ("penfriend [COMMAND] --help", []),
        ("penfriend fly", ["penfriend fly: there is no command fly"]),
        ("penfriend tick --then 1", ["penfriend tick --then 1: there is no option --then"]),
        ("penfriend messages solve 12", ["penfriend messages solve 12: there is no command solve"]),
        ("make demo ARGS=--once", []),
        ("make bread", ["make bread: the Makefile has no bread"]),
    ],
)
def test_what_does_not_exist_is_found(line: str, wrong: list[str]) -> None:
    assert faults(line, the_program()) == wrong


def test_help_of_every_command_shows_an_example_and_its_line_in_the_list_is_a_whole_sentence() -> None:
    wrong = []
    for title, command in _below("penfriend", get_command(program())):
        if f"Example: {title}" not in (command.help or ""):
            wrong.append(f"{title}: no example")
        if command.get_short_help_str(SUMMARY_COLUMNS).endswith("..."):
            wrong.append(f"{title}: its first sentence is longer than {SUMMARY_COLUMNS}")
    nothing(wrong, "penfriend --help")


def _below(title: str, group: Any) -> Iterator[tuple[str, Any]]:
    for name, command in getattr(group, "commands", {}).items():
        yield f"{title} {name}", command
        yield from _below(f"{title} {name}", command)
