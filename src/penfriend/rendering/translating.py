"""The gettext functions of templates: `_`, `gettext`, `ngettext`, `pgettext`, `npgettext`, which `{% trans
%}` calls as well.

A text written in a template is its author's and may hold HTML; the values put into it are escaped. In the
plain text tags are taken out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import NamedTuple

from markupsafe import Markup, escape

from penfriend.rendering.catalogs import Translations
from penfriend.rendering.isolating import isolated
from penfriend.rendering.limits import check_format, check_size, weight

_TAG = re.compile(r"<[^<>]*>")
_ADDRESS = re.compile(r"://|mailto:|tel:")
_VALUE = re.compile(r"%\((\w+)\)s")


def plain(text: str) -> str:
    """HTML without its tags, entities resolved."""
    if "<" in text or "&" in text:
        return html.unescape(_TAG.sub("", text))
    return text


class _Prepared(NamedTuple):
    """A text as values are put into it."""

    form: str
    alone: str
    """The text without values."""
    no_words: frozenset[str]
    """The values that stand in a tag or an address."""
    around: tuple[str, ...] | None
    """What stands around values, and in between their names; None where it takes percent formats to do it."""


class _Writer:
    """Puts values into a translated text; words of the other direction stay together in it."""

    def __init__(self, markup: bool, rtl: bool) -> None:
        self._markup, self._rtl = markup, rtl
        self._prepared: dict[str, _Prepared] = {}

    def write(self, text: str, variables: dict[str, object]) -> str:
        prepared = self._prepared.get(text)
        if prepared is None:
            check_format(text)
            form = Markup(text) if self._markup else plain(text)  # noqa: S704 - the author's own text
            prepared = _Prepared(
                form, form.replace("%%", "%"), _in_tags_and_addresses(form), _around_values(form)
            )
            if len(self._prepared) < 10_000:
                self._prepared[text] = prepared
        if not variables:
            return prepared.alone
        often = text.count("%")
        for name, value in variables.items():
            if type(value) is str and (self._rtl or not value.isascii()) and name not in prepared.no_words:
                variables[name] = isolated(value, rtl=self._rtl)
            if value is None:
                raise ValueError(f'"{name}" is empty; give it a value for that case.')
            check_size(often * weight(value))
        if prepared.around is None:
            return prepared.form % variables
        parts = [*prepared.around]
        for at in range(1, len(parts), 2):
            value = variables[parts[at]]
            parts[at] = escape(value) if self._markup else str(value)
        made = "".join(parts)
        return Markup(made) if self._markup else made  # noqa: S704 - the author's text, values escaped


def _in_tags_and_addresses(text: str) -> frozenset[str]:
    """The names of values that are put in where no word of a sentence stands."""
    addresses = (word for word in text.split() if _ADDRESS.search(word))
    return frozenset(name for part in (*_TAG.findall(text), *addresses) for name in _VALUE.findall(part))


def _around_values(form: str) -> tuple[str, ...] | None:
    """The text cut at its values, which takes a third of the time of Markup's own percent formats."""
    parts = _VALUE.split(form)
    return None if any("%" in text for text in parts[::2]) else tuple(map(str, parts))


def translation_functions(
    translations: Translations, *, markup: bool, rtl: bool
) -> dict[str, Callable[..., str]]:
    """The functions by name. `markup` says whether the template is HTML, `rtl` whether its language is
    written from right to left."""
    write = _Writer(markup, rtl).write

    def gettext(text: str, /, **variables: object) -> str:
        return write(translations.find(text) or text, variables)

    def ngettext(singular: str, plural: str, number: int, /, **variables: object) -> str:
        variables.setdefault("num", number)
        return write(translations.find_plural(singular, plural, _whole(number)), variables)

    def pgettext(context: str, text: str, /, **variables: object) -> str:
        return write(translations.find(text, context) or text, variables)

    def npgettext(context: str, singular: str, plural: str, number: int, /, **variables: object) -> str:
        variables.setdefault("num", number)
        return write(translations.find_plural(singular, plural, _whole(number), context), variables)

    return {
        "_": gettext,
        "gettext": gettext,
        "ngettext": ngettext,
        "pgettext": pgettext,
        "npgettext": npgettext,
    }


def _whole(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ValueError("a plural needs a number to choose its form by.")
    return abs(int(number))
