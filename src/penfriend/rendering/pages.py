"""The pages behind the links of mails, in the reader's language: HTML, one style sheet, no script.

Each language is one file of texts beside the templates (`pages/en.toml`); the words of the shop (titles of
topics, questions) come from the live revision. Every value is escaped, and stands in a <bdi> of its own where
it is part of a sentence, so that a Latin name inside Arabic turns nothing round.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Literal
from urllib.parse import urlsplit

from babel import Locale
from babel.dates import format_date
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from penfriend.domain.definitions import Text
from penfriend.domain.letter import Renderer
from penfriend.domain.timing import to_datetime, zone_of
from penfriend.domain.tokens import Claim, Purpose
from penfriend.domain.visits import (
    LONGEST_COMMENT,
    PAUSE_DAYS,
    ConfirmPage,
    GonePage,
    LeavePage,
    LetterPage,
    Page,
    PreferencesPage,
    Setting,
    SurveyPage,
)
from penfriend.rendering import tokens
from penfriend.rendering.formats import chain, locale_of
from penfriend.rendering.renderer import TemplateRenderer

LANGUAGES = ("en", "tr", "ar", "pl")
"""In which the pages can be read; the first is for everybody else."""
Notice = Literal["missing", "failed", "too_large"]
"""Pages that are nobody's: no such address, a fault of ours, a body that is too long."""

_FOLDER = files("penfriend.rendering") / "pages"
_TEMPLATES: Mapping[type[Page], str] = {
    LeavePage: "leave.html",
    PreferencesPage: "preferences.html",
    SurveyPage: "survey.html",
    ConfirmPage: "confirm.html",
    GonePage: "gone.html",
}
_ACCEPTED = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=([01](?:\.\d{1,3})?)\s*)?")
_LONGEST_HEADER = 200


class SignedTokens:
    """`penfriend.domain.visits.Tokens` with these keys: the first signs, all verify."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tokens.key_list(keys)

    def sign(self, claim: Claim) -> str:
        """The token of a claim."""
        return tokens.sign(claim, self._keys)

    def read(self, token: str, purpose: Purpose) -> Claim | None:
        """The claim of a token that is good for this purpose; None for everything else."""
        return tokens.read(token, purpose, self._keys)

    def read_link(self, token: str) -> tuple[Claim, str] | None:
        """The claim of the token of a link, and the address that is signed with it; None for everything
        else."""
        return tokens.read_link(token, self._keys)


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """The one style sheet. Its name changes with its content, so that it can be kept for good."""

    name: str
    content: str


def stamped(name: str, content: str) -> str:
    """The name with a stamp of the content, with which it changes."""
    stem, _, ending = name.partition(".")
    return f"{stem}-{hashlib.sha256(content.encode()).hexdigest()[:12]}.{ending}"


def environment_of(folder: str) -> Environment:
    """Jinja for the pages of that folder of this package."""
    return Environment(
        loader=PackageLoader("penfriend.rendering", folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Pages:
    """Makes the HTML of pages. `renderer` gives the live revision's, which knows its catalogs."""

    def __init__(self, renderer: Callable[[], Renderer]) -> None:
        self._renderer = renderer
        self._texts = {language: read_texts(language) for language in LANGUAGES}
        self._environment = environment_of("pages")
        content = (_FOLDER / "pages.css").read_text(encoding="utf-8")
        self.stylesheet = StyleSheet(stamped("pages.css", content), content)

    def html(self, page: Page) -> str:
        """The page."""
        if isinstance(page, LetterPage):
            return page.html
        return self._fill(_TEMPLATES[type(page)], page.setting, {"page": page})

    def notice(self, what: Notice, setting: Setting, accept_language: str) -> str:
        """A page that is nobody's, in the language that the browser asks for."""
        wanted = next((name for name in accepted(accept_language) if language_of(name)), setting.brand_locale)
        return self._fill("notice.html", replace(setting, locale=wanted, address=""), {"what": what})

    def _fill(self, template: str, setting: Setting, values: Mapping[str, object]) -> str:
        names = (setting.locale, setting.brand_locale, LANGUAGES[0])
        name = next(name for name in names if language_of(name))
        locale = locale_of(name) or Locale(LANGUAGES[0])
        words = Words(self._texts[language_of(name) or LANGUAGES[0]])
        return self._environment.get_template(template).render(
            values,
            setting=setting,
            address=setting.address or words("your_address"),
            lang=str(locale).replace("_", "-"),
            dir="rtl" if locale.text_direction == "rtl" else "ltr",
            root=urlsplit(setting.public_url).path.rstrip("/"),
            stylesheet=self.stylesheet.name,
            wordmark=_wordmark(setting.brand),
            longest=LONGEST_COMMENT,
            t=words,
            said=lambda text: self._said(text, locale, setting),
            languages=self._languages(setting),
            pause_days=PAUSE_DAYS,
            day=lambda moment, zone: format_date(to_datetime(moment, zone_of(zone)), "long", locale),
        )

    def _languages(self, setting: Setting) -> list[tuple[str, str, bool]]:
        """Those in which there are letters: name, what it calls itself, whether the contact has it. Empty
        where there is one alone."""
        renderer = self._renderer() if setting.address else None
        found = {setting.brand_locale.partition("_")[0]}
        if isinstance(renderer, TemplateRenderer):
            found |= renderer.speeches.languages
        names = [(name, locale) for name in sorted(found) if (locale := locale_of(name)) is not None]
        mine = next((one for one in chain(locale_of(setting.locale) or Locale("en")) if one in found), None)
        told = [(name, locale.get_display_name() or name, name == mine) for name, locale in names]
        return told if len(told) > 1 else []

    def _said(self, text: Text, locale: Locale, setting: Setting) -> str:
        """The shop's own words in the reader's language."""
        return said_by(self._renderer(), text, locale, setting.brand_locale)


