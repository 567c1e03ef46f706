"""The gettext functions of templates: `_`, `gettext`, `ngettext`, `pgettext`, `npgettext`, which `{% trans
%}` calls as well.

A text written in a template is its author's and may hold HTML; the values put into it are escaped. In the
plain text tags are taken out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from markupsafe import Markup

from penfriend.rendering.catalogs import Translations
from penfriend.rendering.limits import check_format, check_size, weight

_TAG = re.compile(r"<[^<>]*>")


def plain(text: str) -> str:
    """HTML without its tags, entities resolved."""
    if "<" in text or "&" in text:
        return html.unescape(_TAG.sub("", text))
    return text


class _Writer:
    """Puts values into a translated text."""

    def __init__(self, markup: bool) -> None:
        self._markup = markup
        self._prepared: dict[str, tuple[str, str]] = {}
        """For each text the form that values are put into, and the one without values."""

    def write(self, text: str, variables: dict[str, object]) -> str:
        prepared = self._prepared.get(text)
        if prepared is None:
            check_format(text)
            form = Markup(text) if self._markup else plain(text)  # noqa: S704 - the author's own text
            prepared = (form, form.replace("%%", "%"))
            if len(self._prepared) < 10_000:
                self._prepared[text] = prepared
        if not variables:
            return prepared[1]
        often = text.count("%")
        for name, value in variables.items():
            if value is None:
                raise ValueError(f'"{name}" is empty; give it a value for that case.')
            check_size(often * weight(value))
        return prepared[0] % variables


def translation_functions(translations: Translations, *, markup: bool) -> dict[str, Callable[..., str]]:
    """The functions by name. `markup` says whether the template is HTML."""
    write = _Writer(markup).write

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
