"""Translations: gettext catalogs read from their .po texts, and where a text is looked for.

A text is looked for in the reader's locale (`ar_EG`), its language (`ar`), the brand's locale and its
language; what no catalog has is said as it was written. Babel's own plural rules differ from what translators
expect (FACTS.md 7), so each catalog must write its own `Plural-Forms`.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from penfriend.domain.problems import Place, Problem
from penfriend.rendering.findings import Problems
from penfriend.rendering.formats import locale_of
from penfriend.rendering.translation.plural_forms import forms_of
from penfriend.rendering.translation.po import Entry, is_as_written, read_po

_PATH = re.compile(r"locale/(?P<locale>[A-Za-z0-9_-]+)/LC_MESSAGES/messages\.po")
_PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?([^%\s]?)")
_PLURAL_FORMS = re.compile(
    r'"Plural-Forms:\s*nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*([^;"\\]+);?', re.IGNORECASE
)
_COUNT = re.compile(r"nplurals=(\d+)")


@dataclass(frozen=True, slots=True)
class Catalog:
    """The translations of one locale: single texts, and those with one form for each plural."""

    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By context (mostly empty) and text."""
    plurals: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    form: Callable[[int], int] = lambda n: int(n != 1)
    """Which form a number takes."""
    fuzzy: frozenset[tuple[str, str]] = frozenset()
    """Texts with a translation of what they were before; it is not used."""
    is_as_written: bool = False
    """Letters are written in its own language: what it lacks is right all the same."""

    def has(self, key: tuple[str, str]) -> bool:
        """Whether it translates the text: context and text."""
        return key in self.texts or key in self.plurals


def catalog_path(locale: str) -> str:
    """Where the catalog of a locale belongs, below templates/."""
    return f"locale/{locale}/LC_MESSAGES/messages.po"


def catalog_locales(files: Mapping[str, str]) -> dict[str, str]:
    """The path of the catalog of each locale, by the name under which it is looked for: `pt_BR` for a folder
    `pt-br`."""
    found: dict[str, str] = {}
    for path in files:
        matched = _PATH.fullmatch(path)
        if matched:
            name = matched.group("locale")
            found.setdefault(str(locale_of(name) or name), path)
    return found


def read_catalog(path: str, text: str, problems: Problems) -> Catalog:
    """Reads one .po text. What is wrong is told, and the rest is used."""
    catalog, found = _read(path, text, problems.code)
    problems.add(found)
    return catalog


@lru_cache(maxsize=64)  # a new revision has most often the catalogs of the one before it
def _read(path: str, text: str, code: str) -> tuple[Catalog, tuple[Problem, ...]]:
    problems = Problems(code)
    return _catalog(path, text, problems), problems.all


def _catalog(path: str, text: str, problems: Problems) -> Catalog:
    file, locale = f"templates/{path}", path.split("/")[1]
    made = read_po(file, text, problems)
    if made is None:
        return Catalog()
    count, form = _plural_forms(file, locale, text, problems)
    texts: dict[tuple[str, str], str] = {}
    plurals: dict[tuple[str, str], Sequence[str]] = {}
    seen: dict[tuple[str, str], Entry] = {}
    for entry in made.entries:
        if entry.is_obsolete:
            continue
        place = Place(file, entry.line)
        first = seen.setdefault(entry.key, entry)
        if first.strings != entry.strings and any(first.strings) and any(entry.strings):
            problems.warning(
                place,
                f"this text stands here twice, and is translated in another way on line {first.line}; "
                f"`penfriend translate update` leaves one.",
                "doubtful-catalog",
            )
        if entry.is_fuzzy or not any(entry.strings) or not _is_sound(entry, place, problems):
            continue
        if entry.plural is None:
            texts.setdefault(entry.key, entry.strings[0])
        elif form is not None and (len(entry.strings) != count or not all(entry.strings)):
            given = sum(map(bool, entry.strings))
            problems.error(place, f"this text has {given} of {count} plural forms.")
        elif form is not None:
            plurals.setdefault(entry.key, entry.strings)
    read = Catalog(
        texts,
        plurals,
        fuzzy=frozenset(key for key, entry in seen.items() if entry.is_fuzzy and any(entry.strings)),
        is_as_written=is_as_written(made, locale),
    )
    return replace(read, form=form) if form else read


def _plural_forms(
    file: str, locale: str, text: str, problems: Problems
) -> tuple[int, Callable[[int], int] | None]:
    matched = _PLURAL_FORMS.search(text)
    usual = forms_of(locale) or "nplurals=...; plural=...;"
    if matched is None:
        if "msgid_plural" in text:
            problems.error(Place(file), f'the header has no "Plural-Forms: {usual}".')
        return 0, None
    place = Place(file, text.count("\n", 0, matched.start()) + 1)
    count = int(matched.group(1))
    try:
        form = gettext.c2py(matched.group(2).strip())
        if count < 1 or not all(0 <= form(n) < count for n in range(1000)):
            raise ValueError(f"a form is not below nplurals={count}")
    except ValueError as error:
        problems.error(place, f"Plural-Forms cannot be used: {error}.")
        return 0, None
    wanted = _COUNT.match(usual)
    if wanted is not None and count < int(wanted[1]) and "msgid_plural" in text:
        problems.warning(
            place,
            f"{locale} has more than {count} plural forms. Plural-Forms: {usual}",
            "doubtful-catalog",
        )
    return count, form


def _is_sound(entry: Entry, place: Place, problems: Problems) -> bool:
    """A translation names no value that the text does not have: it would fail when the letter is made."""
    texts = (entry.text, entry.plural or "")
    known = {name for text in texts for name, _ in _PLACEHOLDER.findall(text) if name}
    for string in entry.strings:
        for name, kind in _PLACEHOLDER.findall(string.replace("%%", "")):
            if kind != "s" and (name or known):
                problems.error(
                    place, f'"%{kind}" is no placeholder; one reads %(name)s, and a percent sign %%.'
                )
                return False
            if name and name not in known:
                names = ", ".join(f"%({one})s" for one in sorted(known)) or "no placeholder"
                problems.error(place, f"the translation has %({name})s; the text has {names}.")
                return False
    return True


class Translations:
    """Looks texts up in several catalogs, the nearest first."""

    def __init__(self, catalogs: Sequence[Catalog]) -> None:
        self._catalogs = tuple(catalogs)

    def find(self, text: str, context: str = "") -> str | None:
        """The translation, or None where there is none."""
        key = (context, text)
        for catalog in self._catalogs:
            found = catalog.texts.get(key)
            if found is not None:
                return found
            forms = catalog.plurals.get(key)
            if forms is not None:
                return forms[0]
        return None

    def find_plural(self, singular: str, plural: str, number: int, context: str = "") -> str:
        """The form that the number takes, of the translation or else of English."""
        key = (context, singular)
        for catalog in self._catalogs:
            forms = catalog.plurals.get(key)
            if forms is not None:
                return forms[catalog.form(number)]
        return singular if number == 1 else plural
