"""Which texts of letters a catalog has no translation for: warnings at the letters, few of them.

A text is missing where no catalog of a reader's own language has it. Texts of one file are told together, and
a language that has only been begun is one warning at its catalog.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from babel import Locale

from penfriend.domain.problems import Place, quote
from penfriend.domain.written import WrittenText
from penfriend.rendering.catalogs import Catalog
from penfriend.rendering.findings import Problems
from penfriend.rendering.formats import chain, locale_of
from penfriend.rendering.ignores import Ignore
from penfriend.rendering.inheritance import Flattener
from penfriend.rendering.translation.gathering import head_texts, texts_of, variant_of

if TYPE_CHECKING:
    from penfriend.rendering.speech import Speeches

SHOWN = 3
"""So many texts are named in one warning."""
MOST_FILES = 5
"""Where more files lack translations, the catalog as a whole gets the warning."""


def warn_of_missing(
    speeches: Speeches, letters: Collection[str], written: Iterable[WrittenText]
) -> tuple[Problems, list[Ignore]]:
    """Warnings of each catalog's gaps in the `letters` that are sent and in the texts of campaign files, and
    what the heads of the letters' files silence."""
    problems = Problems()
    ignores: dict[Ignore, None] = {}
    shared = list(written)
    read: dict[str, list[WrittenText]] = {}
    for name in speeches.catalogs:
        locale = locale_of(name)
        if locale is None:
            continue
        said = dict.fromkeys(shared)
        for letter in letters:
            for path in speeches.of(locale).files(letter):
                if path not in read:
                    read[path] = _texts_of(speeches, path, ignores)
                said.update(dict.fromkeys(read[path]))
        _warn(locale, f"templates/{speeches.catalog_files[name]}", list(said), speeches, problems)
    return problems, list(ignores)


def _texts_of(speeches: Speeches, path: str, ignores: dict[Ignore, None]) -> list[WrittenText]:
    """All texts of one file of a letter, with layouts and partials; what a variant itself says needs no
    catalog."""
    flattener = Flattener(speeches.sources, Problems())
    texts = [*head_texts(flattener.source(path), path), *texts_of(flattener.flatten(path))]
    ignores.update(flattener.ignores)
    return [text for text in texts if variant_of(text.place.file) is None]


def _warn(
    locale: Locale, file: str, said: Sequence[WrittenText], speeches: Speeches, problems: Problems
) -> None:
    language = f"{locale.get_display_name('en')} ({locale})"
    names, own = frozenset(chain(locale)), speeches.own_catalogs(locale)
    without = [text for text in said if not _is_said(text, names, own)]
    fuzzy = [text for text in without if not text.locales and any(text.key in one.fuzzy for one in own)]
    is_written = any(catalog.is_as_written for catalog in own)  # what is missing is said in this language
    missing = [text for text in without if text not in fuzzy and not is_written]
    for place, texts in _grouped(file, missing):
        problems.warning(
            place,
            f"{_named(texts)} no translation into {language}; its readers get another language there.",
            "missing-translation",
        )
    for place, texts in _grouped(file, fuzzy):
        problems.warning(
            place,
            f"{_named(texts)} a fuzzy translation into {language}: made for a former text, and not used.",
            "fuzzy-translation",
        )


def _is_said(text: WrittenText, names: frozenset[str], own: Sequence[Catalog]) -> bool:
    if text.locales:
        return not names.isdisjoint(text.locales)
    return any(catalog.has(text.key) for catalog in own)


def _grouped(file: str, texts: Sequence[WrittenText]) -> Iterator[tuple[Place, list[WrittenText]]]:
    """The texts by file, at the first of each; at the catalog where there are many files."""
    ordered = sorted(dict.fromkeys(texts), key=lambda text: text.place)
    files = [list(group) for _, group in groupby(ordered, key=lambda text: text.place.file)]
    if len(files) > MOST_FILES:
        yield Place(file), ordered
    else:
        yield from ((group[0].place, group) for group in files)


def _named(texts: Sequence[WrittenText]) -> str:
    """The texts as the beginning of a sentence, each once: `"Hello" has`, `5 texts ("Hello", ...) have`."""
    once = list(dict.fromkeys(text.text for text in texts))
    if len(once) == 1:
        return f"{quote(once[0])} has"
    names = ", ".join(map(quote, once[:SHOWN]))
    more = ", ..." if len(once) > SHOWN else ""
    return f"{len(once)} texts ({names}{more}) have"
