"""Who may have which route of the dashboard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from starlette.responses import Response

from penfriend.domain.accounts.roles import Right
from penfriend.web.accounts.asking import Ask


class To(StrEnum):
    """Who else than those with a right may have a route."""

    EVERYBODY = "everybody"
    HALF_IN = "half_in"
    """Who has given the password, and not yet the second factor."""
    SIGNED_IN = "signed_in"
    """Every user: what belongs to their own account."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route, who may have it, and what answers. GET stands for HEAD too."""

    method: Literal["GET", "POST"]
    path: str
    who: Right | To
    answer: Callable[[Ask], Response] | Callable[[Ask], Awaitable[Response]]
    """Called in a thread of its own. What it has to wait for is awaited outside of that."""
    is_use: bool = True
    """Whether somebody uses the dashboard by it. What a page asks by itself does not keep a session alive."""
