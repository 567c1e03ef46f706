"""The menu of the dashboard: one line for each page that it leads to, in groups."""

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

    def is_at(self, path: str) -> bool:
        """Whether that path is the page, or one below it."""
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


class Group(NamedTuple):
    """Pages that belong together."""

    text: str
    """The key of its name in the texts."""
    entries: tuple[Entry, ...]


MENU = (
    Group(
        "menu_results",
        (
            Entry("/", "home", Right.LOOK),
            Entry("/campaigns", "menu_campaigns", Right.LOOK),
            Entry("/surveys", "menu_surveys", Right.LOOK),
            Entry("/relationship", "menu_relationship", Right.LOOK),
        ),
    ),
    Group(
        "menu_people",
        (
            Entry("/segments", "menu_segments", Right.LOOK),
            Entry("/contacts", "menu_contacts", Right.PEOPLE),
        ),
    ),
    Group(
        "menu_letters",
        (
            Entry("/letters", "menu_letters_page", Right.PREVIEW),
            Entry("/preview", "preview", Right.PREVIEW),
            Entry("/plan", "menu_plan", Right.PREVIEW),
            Entry("/simulation", "menu_simulation", Right.LOOK),
            Entry("/deliverability", "menu_deliverability", Right.LOOK),
        ),
    ),
    Group(
        "menu_house",
        (
            Entry("/system", "menu_system", Right.LOOK),
            Entry("/users", "users", Right.USERS),
            Entry("/audit", "audit", Right.USERS),
        ),
    ),
)
"""In the order in which they stand. A group of which somebody may see nothing is not shown."""
