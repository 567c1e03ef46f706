"""Catalogs as files (.po): read with the line of each text, and written so that a change of one text is a
change of its own lines. Nothing is wrapped, and a place has its own line.

Babel's writer wraps, renews a date in the header and loses comments of obsolete texts, so a catalog would
differ after each run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from penfriend.domain.problems import Place
from penfriend.rendering.findings import Problems
from penfriend.rendering.formats import locale_of

_CONTENT = re.compile(
    r'(?:(?P<word>msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s*)?"(?P<text>(?:[^"\\]|\\.)*)"\s*'
)
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|[0-7]{1,3}|.)", re.DOTALL)
_MEANING = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_WRITTEN = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_PLACE = re.compile("\u2068[^\u2069]*\u2069\\S*|\\S+")
_NO_ISOLATES = dict.fromkeys((0x2068, 0x2069))
_VALUE = re.compile(r"%\(\w+\)s")
_MAX_FORMS = 10
"""No language has more plural forms than six."""


@dataclass(slots=True)
class Entry:
    """One text with its translations: one, or one for each plural form."""

    text: str = ""
    plural: str | None = None
    context: str = ""
    strings: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    """Of a translator, whole lines with their `#`."""
    notes: list[str] = field(default_factory=list)
    """What the author of the text wants known (`#.`)."""
    places: list[str] = field(default_factory=list)
    """Where it stands (`#:`), as written: with a line or without."""
    flags: list[str] = field(default_factory=list)
    previous: list[str] = field(default_factory=list)
    """The text before it was changed (`#|`), whole lines of the file."""
    is_obsolete: bool = False
    """No template has it any more (`#~`)."""
    line: int = 1
    """Where the text stands in the file."""

    @property
    def key(self) -> tuple[str, str]:
        """Context and text."""
        return self.context, self.text

    @property
    def is_fuzzy(self) -> bool:
        """Whether the translation is one of a former text, to be looked at before it is used."""
        return "fuzzy" in self.flags

    @property
    def is_whole(self) -> bool:
        """Whether there is a translation, in each of its forms."""
        return bool(self.strings) and all(self.strings)


@dataclass(slots=True)
class PoFile:
    """A catalog as it stands in its file."""

    header: str = ""
    """The first paragraph with its comments, as written."""
    fields: dict[str, str] = field(default_factory=dict)
    """What the header says, by name in lower case."""
    entries: list[Entry] = field(default_factory=list)
    said: str = ""
    """The header's text, without comments."""
    behind: list[str] = field(default_factory=list)
    """Comments behind the last text."""


def read_po(file: str, text: str, problems: Problems) -> PoFile | None:
    """The catalog of a .po text. None where it cannot be read, which is told then."""
    reader = _Reader(file, problems)
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if not reader.take(number, line):
            return None
    return reader.end()


class _Reader:
    """Takes line after line."""

    def __init__(self, file: str, problems: Problems) -> None:
        self._file, self._problems = file, problems
        self._made = PoFile()
        self._entry = Entry()
        self._word = ""
        """The keyword that a further string goes on with."""
        self._lines: list[str] = []
        """Those of the entry."""

    def take(self, number: int, line: str) -> bool:
        """Whether the line is part of a catalog."""
        bare = line.strip()
        if not bare:
            if self._lines and not self._word:
                self._lines.append("")
            return True
        if bare.startswith("#") and not bare.startswith("#~"):
            if self._word.startswith("msgstr"):
                self._finish()
            self._comment(bare)
            self._lines.append(line)
            return True
        obsolete = bare.startswith("#~")
        bare = bare.removeprefix("#~").lstrip()
        if obsolete and bare.startswith("|"):
            return True
        matched = _CONTENT.fullmatch(bare)
        if matched is None:
            return self._refuse(number, "this line is no part of a catalog; a text stands in double quotes.")
        return self._content(number, line, matched, obsolete=obsolete)

    def _content(self, number: int, line: str, matched: re.Match[str], *, obsolete: bool) -> bool:
        word, text = matched["word"] or "", _unescaped(matched["text"])
        if word in ("msgctxt", "msgid") and self._word not in ("", "msgctxt"):
            if not self._word.startswith("msgstr"):
                return self._refuse(self._entry.line, "this text has no msgstr.")
            self._finish()
        self._lines.append(line)
        entry = self._entry
        entry.is_obsolete = entry.is_obsolete or obsolete
        if word.startswith("msgstr"):
            if not self._word:
                return self._refuse(number, f"{word} has no msgid before it.")
            form = int(word[7:-1]) if "[" in word else 0
            if form != len(entry.strings) or form >= _MAX_FORMS:
                wanted = f"msgstr[{len(entry.strings)}]" if "[" in word else "msgid"
                return self._refuse(number, f"{word} cannot stand here; {wanted} would be next.")
            entry.strings.append(text)
        elif word:
            self._set(word, text)
            entry.line = number if word == "msgid" else entry.line
        elif not self._word:
            return self._refuse(number, "this text belongs to nothing; msgid or msgstr stands before it.")
        else:
            self._go_on(text)
        self._word = word or self._word
        return True

    def _set(self, word: str, text: str) -> None:
        if word == "msgctxt":
            self._entry.context = text
        elif word == "msgid":
            self._entry.text = text
        else:
            self._entry.plural = text

    def _go_on(self, text: str) -> None:
        if self._word == "msgctxt":
            self._entry.context += text
        elif self._word == "msgid":
            self._entry.text += text
        elif self._word == "msgid_plural":
            self._entry.plural = (self._entry.plural or "") + text
        else:
            self._entry.strings[-1] += text

    def _comment(self, bare: str) -> None:
        entry, rest = self._entry, bare[2:].strip()
        match bare[1:2]:
            case ".":
                entry.notes.append(rest)
            case ":":
                entry.places += [place.translate(_NO_ISOLATES) for place in _PLACE.findall(rest)]
            case ",":
                entry.flags += [flag.strip() for flag in rest.split(",") if flag.strip()]
            case "|":
                entry.previous.append(bare)
            case _:
                entry.comments.append(bare)

    def _finish(self) -> None:
        entry, made = self._entry, self._made
        if entry.text or entry.context:
            made.entries.append(entry)
        elif entry.strings and not made.header:
            made.header = "\n".join(self._lines)
            made.said = entry.strings[0]
            pairs = (line.partition(":") for line in made.said.splitlines())
            made.fields = {name.strip().lower(): value.strip() for name, _, value in pairs}
        self._entry, self._word, self._lines = Entry(), "", []

    def end(self) -> PoFile | None:
        """The catalog, where the last text is whole."""
        if self._word and not self._word.startswith("msgstr"):
            self._refuse(self._entry.line, "this text has no msgstr.")
            return None
        if self._word:
            self._finish()
        self._made.behind = self._entry.comments
        return self._made

    def _refuse(self, number: int, text: str) -> bool:
        self._problems.error(Place(self._file, number), text)
        return False


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_meaning, text) if "\\" in text else text


