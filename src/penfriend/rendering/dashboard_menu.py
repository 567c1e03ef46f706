"""The menu of the dashboard: one line for each page that it leads to."""

from __future__ import annotations

from typing import NamedTuple

from penfriend.domain.accounts.roles import Right


class Entry(NamedTuple):
    """A page in the menu."""

    path: str
    text: str
    """The key of its name in the texts."""
    right: Right
    """Who may have it; nobody else sees it in the menu."""


MENU = (
    Entry("/", "home", Right.LOOK),
    Entry("/preview", "preview", Right.PREVIEW),
    Entry("/users", "users", Right.USERS),
    Entry("/audit", "audit", Right.USERS),
)
"""In the order in which they stand."""
