"""The pages of the dashboard, in the reader's language: HTML, one style sheet, no script.

As the pages behind the links of letters: a file of texts for each language, every value escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from markupsafe import Markup

from penfriend.domain.accounts.roles import Right, Role
from penfriend.domain.timing import Moment, to_datetime
from penfriend.rendering.dashboard_menu import MENU
from penfriend.rendering.pages import (
    LANGUAGES,
    StyleSheet,
    Words,
    accepted,
    environment_of,
    language_of,
    read_texts,
    stamped,
)

FOLDER = "dashboard"


@dataclass(frozen=True, slots=True)
class View:
    """Who looks, from where, and in which setting."""

    accept_language: str
    brand: str
    zone: ZoneInfo
    root: str
    """What the address has in front of our paths, where a proxy serves us below a path of its own."""
    path: str
    user: str = ""
    """The name of who is signed in; empty for nobody."""
    role: Role | None = None
    form_token: str = ""

    def may(self, right: str) -> bool:
        """Whether who looks has the right."""
        return self.role is not None and self.role.may(Right(right))


class DashboardPages:
    """Makes the HTML."""

    def __init__(self) -> None:
        self._texts = {language: read_texts(language, FOLDER) for language in LANGUAGES}
        self._environment = environment_of(FOLDER)
        content = _style_sheets()
        self.stylesheet = StyleSheet(stamped("dashboard.css", content), content)

    def html(self, template: str, view: View, values: Mapping[str, object]) -> str:
        """The page."""
        language = self.language(view.accept_language)
        locale = self.locale(view.accept_language)
        words = Words(self._texts[language])

        def moment(value: Moment | int | None) -> Markup:
            if value is None:
                return Markup("")
            when = to_datetime(Moment(value), view.zone)
            shown = f"{format_date(when, locale=locale)}, {format_time(when, 'short', locale=locale)}"
            return Markup('<time datetime="{}"><bdi>{}</bdi></time>').format(when.isoformat(), shown)

        return self._environment.get_template(f"{template}.html").render(
            values,
            view=view,
            t=words,
            lang=language,
            dir="rtl" if language == "ar" else "ltr",
            root=view.root,
            menu=MENU,
            stylesheet=self.stylesheet.name,
            moment=moment,
            number=lambda value: format_decimal(value, locale=locale),
            zone=view.zone.key,
            svg=Markup,
        )

    def locale(self, accept_language: str) -> Locale:
        """That of the language."""
        return Locale(self.language(accept_language))

    def language(self, accept_language: str) -> str:
        """The one of LANGUAGES that a browser wants most; English where it wants none of them."""
        found = (language_of(name) for name in accepted(accept_language))
        return next((one for one in found if one), LANGUAGES[0])


def _style_sheets() -> str:
    """The sheet of all pages, and behind it those of groups of pages."""
    home = files("penfriend.rendering") / FOLDER
    more = sorted((home / "css").iterdir(), key=lambda one: one.name)
    return "\n".join(one.read_text(encoding="utf-8") for one in (home / "dashboard.css", *more))