def _meaning(found: re.Match[str]) -> str:
    word = found[1]
    if word[0] == "x" and len(word) > 1:
        return chr(int(word[1:], 16))
    return chr(int(word, 8)) if word[0] in "01234567" else _MEANING.get(word, word)


def is_as_written(made: PoFile, locale: str) -> bool:
    """Whether the letters are written in the catalog's own language."""
    source = locale_of(made.fields.get("x-source-language", ""))
    own = locale_of(locale)
    return source is not None and own is not None and source.language == own.language


def write_po(made: PoFile) -> str:
    """The text of the file; the obsolete stand at its end."""
    kept = [entry for entry in made.entries if not entry.is_obsolete]
    old = [entry for entry in made.entries if entry.is_obsolete]
    paragraphs = [made.header, *("\n".join(_lines(entry)) for entry in (*kept, *old)), "\n".join(made.behind)]
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def _lines(entry: Entry) -> Iterator[str]:
    yield from entry.comments
    if entry.is_obsolete:
        if entry.is_fuzzy:
            yield "#, fuzzy"
        yield from (f"#~ {line}" for line in _strings(entry))
        return
    yield from (f"#. {note}" for note in entry.notes)
    yield from (f"#: {_isolated(place)}" for place in entry.places)
    if entry.flags:
        yield f"#, {', '.join(entry.flags)}"
    yield from entry.previous
    yield from _strings(entry)


def _isolated(place: str) -> str:
    """A name with a space in it stands between U+2068 and U+2069, as gettext has it."""
    name, colon, line = place.rpartition(":") if place.rpartition(":")[2].isdigit() else (place, "", "")
    return f"\u2068{name}\u2069{colon}{line}" if " " in name else place


def _strings(entry: Entry) -> Iterator[str]:
    yield from source_lines(entry.context, entry.text, entry.plural)
    for number, string in enumerate(entry.strings):
        yield from _quoted("msgstr" if entry.plural is None else f"msgstr[{number}]", string)


def source_lines(context: str, text: str, plural: str | None) -> Iterator[str]:
    """The lines that say which text is translated."""
    if context:
        yield from _quoted("msgctxt", context)
    yield from _quoted("msgid", text)
    if plural is not None:
        yield from _quoted("msgid_plural", plural)


def _quoted(word: str, text: str) -> Iterable[str]:
    """A text of several lines stands as such, behind an empty first one, as gettext writes it."""
    parts: Sequence[str] = _LINES.findall(text)
    if len(parts) > 1:
        return (f'{word} ""', *(_quote(part) for part in parts))
    return (f"{word} {_quote(text)}",)


def _quote(text: str) -> str:
    return '"' + "".join(_WRITTEN.get(character, character) for character in text) + '"'


def flags_of(*texts: str | None) -> list[str]:
    """`python-format` where values are put into the text, as other programs expect it."""
    return ["python-format"] if any(_VALUE.search(text) for text in texts if text) else []
