"""The locales of one revision: which one somebody gets a letter in, and everything that belongs to it, made
once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock

from babel import Locale

from penfriend.domain.definitions import Definitions, Text
from penfriend.domain.problems import Place, Problem
from penfriend.rendering.catalogs import Catalog, Translations, catalog_locales, read_catalog
from penfriend.rendering.compiler import CompiledLetter, Compiler, NumberedLetter, Part, Variant
from penfriend.rendering.environment import Codes, LetterEnvironment
from penfriend.rendering.findings import Problems, TemplateBroken
from penfriend.rendering.formats import Formats, chain, locale_of
from penfriend.rendering.inheritance import Sources
from penfriend.rendering.translation.gathering import variant_of

MAX_SUBJECTS = 10_000
"""So many subjects of steps are kept compiled for one locale."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What is the same in all locales: the files, read, and the code that was compiled."""

    sources: Sources
    codes: Codes
    utm: bool
    """Links are made to carry parameters."""
    track: bool
    """Links are made to be tracked."""
    rows: frozenset[str]
    """The segments whose columns letters can name."""
    variants: Mapping[tuple[str, str, str], str]
    """The files for one locale alone, by letter, locale and kind (mjml, txt)."""


class Speech:
    """One locale: its environments, and the letters compiled for it so far."""

    def __init__(
        self, shared: Shared, locale: Locale, brand: Locale, currency: str, translations: Translations
    ) -> None:
        self.locale = locale
        self.name = str(locale).replace("_", "-")
        """As HTML writes it: `ar-EG`."""
        self.is_rtl = locale.text_direction == "rtl"
        formats = Formats(locale, currency)
        self.html = LetterEnvironment(
            translations, formats, escape=True, codes=shared.codes, rows=shared.rows
        )
        self._translations = translations
        self._paths = shared.sources.paths
        self._variants = shared.variants
        self._names = chain(locale)
        self._brand_names = chain(brand)
        text = LetterEnvironment(translations, formats, escape=False, codes=shared.codes, rows=shared.rows)
        self._compiler = Compiler(
            shared.sources, self.html, text, self.translated, utm=shared.utm, track=shared.track
        )
        self._letters: dict[str, CompiledLetter | TemplateBroken] = {}
        self._subjects: dict[str, Part] = {}
        self._lock = Lock()

    def compile(self, template: str, asked: Place | None = None) -> CompiledLetter:
        """The letter, compiled once. Raises TemplateBroken; where there is no such template its place is
        `asked`."""
        made = self._letters.get(template)
        if made is None:
            with self._lock:
                made = self._letters.get(template) or self._compile(template)
                self._letters[template] = made
        if isinstance(made, TemplateBroken):
            if asked is not None and self._variant(template, "mjml") is None:
                raise TemplateBroken(tuple(replace(problem, place=asked) for problem in made.problems))
            raise made
        return made

    def files(self, template: str) -> tuple[str, ...]:
        """The files that the letter is made of in this locale, without layouts and partials: its MJML, and
        the plain text where that is a file."""
        found = (self._variant(template, kind) for kind in ("mjml", "txt"))
        return tuple(path for path in found if path is not None)

    def content(self, template: str) -> tuple[Problem, ...]:
        """What is found in the content of a letter that can be compiled. Raises TemplateBroken."""
        return self._compiler.content(self._html_alone(template))

    def numbered(self, template: str) -> NumberedLetter:
        """A letter that can be compiled, with numbers in it. Raises TemplateBroken."""
        return self._compiler.numbered(self._html_alone(template))

    def _html_alone(self, template: str) -> Variant:
        return Variant(self._variant(template, "mjml") or f"{template}.mjml", None, self.is_rtl)

    def subject(self, text: str, place: Place) -> Part:
        """A step's own subject, compiled once. Raises TemplateBroken."""
        part = self._subjects.get(text)
        if part is None:
            part = self._compiler.subject(text, place)
            if len(self._subjects) < MAX_SUBJECTS:
                self._subjects[text] = part
        return part

    def translated(self, text: str) -> str:
        """The text in this language, or as it is where no catalog has it."""
        return self._translations.find(text) or text

    def said(self, text: Text) -> str:
        """A text of the campaign files in the reader's language: from its map of locales, or by the
        catalogs."""
        if isinstance(text, str):
            return self.translated(text)
        return next((text[name] for name in (*self._names, *self._brand_names, *text) if name in text), "")

    def _compile(self, template: str) -> CompiledLetter | TemplateBroken:
        mjml = self._variant(template, "mjml")
        if mjml is None:
            file = f"templates/{template}.mjml"
            problem = Problem(
                Place(file),
                f'there is no template "{template}"; {file} does not exist.',
                code="missing-template",
            )
            return TemplateBroken((problem,))
        variant = Variant(mjml, self._variant(template, "txt"), self.is_rtl)
        try:
            return self._compiler.compile(variant)
        except TemplateBroken as broken:
            return broken

    def _variant(self, template: str, kind: str) -> str | None:
        """The file for this locale, else the common one, else that of the brand's locale."""
        own = (self._variants.get((template, name, kind)) for name in self._names)
        common = f"{template}.{kind}"
        brand = (self._variants.get((template, name, kind)) for name in self._brand_names)
        found = (*own, common if common in self._paths else None, *brand)
        return next((path for path in found if path is not None), None)


