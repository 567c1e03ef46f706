"""The pages of the dashboard, in the reader's language: HTML, one style sheet, and no script that they need.

As the pages behind the links of letters: a file of texts for each language, every value escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel import Locale
from markupsafe import Markup

from penfriend.domain.accounts.roles import Right, Role
from penfriend.domain.charts import Value
from penfriend.rendering.charts.drawing import Drawings, of_this_process
from penfriend.rendering.charts.figure import LATER, Figures, marked
from penfriend.rendering.charts.spark import spark
from penfriend.rendering.dashboard_menu import MENU, Group
from penfriend.rendering.formats import locale_of
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
from penfriend.rendering.reader import Reader
from penfriend.rendering.reasons_said import Reasons
from penfriend.rendering.saying import Saying
from penfriend.rendering.spoken import Speaker

FOLDER = "dashboard"
SCRIPTS = ("htmx.js", "refresh.js")
"""What pages behind the login load: htmx (its licence lies beside it), and when it holds still."""


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
    currency: str = "EUR"
    """The brand's."""
    query: str = ""
    """What was asked for behind the path, without the question mark."""

    def may(self, right: str) -> bool:
        """Whether who looks has the right."""
        return self.role is not None and self.role.may(Right(right))

    def opens(self, path: str) -> bool:
        """Whether who looks may have that page, and there is one in the menu that it belongs to."""
        entries = [one for group in self.menu for one in group.entries]
        return any(one.is_at(path) for one in entries)

    @property
    def menu(self) -> list[Group]:
        """What who looks may have of the menu."""
        mine = (Group(text, tuple(one for one in entries if self.may(one.right))) for text, entries in MENU)
        return [group for group in mine if group.entries]


class DashboardPages:
    """Makes the HTML."""

    def __init__(self, drawings: Drawings | None = None) -> None:
        self.drawings = drawings or of_this_process()
        self._texts = {language: read_texts(language, FOLDER) for language in LANGUAGES}
        self._environment = environment_of(FOLDER)
        self._environment.filters["called"] = called
        content = _style_sheets()
        self.stylesheet = StyleSheet(stamped("dashboard.css", content), content)
        self.scripts = [_script(name) for name in SCRIPTS]

    def html(self, template: str, view: View, values: Mapping[str, object]) -> str:
        """The page."""
        language = self.language(view.accept_language)
        words = Words(self._texts[language])
        reader = Reader(self.locale(view.accept_language), view.zone, view.currency)

        def line(values: Sequence[Value], label: str) -> Markup:
            return spark(values, label, mirrored=reader.is_rtl)

        return self._environment.get_template(f"{template}.html").render(
            values,
            view=view,
            t=words,
            lang=language,
            dir="rtl" if reader.is_rtl else "ltr",
            root=view.root,
            stylesheet=self.stylesheet.name,
            scripts=[one.name for one in self.scripts],
            moment=reader.moment,
            number=reader.number,
            percent=reader.percent,
            money=reader.money,
            day=reader.day,
            duration=reader.duration,
            chart=Figures(self._environment, words, reader, self.drawings, view.root),
            clock=reader.clock,
            time_of=reader.time_of,
            condition=Speaker(words, reader),
            reason=Reasons(words, reader),
            spark=line,
            say=Saying(words, reader),
            zone=view.zone.key,
            svg=Markup,
        )

    def drawn(self, keys: Sequence[str]) -> Markup | None:
        """The drawings of one chart for a page that did not wait for them; None where they are not to be
        had."""
        asked = [self.drawings.find(key) for key in keys]
        found = marked([one for one in asked if one is not None], LATER) if all(asked) else []
        return Markup("").join(found) if found else None

    def words(self, accept_language: str) -> Words:
        """The texts in the language of a browser."""
        return Words(self._texts[self.language(accept_language)])

    def locale(self, accept_language: str) -> Locale:
        """How a browser wants dates and numbers: those of the reader's country, where it names one."""
        found = (locale_of(name) for name in accepted(accept_language) if language_of(name))
        return next((one for one in found if one), Locale(LANGUAGES[0]))

    def language_names(self, accept_language: str, names: Iterable[str]) -> dict[str, str]:
        """What a reader calls these languages, such as `en`."""
        locale = self.locale(accept_language)
        return {name: locale.languages.get(name) or name for name in names}

    def language(self, accept_language: str) -> str:
        """The one of LANGUAGES that a browser wants most; English where it wants none of them."""
        return self.locale(accept_language).language


def called(name: str) -> str:
    """The name of a campaign, a step or a segment as words: `Abandoned cart`."""
    return name[:1].upper() + name[1:].replace("_", " ")


def _script(name: str) -> StyleSheet:
    content = (files("penfriend.rendering") / FOLDER / "scripts" / name).read_text(encoding="utf-8")
    return StyleSheet(stamped(name, content), content)


def _style_sheets() -> str:
    """The sheet of all pages, and behind it those of groups of pages."""
    home = files("penfriend.rendering") / FOLDER
    more = sorted((home / "css").iterdir(), key=lambda one: one.name)
    return "\n".join(one.read_text(encoding="utf-8") for one in (home / "dashboard.css", *more))
