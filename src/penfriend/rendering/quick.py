"""What the code of `penfriend.rendering.quick_code` asks while it fills a letter."""

from __future__ import annotations

from jinja2.runtime import Context
from markupsafe import Markup, escape

from penfriend.rendering.environment import SMALL, printable
from penfriend.rendering.filters import budget_of
from penfriend.rendering.limits import Budget, Lenient, LimitReached
from penfriend.rendering.link_marks import link_of, tracked_of, utm_of

__all__ = [
    "SMALL",
    "Lenient",
    "letter_budget",
    "link_of",
    "shown_in_html",
    "shown_in_text",
    "tracked_of",
    "utm_of",
]


def letter_budget(context: Context) -> Budget:
    """What the letter may still use. Raises LimitReached where it is no letter that is filled."""
    budget = budget_of(context)
    if budget is None:
        raise LimitReached("a template needs a letter.")
    return budget


def shown_in_html(budget: Budget, value: object) -> str:
    """A printed value: looked at as `environment.printable` does, and escaped as markupsafe does, which makes
    a Markup of each text and takes three times as long."""
    kind = type(value)
    if kind is str:
        if len(value) > SMALL:  # type: ignore[arg-type]  # mypy does not see what `kind` says
            budget.made(value)
        return escaped(value)  # type: ignore[arg-type]
    if kind is Markup:
        if len(value) > SMALL:  # type: ignore[arg-type]
            budget.made(value)
        return value  # type: ignore[return-value]
    return escape(printable(budget, value))


def shown_in_text(budget: Budget, value: object) -> str:
    """A printed value, looked at as `environment.printable` does."""
    if type(value) is str:
        if len(value) > SMALL:
            budget.made(value)
        return value
    return str(printable(budget, value))


def escaped(text: str) -> str:
    """The text as HTML, as markupsafe escapes it."""
    return (
        text.replace("&", "&amp;")
        .replace(">", "&gt;")
        .replace("<", "&lt;")
        .replace("'", "&#39;")
        .replace('"', "&#34;")
    )
