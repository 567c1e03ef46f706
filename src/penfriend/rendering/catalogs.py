"""Translations: gettext catalogs read from their .po texts, and where a text is looked for.

A text is looked for in the reader's locale (`ar_EG`), its language (`ar`), the brand's locale and its
language; what no catalog has is said as it was written. Babel's own plural rules differ from what translators
expect (FACTS.md 7), so each catalog must write its own `Plural-Forms`.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError, read_po

from penfriend.domain.problems import Place
from penfriend.rendering.findings import Problems

_PATH = re.compile(r"locale/(?P<locale>[A-Za-z0-9_-]+)/LC_MESSAGES/messages\.po")
_PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?([^%\s]?)")
_LINE = re.compile(
    r"""\s*(?:\#.*|(?:(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)\s+)?"(?:[^"\\]|\\.)*"\s*)?"""
)
_PLURAL_FORMS = re.compile(
    r'"Plural-Forms:\s*nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*([^;"\\]+);?', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The translations of one locale: single texts, and those with one form for each plural."""

    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By context (mostly empty) and text."""
    plurals: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    form: Callable[[int], int] = lambda n: int(n != 1)
    """Which form a number takes."""


def catalog_locales(files: Mapping[str, str]) -> dict[str, str]:
    """The path of the catalog of each locale."""
    found = {}
    for path in files:
        matched = _PATH.fullmatch(path)
        if matched:
            found[matched.group("locale").replace("-", "_")] = path
    return found


def read_catalog(path: str, text: str, problems: Problems) -> Catalog:
    """Reads one .po text. What is wrong is told, and the rest is used."""
    file = f"templates/{path}"
    parsed = _parsed(file, text.removeprefix("\ufeff"), problems)
    texts: dict[tuple[str, str], str] = {}
    plurals: dict[tuple[str, str], Sequence[str]] = {}
    count, form = _plural_forms(file, text, problems)
    for message in parsed:
        if not message.id or message.fuzzy:
            continue
        place = Place(file, message.lineno or 1)
        forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
        if not any(forms) or not _is_sound(message, forms, place, problems):
            continue
        if isinstance(message.id, str):
            texts[message.context or "", message.id] = forms[0]
        elif form is not None and (len(forms) != count or not all(forms)):
            problems.error(place, f"this text has {sum(map(bool, forms))} of {count} plural forms.")
        elif form is not None:
            plurals[message.context or "", message.id[0]] = forms
    return Catalog(texts, plurals, form) if form else Catalog(texts, plurals)


def _parsed(file: str, text: str, problems: Problems) -> Iterable[Message]:
    """The messages. Babel reads over lines that it does not understand, so they are looked for before."""
    for number, line in enumerate(text.splitlines(), start=1):
        if not _LINE.fullmatch(line):
            problems.error(
                Place(file, number), "this line is no part of a catalog; a text stands in double quotes."
            )
            return ()
    try:
        return read_po(BytesIO(text.encode()), abort_invalid=True)
    except PoFileError as error:
        problems.error(Place(file, max(error.lineno, 1)), f"this catalog cannot be read: {error}.")
    except (ValueError, LookupError) as error:
        problems.error(Place(file), f"this catalog cannot be read: {error}.")
    return ()


def _plural_forms(file: str, text: str, problems: Problems) -> tuple[int, Callable[[int], int] | None]:
    matched = _PLURAL_FORMS.search(text)
    if matched is None:
        if "msgid_plural" in text:
            problems.error(Place(file), 'the header has no "Plural-Forms: nplurals=...; plural=...;".')
        return 0, None
    line = text.count("\n", 0, matched.start()) + 1
    count = int(matched.group(1))
    try:
        form = gettext.c2py(matched.group(2).strip())
        if count < 1 or not all(0 <= form(n) < count for n in range(1000)):
            raise ValueError(f"a form is not below nplurals={count}")
    except ValueError as error:
        problems.error(Place(file, line), f"Plural-Forms cannot be used: {error}.")
        return 0, None
    return count, form


def _is_sound(message: Message, strings: Sequence[str], place: Place, problems: Problems) -> bool:
    """A translation names no value that the text does not have: it would fail when the letter is made."""
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    known = {name for text in ids for name, _ in _PLACEHOLDER.findall(text) if name}
    for string in strings:
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
