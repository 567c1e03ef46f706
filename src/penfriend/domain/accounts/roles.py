"""What each role of a user may. A role may all that the one before it may, and more."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Right(StrEnum):
    """Something that not everybody may."""

    LOOK = "look"
    """See campaigns and results, and nobody's name or address."""
    PEOPLE = "people"
    """See who the people are: their names, addresses and whole stories."""
    PREVIEW = "preview"
    """See the letters of the files before anybody gets them."""
    APPLY = "apply"
    """Make files the live revision."""
    SETTLE = "settle"
    """Settle the doubt about a message."""
    KEYS = "keys"
    """Make and revoke the keys of the API."""
    USERS = "users"
    """Add and remove users, say what they may, and read who did what."""
    ERASE = "erase"
    """Erase a person."""


class Role(StrEnum):
    """What a user is."""

    VIEWER = "viewer"
    MARKETER = "marketer"
    OPERATOR = "operator"

    def may(self, right: Right) -> bool:
        """Whether the role has the right."""
        return right in RIGHTS[self]


_VIEWER = frozenset({Right.LOOK})
_MARKETER = _VIEWER | {Right.PEOPLE, Right.PREVIEW, Right.APPLY}
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.VIEWER: _VIEWER,
    Role.MARKETER: _MARKETER,
    Role.OPERATOR: _MARKETER | {Right.SETTLE, Right.KEYS, Right.USERS, Right.ERASE},
}
"""The rights of each role."""