def said_by(renderer: Renderer, text: Text, locale: Locale, brand_locale: str) -> str:
    """A text of the campaign files in that language: by its map of locales, or by the renderer's catalogs."""
    if isinstance(renderer, TemplateRenderer):
        return renderer.speeches.of(locale).said(text)
    if isinstance(text, str):
        return text
    brand = locale_of(brand_locale)
    names = (*chain(locale), *(chain(brand) if brand else ()), *text)
    return next((text[name] for name in names if name in text), "")


class Words:
    """The texts of one language, as templates call them: `t("left_text", address=address)`."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def __call__(self, key: str, **values: object) -> Markup:
        """The text with its values in place, each kept apart from the direction of what is around it."""
        if not values:
            return escape(self._texts[key])
        apart = {name: Markup("<bdi>{}</bdi>").format(value) for name, value in values.items()}
        return escape(self._texts[key]).format(**apart)

    def __contains__(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._texts

    def plain(self, key: str, **values: object) -> str:
        """The text with its values in place, as it is: for what escapes it later, such as the title of a
        chart."""
        return self._texts[key].format(**values) if values else self._texts[key]


def read_texts(language: str, folder: str = "pages") -> dict[str, str]:
    """The texts of one language by their keys, for the pages of that folder of this package: of its file, and
    of the files in the language's folder beside it, one for each group of pages."""
    home = files("penfriend.rendering") / folder
    more = home / language
    found = sorted(more.iterdir(), key=lambda one: one.name) if more.is_dir() else []
    texts: dict[str, str] = {}
    for file in (home / f"{language}.toml", *found):
        texts |= tomllib.loads(file.read_text(encoding="utf-8"))
    return texts


def accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header (RFC 9110 12.5.4), the most wanted first."""
    found: list[tuple[float, str]] = []
    for part in header[:_LONGEST_HEADER].split(","):
        matched = _ACCEPTED.fullmatch(part)
        if matched and (weight := float(matched.group(2) or 1)) > 0:
            found.append((-weight, matched.group(1)))
    return [name for _, name in sorted(found, key=lambda one: one[0])]


def language_of(name: str) -> str | None:
    """Which of LANGUAGES a locale is of."""
    locale = locale_of(name)
    return locale.language if locale and locale.language in LANGUAGES else None


def _wordmark(brand: str) -> Markup:
    """The brand's name with its ampersand set apart, as in the letters."""
    return escape(brand).replace("&amp;", Markup("<i>&amp;</i>"))