class Speeches:
    """All locales of one revision."""

    def __init__(self, files: Mapping[str, str], definitions: Definitions) -> None:
        codes: Codes = {}
        plain = LetterEnvironment(Translations([]), Formats(Locale("en"), "EUR"), escape=True, codes=codes)
        brands = (definitions.brand, *definitions.brands.values())
        rows = frozenset(name for name, one in definitions.segments.items() if one.select is not None)
        carried = any(brand.utm is not None for brand in brands)
        tracked = any(definitions.tracking_of(campaign).clicks for campaign in definitions.campaigns)
        self._shared = Shared(Sources(files, plain), codes, carried, tracked, rows, variants_of(files))
        self._currency = definitions.brand.currency
        self.brand = locale_of(definitions.brand.locale) or Locale("en")
        problems = Problems("broken-catalog")
        self.catalog_files = catalog_locales(files)
        """The path of each catalog below templates/, by locale."""
        self.catalogs: dict[str, Catalog] = {
            locale: read_catalog(path, files[path], problems) for locale, path in self.catalog_files.items()
        }
        """By locale."""
        warn_of_unread(files, problems)
        self.problems = problems.all
        """What is wrong with the catalogs."""
        self._made: dict[str, Speech] = {}
        self._lock = Lock()
        self.choose = lru_cache(maxsize=10_000)(self._choose)
        """The locale in which somebody gets a letter, by template and the person's locale."""

    def of(self, locale: Locale) -> Speech:
        """What belongs to the locale."""
        key = str(locale)
        made = self._made.get(key)
        if made is None:
            with self._lock:
                made = self._made.get(key) or self._make(locale)
                self._made[key] = made
        return made

    @property
    def sources(self) -> Sources:
        """The files, read."""
        return self._shared.sources

    def own_catalogs(self, locale: Locale) -> tuple[Catalog, ...]:
        """The catalogs of a reader's own language, the nearest first."""
        return tuple(self.catalogs[name] for name in chain(locale) if name in self.catalogs)

    @property
    def languages(self) -> frozenset[str]:
        """Every locale in which there is a letter beside the brand's."""
        return frozenset({*self.catalogs, *(str(locale) for _, locale, _ in self._shared.variants)})

    def locales(self, template: str) -> tuple[Locale, ...]:
        """Every locale for which this letter is written or translated, the brand's first. The catalog that
        the brand's own letters are looked up in is no further one."""
        found = {str(self.brand): self.brand}
        own = next((name for name in chain(self.brand) if name in self.catalogs), None)
        written = [locale for letter, locale, _ in self._shared.variants if letter == template]
        for name in (*(name for name in self.catalogs if name != own), *written):
            locale = locale_of(name)
            if locale is not None:
                found.setdefault(str(locale), locale)
        return tuple(found.values())

    def _choose(self, template: str, wanted: str) -> Speech:
        """The person's own, where the letter can be had in that language, else the brand's: half a letter in
        each helps nobody."""
        locale = locale_of(wanted) or self.brand
        names = chain(locale)
        spoken = names[-1] == chain(self.brand)[-1] or any(
            name in self.catalogs or (template, name, "mjml") in self._shared.variants for name in names
        )
        return self.of(locale if spoken else self.brand)

    def _make(self, locale: Locale) -> Speech:
        translations = Translations([*self.own_catalogs(locale), *self.own_catalogs(self.brand)])
        return Speech(self._shared, locale, self.brand, self._currency, translations)


def variants_of(files: Mapping[str, str]) -> dict[tuple[str, str, str], str]:
    """The files for one locale alone, such as hello.ar.mjml, by letter, locale and kind."""
    found: dict[tuple[str, str, str], str] = {}
    for path in files:
        locale = locale_of(variant_of(path) or "")
        if locale is not None:
            letter, _, kind = path.rsplit(".", 2)
            found.setdefault((letter, str(locale), kind), path)
    return found


def warn_of_unread(files: Mapping[str, str], problems: Problems) -> None:
    """Names the files that no letter would ever be made of: catalogs in the wrong place, unknown locales."""
    read = catalog_locales(files)
    for path in files:
        name = path.rpartition("/")[2]
        variant = name.split(".")[1] if name.count(".") == 2 else ""
        locale = next((locale for locale, catalog in read.items() if catalog == path), variant)
        if path.endswith(".po") and not variant and path not in read.values():
            problems.warning(
                Place(f"templates/{path}"),
                "this catalog is not read. It belongs in templates/locale/LOCALE/LC_MESSAGES/messages.po.",
                "unread-file",
            )
        elif locale and locale_of(locale) is None:
            problems.warning(
                Place(f"templates/{path}"),
                f'this file is not read: there is no locale "{locale}".',
                "unread-file",
            )
