"""The texts of templates and campaign files made into messages.pot, and merged into a language's catalog.

As gettext does it: a translation stays with its text; where a text was changed, that of the former one is
proposed and marked fuzzy, and not used until somebody has looked at it; what no template has any more goes to
the end. Unlike gettext, a proposal is taken only of texts that are gone, so that a new letter does not make
copies of others doubtful. A line of a template is not named in a catalog: editing a template would change all
of them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from babel import Locale

from penfriend.domain.written import WrittenText
from penfriend.rendering.formats import chain, locale_of
from penfriend.rendering.translation.gathering import variant_of
from penfriend.rendering.translation.plural_forms import plural_forms
from penfriend.rendering.translation.po import Entry, PoFile, flags_of, is_as_written, source_lines, write_po

Key = tuple[str, str]
SIMILAR = 0.6
"""How alike two texts are that one was changed into the other, from 0 to 1: gettext's own."""
_COUNT = re.compile(r"nplurals\s*=\s*(\d)")
_POT_HEADER = """\
# Every text of the letters, gathered by `penfriend translate extract`. Translations stand in
# LOCALE/LC_MESSAGES/messages.po.
msgid ""
msgstr ""
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n\""""
_HEADER = """\
# {language} letters. Behind msgid stands a text as it is written, behind msgstr what {language} readers get.
msgid ""
msgstr ""
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {forms}\\n\""""
_AS_WRITTEN = '\n"X-Source-Language: {locale}\\n"'


@dataclass(frozen=True, slots=True)
class Merged:
    """A catalog after the merge, and what became of its texts."""

    text: str
    texts: int
    added: int = 0
    changed: int = 0
    """Proposed by the translation of a former text."""
    gone: int = 0
    untranslated: int = 0
    fuzzy: int = 0


def together(texts: Iterable[WrittenText]) -> list[Entry]:
    """One entry for each text, with all its places, in the order in which they come first."""
    entries: dict[Key, Entry] = {}
    for one in texts:
        entry = entries.setdefault(one.key, Entry(one.text, one.plural, one.context))
        entry.plural = entry.plural if entry.plural is not None else one.plural
        place = f"{one.place.file}:{one.place.line}"
        if place not in entry.places:
            entry.places.append(place)
        if one.note and one.note not in entry.notes:
            entry.notes.append(one.note)
    for entry in entries.values():
        entry.strings = [""] if entry.plural is None else ["", ""]
        entry.flags = flags_of(entry.text, entry.plural)
    return list(entries.values())


def template_text(texts: Iterable[WrittenText]) -> str:
    """The content of messages.pot."""
    return write_po(PoFile(_POT_HEADER, entries=together(texts)))


def new_catalog(locale: Locale) -> PoFile:
    """A catalog without texts."""
    language = locale.get_display_name("en") or str(locale)
    header = _HEADER.format(language=language, locale=locale, forms=plural_forms(locale))
    return PoFile(header, {"language": str(locale), "plural-forms": plural_forms(locale)})


def as_written(made: PoFile, locale: Locale) -> PoFile:
    """The catalog, whose head says that letters are written in its own language."""
    if is_as_written(made, str(locale)):
        return made
    header = made.header + _AS_WRITTEN.format(locale=locale)
    return replace(made, header=header, fields={**made.fields, "x-source-language": str(locale)})


def merge(made: PoFile, locale: str, texts: Sequence[WrittenText]) -> Merged:
    """The catalog with these texts; what other locales' variants say is left out."""
    return _Merge(made, locale).with_texts(together(_wanted(texts, locale)))


def _wanted(texts: Iterable[WrittenText], locale: str) -> Iterator[WrittenText]:
    language = _language(locale)
    for text in texts:
        variant = variant_of(text.place.file) if text.place.file.startswith("templates/") else None
        if variant is None or _language(variant) == language:
            yield text


def _language(name: str) -> str:
    locale = locale_of(name)
    return name if locale is None else chain(locale)[-1]


