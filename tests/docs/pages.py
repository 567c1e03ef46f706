"""Reads README.md and docs/*.md: headings, words written as code, code blocks, tables and links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
LATER = "not built yet"
"""A paragraph, a table or a list with these words in it may name commands that do not exist yet, and so may a
section whose heading holds them."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Block:
    """A code block. `lead` is the text of the paragraph right before it."""

    language: str
    text: str
    line: int
    lead: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and all below it up to the next heading of the same or a higher level."""

    title: str
    tokens: tuple[Token, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The code blocks, in their order."""
        found: list[Block] = []
        lead = ""
        for token in self.tokens:
            if token.type == "inline":
                lead = token.content
            elif token.type in ("fence", "code_block"):
                words = token.info.split()
                first = token.map[0] + 1 if token.map else 0
                found.append(Block(words[0] if words else "", token.content, first, lead))
                lead = ""
        return tuple(found)

    @property
    def spans(self) -> tuple[str, ...]:
        """The texts in backticks."""
        return tuple(child.content for child in self._children() if child.type == "code_inline")

    @property
    def links(self) -> tuple[str, ...]:
        """Where links point."""
        return tuple(str(child.attrs["href"]) for child in self._children() if child.type == "link_open")

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The rows of the tables, each a tuple of its cells as they are written."""
        found: list[tuple[str, ...]] = []
        cells: list[str] = []
        for token, following in zip(self.tokens, (*self.tokens[1:], None), strict=True):
            if token.type == "tr_open":
                cells = []
            elif token.type in ("td_open", "th_open") and following is not None:
                cells.append(following.content)
            elif token.type == "tr_close":
                found.append(tuple(cells))
        return tuple(found)

    @property
    def code(self) -> tuple[str, ...]:
        """Everything written as code: the texts in backticks and the code blocks."""
        return (*self.spans, *(block.text for block in self.blocks))

    @property
    def words(self) -> frozenset[str]:
        """Every single word that is written as code, and every text in backticks as a whole."""
        return frozenset({word for text in self.code for word in _WORD.findall(text)} | set(self.spans))

    @property
    def text(self) -> str:
        """All that is written, headings included."""
        return "\n".join(token.content for token in self.tokens if token.content)

    @property
    def sections(self) -> tuple[Section, ...]:
        """Each heading in it, of whatever level."""
        return tuple(_sections(self.tokens))

    def section(self, title: str) -> Section:
        """The first one with that heading. A missing one is empty."""
        return next((one for one in self.sections if one.title == title), Section(title, ()))

    def _children(self) -> Iterator[Token]:
        for token in self.tokens:
            yield from token.children or ()


@dataclass(frozen=True, slots=True)
class Page:
    """One file."""

    path: Path
    whole: Section

    @property
    def name(self) -> str:
        """Its path from the root of the repository."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def anchors(self) -> frozenset[str]:
        """What a link behind # may name: the headings, written as GitHub does it."""
        seen: dict[str, int] = {}
        found: set[str] = set()
        for section in self.whole.sections:
            slug = re.sub(r"[^\w\- ]", "", section.title.lower()).replace(" ", "-")
            again = seen.get(slug, 0)
            seen[slug] = again + 1
            found.add(f"{slug}-{again}" if again else slug)
        return frozenset(found)

    @property
    def promised(self) -> Section:
        """The page without what it says is not built yet."""
        return Section(self.name, tuple(_without_later(self.whole.tokens)))


def _sections(tokens: Sequence[Token]) -> Iterator[Section]:
    for start, token in enumerate(tokens):
        if token.type == "heading_open":
            end = next(
                (at for at in range(start + 1, len(tokens)) if _ends(tokens[at], token.tag)), len(tokens)
            )
            yield Section(_plain(tokens[start + 1]), tuple(tokens[start:end]))


def _ends(token: Token, tag: str) -> bool:
    return token.type == "heading_open" and token.tag <= tag


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or ())


def _without_later(tokens: Sequence[Token]) -> Iterator[Token]:
    """Leaves out the outermost blocks, and the sections, that hold the words of LATER."""
    left_out = ""
    for block in _outermost(tokens):
        if block[0].type == "heading_open":
            if left_out and block[0].tag <= left_out:
                left_out = ""
            if not left_out and LATER in _plain(block[1]).lower():
                left_out = block[0].tag
        if not left_out and not any(LATER in token.content.lower() for token in block):
            yield from block


def _outermost(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    block: list[Token] = []
    depth = 0
    for token in tokens:
        block.append(token)
        depth += token.nesting
        if depth == 0:
            yield block
            block = []


@lru_cache(maxsize=1)
def all_pages() -> tuple[Page, ...]:
    """README.md and every page of docs/."""
    return tuple(_read(path) for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))))


def page(name: str) -> Page:
    """The page of that name, such as `docs/commands.md`. Fails where there is none."""
    found = next((one for one in all_pages() if one.name == name), None)
    assert found is not None, f"{name} is missing"
    return found


def _read(path: Path) -> Page:
    tokens = MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))
    return Page(path, Section("", tuple(tokens)))


def nothing(missing: Iterable[str], where: str) -> None:
    """Fails with every name that is missing."""
    found = sorted(missing)
    assert not found, f"{where}: {', '.join(found)}"


def not_as_code(name: str, words: Iterable[str]) -> list[str]:
    """Those of `words` that the page does not write as code anywhere."""
    known = page(name).whole.words
    return sorted(word for word in set(words) if word not in known)


def words_of(cell: str) -> list[str]:
    """The texts in backticks of a cell."""
    return cell.split("`")[1::2]


def row_of(name: str, word: str, section: str = "") -> tuple[str, ...]:
    """The cells of the first row of a page, or of one section of it, that begins with `word` as code."""
    where = page(name).whole.section(section) if section else page(name).whole
    return next((row for row in where.rows if f"`{word}`" in row[0]), ())
