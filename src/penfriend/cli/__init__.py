"""The commands, one small file each. `main` is what the shell calls."""

from __future__ import annotations


def main() -> None:
    """Run the command of the command line and leave with its exit status."""
    from penfriend.cli.main import (
        main as run,  # the inbox's process needs this package and none of the commands
    )

    run()