class _Merge:
    """One catalog and the texts that it had."""

    def __init__(self, made: PoFile, locale: str) -> None:
        self._made = made
        count = _COUNT.search(made.fields.get("plural-forms", ""))
        self._forms = max(1, int(count[1])) if count else 2
        self._as_written = is_as_written(made, locale)
        self._had: dict[Key, Entry] = {}
        self._obsolete: dict[Key, Entry] = {}
        for entry in made.entries:
            held = self._obsolete if entry.is_obsolete else self._had
            first = held.setdefault(entry.key, entry)
            if first is not entry:  # twice, as when two branches added it
                kept, other = (first, entry) if first.is_whole or not entry.is_whole else (entry, first)
                kept.comments = list(dict.fromkeys((*kept.comments, *other.comments)))
                held[entry.key] = kept

    def with_texts(self, wanted: Sequence[Entry]) -> Merged:
        """The catalog after the merge."""
        kept: list[Entry | None] = [self._kept(entry) for entry in wanted]
        added = changed = 0
        for number, entry in enumerate(wanted):
            if kept[number] is None:
                kept[number] = made = self._proposed(entry)
                changed += made is not None
                added += made is None
        gone = [entry for entry in self._had.values() if self._is_worth_keeping(entry)]
        for entry in gone:
            entry.is_obsolete = True
        entries = [self._finished(one or self._new(of), of) for one, of in zip(kept, wanted, strict=True)]
        text = write_po(replace(self._made, entries=[*entries, *self._obsolete.values(), *gone]))
        fuzzy = sum(entry.is_fuzzy for entry in entries)
        empty = sum(not entry.is_whole and not entry.is_fuzzy for entry in entries)
        return Merged(text, len(entries), added, changed, len(gone), empty, fuzzy)

    def _kept(self, wanted: Entry) -> Entry | None:
        """The entry of the same text, which may have come back."""
        entry = self._had.pop(wanted.key, None) or self._obsolete.pop(wanted.key, None)
        if entry is not None and entry.plural != wanted.plural and not self._is_identity(entry):
            self._propose(entry, entry, wanted)
        return entry

    def _proposed(self, wanted: Entry) -> Entry | None:
        """The entry of the text that this one was before."""
        candidates = {
            entry.text: entry
            for entry in (*self._obsolete.values(), *self._had.values())
            if any(entry.strings)
        }
        near = difflib.get_close_matches(wanted.text, candidates, n=1, cutoff=SIMILAR)
        if not near:
            return None
        entry = candidates[near[0]]
        (self._obsolete if entry.is_obsolete else self._had).pop(entry.key)
        made = Entry(wanted.text, wanted.plural, wanted.context, comments=entry.comments)
        if not self._is_identity(entry):
            self._propose(made, entry, wanted)
        return made

    def _propose(self, made: Entry, former: Entry, wanted: Entry) -> None:
        """Gives it the translation of the former text, to be looked at."""
        made.strings = former.strings[:1] if wanted.plural is None else list(former.strings)
        if any(made.strings) and wanted.plural is not None and former.plural is None:
            made.strings *= self._forms
        if any(made.strings):
            made.flags = ["fuzzy"]
            made.previous = [
                f"#| {line}" for line in source_lines(former.context, former.text, former.plural)
            ]

    def _new(self, wanted: Entry) -> Entry:
        return Entry(wanted.text, wanted.plural, wanted.context)

    def _finished(self, entry: Entry, wanted: Entry) -> Entry:
        """The entry with what the templates say of it now."""
        entry.is_obsolete = False
        entry.plural = wanted.plural
        entry.notes = wanted.notes
        entry.places = list(dict.fromkeys(place.rpartition(":")[0] for place in wanted.places))
        others = [flag for flag in entry.flags if flag not in ("fuzzy", "python-format")]
        entry.flags = [*(["fuzzy"] if entry.is_fuzzy else []), *wanted.flags, *others]
        if not entry.is_fuzzy:
            entry.previous = []
        if self._as_written and not any(entry.strings):
            entry.strings = [entry.text, *self._many(entry)]
        count = 1 if entry.plural is None else self._forms
        entry.strings += [""] * (count - len(entry.strings))
        return entry

    def _many(self, entry: Entry) -> list[str]:
        return [] if entry.plural is None else [entry.plural] * (self._forms - 1)

    def _is_identity(self, entry: Entry) -> bool:
        """Whether it says what is written, in a catalog that is filled so; it is made anew then."""
        if not self._as_written or entry.strings != [entry.text, *self._many(entry)]:
            return False
        entry.strings = []
        return True

    def _is_worth_keeping(self, entry: Entry) -> bool:
        return any(entry.strings) and not self._is_identity(entry)
