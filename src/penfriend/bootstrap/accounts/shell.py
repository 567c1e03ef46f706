"""Who runs a command: the system's user."""

from __future__ import annotations

import getpass
import os

from penfriend.domain.accounts.audit import Actor, Way


def at_the_shell() -> Actor:
    """Who runs this process, for the audit log."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a container may run with a number that has no name
        name = f"uid {os.getuid()}"
    return Actor(name, Way.COMMAND)
