"""Tables as commands print them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from penfriend.domain.plain_text import lines


class PipeConsole(Console):
    """A reader of our output that has seen enough (head, less) is no fault of ours: the program ends with
    status 0."""

    def on_broken_pipe(self) -> None:
        """Rich would end the process with status 1 here."""
        raise BrokenPipeError

    def render_str(self, text: str, **how: Any) -> Text:
        """What strangers wrote commands no terminal."""
        return super().render_str(lines(text), **how)


def console(*, stderr: bool = False) -> Console:
    """Where tables go: as wide as the terminal, and in a pipe 200 columns wide."""
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return PipeConsole(width=None if terminal else 200, highlight=False, stderr=stderr)


def table(
    title: str, head: Sequence[str], rows: Sequence[Sequence[object]], numbers: Sequence[int] = ()
) -> Table:
    """A table; the columns in `numbers` are set to the right. Cells are text, never markup."""
    shown = Table(
        title=title or None, box=SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False
    )
    for index, name in enumerate(head):
        shown.add_column(name, justify="right" if index in numbers else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(Text("" if cell is None else lines(str(cell))) for cell in row))
    return shown
