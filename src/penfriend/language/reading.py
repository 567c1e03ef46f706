"""What all readers of the language share: the report, the names that the files define, and reading a mapping
by its table of keys."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from penfriend.domain.definitions import DataTypes, Text
from penfriend.domain.sources import Source
from penfriend.domain.timing import Moment
from penfriend.domain.written import WrittenText
from penfriend.language.nodes import Entry, MappingNode, Node, Scalar, Sequence, is_null, kind_of
from penfriend.language.quoting import listing, quote
from penfriend.language.report import Placed, Report
from penfriend.language.scope import MadeOf
from penfriend.language.shapes import LOCALE, TEXT, Table, Word
from penfriend.language.words import WordError

T = TypeVar("T")


class AlreadyReportedError(WordError):
    """What is wrong here is a consequence of something that stands in the report."""


class Found(dict[str, Entry]):
    """The entries of a mapping by its table of keys."""

    meant: frozenset[str] = frozenset()
    """Keys that stand there misspelt: that they are missing is no further problem."""

    def lacks(self, key: str) -> bool:
        """Whether a key is neither there nor misspelt."""
        return key not in self and key not in self.meant


@dataclass(frozen=True, slots=True)
class Names:
    """What the files define, so that what they use can be checked. A name whose definition is broken is
    defined all the same."""

    data: DataTypes = field(default_factory=DataTypes)
    untyped: frozenset[tuple[str, str]] = frozenset()
    """Names of `data` whose type is broken: (contact, product or the event's name, attribute or property)."""
    topics: Collection[str] = frozenset()
    segments: Mapping[str, MadeOf | None] = field(default_factory=dict)
    """What each segment is made of; None where that is broken."""
    campaigns: Collection[str] = frozenset()
    surveys: Collection[str] = frozenset()
    templates: Collection[str] | None = None
    """None: not to be checked."""
    coupons: Collection[str] = frozenset()
    webhooks: Collection[str] = frozenset()
    brands: Collection[str] = frozenset()
    transports: Collection[str] = frozenset()
    sources: Mapping[str, Source | None] = field(default_factory=dict)
    """None: it is broken."""
    locale: str = "en"
    timezone: str = "UTC"
    """The brand's zone."""


@dataclass(frozen=True, slots=True)
class Heeded:
    """A place that goes by opens or clicks."""

    at: Placed
    opens: bool
    """By opens, not by clicks."""
    campaign: str | None
    """Of the mails of this campaign; None is those of any."""
    consequence: str
    """What it means that there are none."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads values and reports what is wrong with them. A value that cannot be had is None; that is in the
    report then."""

    report: Report
    names: Names = field(default_factory=Names)
    now: Moment | None = None
    """When the files are read, to tell what is past; None: not to be told."""
    check_transport: Callable[[str], str | None] | None = None
    """What is wrong with a transport's address, as a sentence."""
    files: Mapping[str, str] = field(default_factory=dict)
    """The texts of all files by their path, those with a SELECT among them."""
    texts: list[WrittenText] = field(default_factory=list)
    """The texts read so far that are said in the reader's language."""

    campaign: str | None = None
    """The campaign that is read; None outside of all."""
    heeded: list[Heeded] = field(default_factory=list)
    """What goes by opens and clicks: whether they are tracked is known when all campaigns are read."""

    def error(self, at: Placed, text: str) -> None:
        """Notes an error."""
        self.report.error(at, text)

    def unknown(self, at: Placed, what: str, word: str, known: Collection[str], lists: str) -> None:
        """Notes an unknown name, with a guess and the list; `lists` is the beginning of that sentence."""
        guess = self.report.suggest(word, known)
        rest = f" {lists}: {listing(known)}." if known else f" {lists}: nothing yet."
        self.error(at, f"unknown {what} {quote(word)}.{guess}{rest}")

    def pairs(self, node: Node | None, what: str) -> Iterable[Entry]:
        """The entries of a mapping; nothing written is an empty one."""
        if isinstance(node, MappingNode):
            return node.entries.values()
        if node is not None and not is_null(node):
            hint = (
                " A colon needs a space behind it." if isinstance(node, Scalar) and ":" in node.text else ""
            )
            self.error(node, f"{what} wants keys with values, not {kind_of(node)}.{hint}")
        return ()

    def items(self, node: Node | None, what: str, *, or_one: bool = False) -> tuple[Node, ...]:
        """The entries of a list; with `or_one` a single value is a list of one."""
        if isinstance(node, Sequence):
            return node.items
        if node is None or (or_one and not is_null(node)):
            return () if node is None else (node,)
        dashes = isinstance(node, MappingNode) and any(key.startswith("-") for key in node.entries)
        hint = " A - needs a space behind it." if dashes else ""
        self.error(node, f"{what} wants a list, not {kind_of(node)}.{hint}")
        return ()

    def table(self, node: Node, table: Table, at: Placed | None = None) -> Found:
        """The entries of a mapping; what its table does not know or misses is noted."""
        found = Found()
        guesses = ""
        for entry in self.pairs(node, table.what):
            name = entry.key.text
            known = table.keys.get(name)
            if known is None:
                guesses += self._unknown_key(entry.key, table)
            else:
                found[name] = entry
        if guesses:
            found.meant = frozenset(key for key in table.keys if f'"{key}"' in guesses)
        if not found.keys() >= table.required and (isinstance(node, MappingNode) or is_null(node)):
            self._ask_for_required(node, table, found, at or node)
        return found

    def _ask_for_required(self, node: Node, table: Table, found: Found, at: Placed) -> None:
        """Reports what is missing, but not what stands there misspelt or is done by another key."""
        written = node.entries if isinstance(node, MappingNode) else {}
        if any(key in written for key in table.instead):
            return
        for name in table.required:
            if found.lacks(name):
                self.error(at, f"{table.what} needs {quote(name)}: {table.keys[name].meaning}.")

    def _unknown_key(self, key: Scalar, table: Table) -> str:
        """Reports a key that the table does not know; the guess at what was meant."""
        guess = self.report.suggest(key.text, table.keys)
        if not guess and ":" in key.text:
            guess = " A colon needs a space behind it."
        what = f"{table.what[:1].upper()}{table.what[1:]}"
        self.error(key, f"unknown key {quote(key.text)}.{guess} {what} has: {listing(table.keys)}.")
        return guess

    @staticmethod
    def has_unknown(node: Node, table: Table) -> bool:
        """Whether a mapping has a key that its table does not know: it may be misspelt."""
        return isinstance(node, MappingNode) and not node.entries.keys() <= table.keys.keys()

    def text(self, node: Node, what: str) -> str | None:
        """The text of a single value."""
        if isinstance(node, Scalar) and not node.is_null:
            return node.text
        self.error(
            node,
            f"{what} has no value." if is_null(node) else f"{what} wants one value, not {kind_of(node)}.",
        )
        return None

    def word(self, entry: Entry | None, word: Word[T]) -> T | None:
        """The value of a key that is one word; None where the key is not there."""
        if entry is None:
            return None
        node = entry.value
        if isinstance(node, Scalar) and not node.is_null:
            return self._parsed(node, word)
        return self.value(node, word, quote(entry.key.text))

    def value(self, node: Node, word: Word[T], what: str) -> T | None:
        """The value of a node that is one word."""
        return (
            None
            if self.text(node, what) is None or not isinstance(node, Scalar)
            else self._parsed(node, word)
        )

    def _parsed(self, node: Scalar, word: Word[T]) -> T | None:
        try:
            return word.parse(node.text)
        except AlreadyReportedError:
            return None
        except WordError as error:
            self.error(node, str(error))
            return None

    def named(self, node: Node | None, what: str, word: Word[str]) -> Iterator[Entry]:
        """The entries of a mapping from names; a name that is none is reported, its entry is read all the
        same."""
        for entry in self.pairs(node, what):
            self.value(entry.key, word, what)
            yield entry

    def reference(self, entry: Entry | None, what: str, known: Collection[str], section: str) -> str | None:
        """A name that has to be defined in `section`."""
        if entry is None:
            return None
        name = self.text(entry.value, quote(entry.key.text))
        if name is None or name in known:
            return name
        self.unknown(entry.value, what, name, known, f"Defined in {section}")
        return None

    def written(self, node: Node, text: str | None) -> str | None:
        """The text, noted as one that catalogs translate; what the environment gives is nobody's to
        translate."""
        if text is not None and isinstance(node, Scalar) and not node.from_environment:
            self.texts.append(WrittenText(node.place, text))
        return text

    def locale_text(self, entry: Entry | None) -> Text | None:
        """A text, or one for each locale, the brand's among them."""
        return None if entry is None else self.locale_text_of(entry.value, quote(entry.key.text), entry.key)

    def locale_text_of(self, node: Node, what: str, at: Placed) -> Text | None:
        """The same for a node; what is missing is reported `at` another place."""
        if not isinstance(node, MappingNode):
            return self.written(node, self.value(node, TEXT, what))
        before = self.report.count
        texts: dict[str, str] = {}
        for part in node.entries.values():
            locale = self.value(part.key, LOCALE, "a locale")
            text = self.word(part, TEXT)
            if locale is not None and text is not None:
                texts[locale] = text
        own = {self.names.locale, self.names.locale.split("_")[0]}
        if self.report.count == before and not own & texts.keys():
            own_language = self.names.locale.split("_")[0]
            right = f'Write it behind "{own_language}:".'
            self.error(at, f"{what} has no text for the brand's own locale, {self.names.locale}. {right}")
        if texts:
            said = next((texts[name] for name in texts if name in own), next(iter(texts.values())))
            self.texts.append(WrittenText(at.place, said, locales=tuple(texts)))
        return texts
