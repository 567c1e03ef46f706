"""Tables as commands print them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table


class PipeConsole(Console):
    """A reader of our output that has seen enough (head, less) is no fault of ours: the program ends with
    status 0."""

    def on_broken_pipe(self) -> None:
        """Rich would end the process with status 1 here."""
        raise BrokenPipeError


def console(*, stderr: bool = False) -> Console:
    """Where tables go: as wide as the terminal, and in a pipe 200 columns wide."""
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return PipeConsole(width=None if terminal else 200, highlight=False, stderr=stderr)


def table(
    title: str, head: Sequence[str], rows: Sequence[Sequence[object]], numbers: Sequence[int] = ()
) -> Table:
    """A table; the columns in `numbers` are set to the right."""
    shown = Table(
        title=title or None, box=SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False
    )
    for index, name in enumerate(head):
        shown.add_column(name, justify="right" if index in numbers else "left", overflow="fold")
    for row in rows:
        shown.add_row(*("" if cell is None else str(cell) for cell in row))
    return shown
