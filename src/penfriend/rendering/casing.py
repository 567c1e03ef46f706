"""Large and small letters as the reader's language has them.

Turkish and Azeri have an i with a dot and one without, each with a large form of its own: `istanbul` becomes
İSTANBUL and `ILIK` ılık (Unicode, SpecialCasing). Python's own methods know no language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from babel import Locale
from jinja2.filters import do_capitalize, do_title
from markupsafe import Markup, soft_str

_TWO_KINDS_OF_I = frozenset({"tr", "az"})
_WORD = re.compile(r"[^-\s({\[<]+")
"""As Jinja's `title` cuts words."""
_KEPT = "\ue000"
"""Stands for what is kept; a character without case or meaning."""
_NO_WORDS = re.compile(rf"<[^<>]*>|&#?\w+;|{_KEPT}")


def casing(locale: Locale) -> dict[str, Callable[..., object]]:
    """The filters `upper`, `lower`, `capitalize` and `title` for readers of this locale. What is empty stays
    empty, so that printing it is an error."""
    change = _TURKISH if locale.language in _TWO_KINDS_OF_I else _COMMON
    return {name: _of_a_value(function) for name, function in change.items()}


def _of_a_value(function: Callable[[str], str]) -> Callable[[object], object]:
    def changed(value: object) -> object:
        if value is None:
            return None
        text = soft_str(value)
        return _between_tags(text, function) if isinstance(text, Markup) else function(text)

    return changed


def _between_tags(markup: Markup, function: Callable[[str], str]) -> Markup:
    """HTML with its words changed, and not its tags and entities: &nbsp; has no large form."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return _KEPT

    made = function(_NO_WORDS.sub(keep, str(markup)))
    return Markup(re.sub(_KEPT, lambda _: kept.pop(0), made))  # noqa: S704 - as safe as it was


def _upper(text: str) -> str:
    return text.replace("i", "İ").upper()


def _lower(text: str) -> str:
    return text.replace("I\u0307", "i").replace("İ", "i").replace("I", "ı").lower()


def _capitalize(text: str) -> str:
    return _upper(text[:1]) + _lower(text[1:])


def _title(text: str) -> str:
    return _WORD.sub(lambda word: _capitalize(word[0]), text)


_COMMON: Mapping[str, Callable[[str], str]] = {
    "upper": lambda text: text.upper(),
    "lower": lambda text: text.lower(),
    "capitalize": do_capitalize,
    "title": do_title,
}
_TURKISH: Mapping[str, Callable[[str], str]] = {
    "upper": _upper,
    "lower": _lower,
    "capitalize": _capitalize,
    "title": _title,
}
